"""First page of a draft: whom it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import bot.console.broadcasts.drafts as drafts
from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.broadcasts.room import HOME, room
from bot.console.house import Visit
from flows.facts import LANGUAGES
from flows.rules.access import Permission
from flows.rules.contact import BroadcastState
from flows.stages import Stage
from storage import broadcasts
from storage.operations.rows import write_json
from storage.recipients import Recipients
from storage.tables import BroadcastRow

NEW: Final = f"{HOME}/new"
#: Earlier broadcasts whose people can be chosen.
_MOST_EARLIER: Final = 12
_NAME_CHARS: Final = 60
_EVERYBODY: Final = Recipients()


@room.get("/broadcasts/new", Permission.BROADCAST)
def begin(visit: Visit) -> Answer:
    """Ask whom a new broadcast is for; nothing is kept before somebody was chosen."""
    with visit.reading() as session:
        return _page(visit, session, None, Recipients())


@room.get("/broadcasts/count", Permission.BROADCAST)
def count(visit: Visit) -> Answer:
    """Count whom the filters mean that are being chosen."""
    with visit.reading() as session:
        recipients = _read(visit, session, visit.query)
        counted = _counted(visit, session, recipients, is_chosen=_is_chosen(visit.query, recipients))
    return Page(template="_broadcast_count.html", values=counted)


@room.post("/broadcasts/new", Permission.BROADCAST)
def make(visit: Visit) -> Answer:
    """Keep a new draft for the people that were chosen."""
    with visit.writing() as session:
        recipients = _read(visit, session, visit.form)
        if visit.form.get("keep") is not None:
            return _keep(visit, session, None, recipients)
        if not _is_chosen(visit.form, recipients):
            return _page(visit, session, None, recipients, wrong="nobody_chosen")
        draft = broadcasts.save_draft(
            session, visit.hub, recipients=recipients, body={}, author=visit.author, now=visit.now
        )
        return Led(to=drafts.here(draft, "message"))


@room.get("/broadcasts/{ref}/audience", Permission.BROADCAST)
def show(visit: Visit) -> Answer:
    """Show whom a draft is for, to change it."""
    with visit.reading() as session:
        draft = drafts.find(visit, session)
        if not drafts.is_draft(draft):
            return drafts.no_draft(draft)
        return _page(visit, session, draft, drafts.recipients_of(draft))


@room.post("/broadcasts/{ref}/audience", Permission.BROADCAST)
def change(visit: Visit) -> Answer:
    """Let a draft be for others."""
    with visit.writing() as session:
        draft = drafts.find(visit, session)
        if not drafts.is_draft(draft):
            return drafts.no_draft(draft)
        recipients = _read(visit, session, visit.form)
        if visit.form.get("keep") is not None:
            return _keep(visit, session, draft, recipients)
        if not _is_chosen(visit.form, recipients):
            return _page(visit, session, draft, recipients, wrong="nobody_chosen")
        draft.body = write_json(dict(_fitting(broadcasts.texts_of(draft), drafts.recipients_of(draft), recipients)))
        draft.recipients = recipients.to_json()
        session.add(draft)
        return Led(to=drafts.here(draft, "message"))


def _fitting(body: Mapping[str, str], before: Recipients, after: Recipients) -> Mapping[str, str]:
    """Drop a Spanish text that stood for the English one: English readers are among the people now."""
    same = all(getattr(before, name) == getattr(after, name) for name in ("language", "answered", "not_answered"))
    if same or body.get("en") != body.get("es"):
        return body
    return {language: text for language, text in body.items() if language != "en"}


def _keep(visit: Visit, session: Any, draft: BroadcastRow | None, recipients: Recipients) -> Answer:
    """Keep the filters under a name, to use them again."""
    name = visit.form.get("name", "").strip()[:_NAME_CHARS]
    wrong = "no_name" if not name else "nobody_chosen" if not _is_chosen(visit.form, recipients) else ""
    if wrong:
        return _page(visit, session, draft, recipients, wrong=wrong)
    broadcasts.save_audience(session, visit.hub.id, name, recipients, author=visit.author, now=visit.now)
    return _page(visit, session, draft, recipients, kept=name)


# --- the filters ------------------------------------------------------------------------------------------------------


def _read(visit: Visit, session: Any, form: Mapping[str, str]) -> Recipients:
    """Read the filters of a form; what there is not is refused like a page that there is not.

    Raises:
        NotThereError: a filter names what this hub does not have.
    """
    known = _choices(visit, session)
    found: dict[str, Any] = {}
    for name in ("role", "audience", "stage", "language", "channel"):
        if value := form.get(name, ""):
            if value not in known[name]:
                raise NotThereError
            found[name] = value
    for name in ("site", "organisation"):
        if value := form.get(name, ""):
            if value not in [str(each.id) for each in known[name]]:
                raise NotThereError
            found[name] = int(value)
    if earlier := form.get("earlier", ""):
        kind, _, ref = earlier.partition(":")
        if kind not in ("answered", "not_answered") or not broadcasts.find(session, visit.hub.id, ref):
            raise NotThereError
        found[kind] = ref
    return Recipients(**found)


def _is_chosen(form: Mapping[str, str], recipients: Recipients) -> bool:
    """Everybody is a choice as well, but never by leaving all open."""
    return recipients != _EVERYBODY or form.get("everybody") == "yes"


def _choices(visit: Visit, session: Any) -> dict[str, Any]:
    choices, naming = visit.house.library.sets.choices, drafts.Naming(visit, session)
    return {
        "role": [option.id for option in choices["roles"]],
        "audience": [option.id for option in choices["audiences"]],
        "stage": [stage.value for stage in Stage],
        "language": list(LANGUAGES),
        "channel": sorted(visit.house.channels),
        "site": naming.sites,
        "organisation": naming.organisations,
    }


def _earlier(visit: Visit, session: Any, recipients: Recipients) -> list[tuple[str, str, BroadcastRow]]:
    """List earlier broadcasts whose people can be chosen by what they did, the chosen one in any case."""
    rows = [
        row
        for row in broadcasts.list_broadcasts(session, visit.hub.id)
        if row.status != BroadcastState.DRAFT or row.ref in (recipients.answered, recipients.not_answered)
    ][:_MOST_EARLIER]
    named = {row.ref for row in rows}
    for ref in (recipients.answered, recipients.not_answered):
        if ref and ref not in named and (row := broadcasts.find(session, visit.hub.id, ref)):
            rows.append(row)
    return [(f"{kind}:{row.ref}", kind, row) for row in rows for kind in ("not_answered", "answered")]


def _counted(visit: Visit, session: Any, recipients: Recipients, *, is_chosen: bool) -> dict[str, Any]:
    if not is_chosen:
        return {"counted": None}
    counted = broadcasts.preview(session, visit.hub, recipients, visit.now)
    return {"counted": counted, "is_everybody": recipients == _EVERYBODY}


def _page(
    visit: Visit,
    session: Any,
    draft: BroadcastRow | None,
    recipients: Recipients,
    *,
    wrong: str = "",
    kept: str = "",
) -> Page:
    saved = visit.query.get("saved", "")
    if draft is None and saved and (row := broadcasts.find_audience(session, visit.hub.id, saved)):
        recipients = Recipients.from_json(row.recipients)
    is_chosen = draft is not None or recipients != _EVERYBODY or visit.form.get("everybody") == "yes"
    values = {
        "draft": draft,
        "here": drafts.here(draft, "audience") if draft else NEW,
        "chosen": {name: value for name, value in asdict(recipients).items() if value is not None},
        "everybody": recipients == _EVERYBODY and is_chosen,
        "choices": _choices(visit, session),
        "earlier": _earlier(visit, session, recipients),
        "earlier_chosen": next(
            (f"{kind}:{ref}" for kind in ("answered", "not_answered") if (ref := getattr(recipients, kind))), ""
        ),
        "title_of": drafts.title,
        "saved": broadcasts.list_audiences(session, visit.hub.id),
        "kept": kept,
        "wrong": wrong,
        **_counted(visit, session, recipients, is_chosen=is_chosen),
    }
    return Page(template="broadcast_audience.html", values=values, status=422 if wrong else 200)
