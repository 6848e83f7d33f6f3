"""List the broadcasts: drafts, those under way and those that are over; throw a draft away."""

from __future__ import annotations

from typing import Any

import bot.console.broadcasts.drafts as drafts
from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.broadcasts.room import HOME, room
from bot.console.house import Visit
from flows.rules.access import Permission
from flows.rules.contact import BroadcastState
from storage import broadcast_people, broadcasts
from storage.recipients import Recipients

#: A page of them.
_MOST = 50


@room.get("/broadcasts", Permission.SEE_ALL)
def show(visit: Visit) -> Answer:
    """List them, the latest first, and the choices of people that were kept."""
    with visit.reading() as session:
        rows = broadcasts.list_broadcasts(session, visit.hub.id, limit=_MOST)
        naming = drafts.Naming(visit, session)
        lines = [_line(session, row, naming) for row in rows]
        saved = [
            (row, naming.name(Recipients.from_json(row.recipients)))
            for row in broadcasts.list_audiences(session, visit.hub.id)
        ]
    values = {
        "drafts": [line for line in lines if line["row"].status == BroadcastState.DRAFT],
        "alive": [line for line in lines if line["row"].status in broadcasts.ALIVE],
        "over": [line for line in lines if line["row"].status in (BroadcastState.DONE, BroadcastState.STOPPED)],
        "saved": saved,
    }
    return Page(template="broadcasts.html", values=values)


def _line(session: Any, row: Any, naming: drafts.Naming) -> dict[str, Any]:
    counts = broadcasts.progress(session, row) if row.status in broadcasts.ALIVE else {}
    return {
        "row": row,
        "title": drafts.title(row),
        "filters": naming.name(drafts.recipients_of(row)),
        "left": broadcast_people.left(counts),
    }


@room.post("/broadcasts/saved", Permission.BROADCAST)
def write_to_saved(visit: Visit) -> Answer:
    """Begin a draft to people that were kept under a name."""
    with visit.writing() as session:
        kept = broadcasts.find_audience(session, visit.hub.id, visit.form.get("name", ""))
        if kept is None:
            raise NotThereError
        recipients = Recipients.from_json(kept.recipients)
        draft = broadcasts.save_draft(
            session, visit.hub, recipients=recipients, body={}, author=visit.author, now=visit.now
        )
        return Led(to=drafts.here(draft, "message"))


@room.post("/broadcasts/saved/remove", Permission.BROADCAST)
def remove_saved(visit: Visit) -> Answer:
    """Forget a choice of people; broadcasts that used it keep theirs."""
    with visit.writing() as session:
        if not broadcasts.drop_audience(session, visit.hub.id, visit.form.get("name", "")):
            raise NotThereError
    return Led(to=HOME, told="audience_removed")


@room.post("/broadcasts/{ref}/remove", Permission.BROADCAST)
def remove(visit: Visit) -> Answer:
    """Throw a draft away."""
    with visit.writing() as session:
        draft = drafts.find(visit, session)
        if not broadcasts.drop_draft(session, draft):
            return drafts.no_draft(draft)
    return Led(to=HOME, told="removed")


@room.post("/broadcasts/{ref}/copy", Permission.BROADCAST)
def copy(visit: Visit) -> Answer:
    """Begin a draft with the words and the people of another broadcast."""
    with visit.writing() as session:
        old = drafts.find(visit, session)
        draft = broadcasts.save_draft(
            session,
            visit.hub,
            recipients=drafts.recipients_of(old),
            body=broadcasts.texts_of(old) if drafts.is_draft(old) else broadcast_people.as_written(old),
            author=visit.author,
            now=visit.now,
            name=old.name,
            cap=old.cap,
        )
        return Led(to=drafts.here(draft, "message"), told="copied")
