"""Note that somebody came, and tell them what they may do from now on."""

from __future__ import annotations

from datetime import datetime

from flows.facts import Hub
from flows.messages import Purpose
from flows.phrases import Phrases
from storage import outbox, people, schedule
from storage.database import Database
from storage.schedule import Attended, NotBooked
from storage.store import NewMessage


def note_attended(
    database: Database,
    hub: Hub,
    phrases: Phrases,
    person_ref: str,
    now: datetime,
    *,
    slot_ref: str | None = None,
    author: str = "coordinator",
) -> Attended | NotBooked:
    """Mark a person as having come, and write them the news once.

    Args:
        slot_ref: where they came; ``None`` means the latest training session they are booked on.
        author: ``coordinator:NAME``.
    """
    with database.session() as session:
        noted = schedule.mark_attended(session, hub.id, person_ref, now, slot_ref=slot_ref, author=author)
        person = people.find(session, hub.id, person_ref)
        if isinstance(noted, NotBooked) or person is None or person.id is None:
            return noted
        key = f"attended.{noted.stage.value}"
        if key in phrases:
            values = {"hub": hub.name, "help_phone": hub.help_phone, "given_name": person.given_name or ""}
            news = NewMessage(
                dedupe_key=f"attended:{noted.booking_ref}",
                person_id=person.id,
                text=phrases.say(key, person.language or hub.languages[0], values),
                purpose=Purpose.NOTICE,
            )
            outbox.enqueue(session, hub.id, news, now)
        return noted
