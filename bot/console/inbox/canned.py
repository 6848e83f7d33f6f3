"""Keep the answers that coordinators give again and again."""

from __future__ import annotations

from typing import Any

from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.house import Visit
from bot.console.inbox.room import room
from bot.console.inbox.thread import MOST_CHARS
from flows.facts import LANGUAGES
from flows.rules.access import Permission
from flows.text import fold
from storage import canned_replies


@room.get("/replies", Permission.SEE_PEOPLE)
def show(visit: Visit) -> Answer:
    """List the answers, to change them or to add one."""
    with visit.reading() as session:
        return Page(template="replies.html", values=_values(visit, session))


@room.post("/replies", Permission.ANSWER)
def keep(visit: Visit) -> Answer:
    """Add an answer, or change the one that the form names."""
    name, ref = visit.form.get("name", "").strip()[:60], visit.form.get("reply", "")
    texts = {language: visit.form.get(language, "").strip() for language in LANGUAGES}
    wrong = "empty" if not name or not all(texts.values()) else ""
    if any(len(fold(words)) > MOST_CHARS for words in texts.values()):
        wrong = "too_long"
    with visit.writing() as session:
        if not wrong and not canned_replies.keep(session, visit.hub.id, name=name, texts=texts, ref=ref, now=visit.now):
            wrong = "taken"
        if wrong:
            values = {**_values(visit, session), "wrong": wrong, "changed": ref, "name": name, "texts": texts}
            return Page(template="replies.html", values=values, status=422)
    return Led(to="/console/replies", told="reply_kept")


@room.post("/replies/{ref}/remove", Permission.ANSWER)
def remove(visit: Visit) -> Answer:
    """Remove an answer."""
    with visit.writing() as session:
        if not canned_replies.remove(session, visit.hub.id, visit.path["ref"]):
            raise NotThereError
    return Led(to="/console/replies", told="reply_removed")


def _values(visit: Visit, session: Any) -> dict[str, Any]:
    replies = canned_replies.list_all(session, visit.hub.id)
    texts = {
        reply.ref: {language: canned_replies.text_of(reply, language) for language in LANGUAGES} for reply in replies
    }
    return {
        "replies": replies,
        "said": texts,
        "wrong": "",
        "changed": "",
        "name": "",
        "texts": dict.fromkeys(LANGUAGES, ""),
    }
