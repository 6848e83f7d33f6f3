"""Decide about somebody whose application a coordinator has to read, and tell them, in one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flows import vetting
from flows.effects import TimerKind
from flows.facts import Hub
from flows.library import Library
from flows.messages import Purpose
from flows.stages import Stage
from storage import outbox, people, tasks
from storage.coming_of_age import go_on
from storage.database import Database
from storage.store import NewMessage
from storage.tables import PersonRow

#: Why staff was asked about an application.
APPLICATION_READ: Final = ("review_application",)


def review(
    database: Database, hub: Hub, library: Library, *, person_ref: str, accepted: bool, author: str, now: datetime
) -> Stage | None:
    """Accept or turn down an application; return where the person stands, ``None`` when nobody has to decide any more.

    Whoever is accepted is told by a turn of their own, which asks at once what comes first.
    """
    with database.session() as session:
        person = people.find(session, hub.id, person_ref)
        if person is None or person.stage != Stage.IN_REVIEW:
            return None
        stage = Stage.ELIGIBLE if accepted else Stage.NOT_ELIGIBLE
        people.move(session, person, stage, cause="application read", author=author, now=now)
        tasks.settle(session, person, APPLICATION_READ, now)
        if accepted and person.address_id and vetting.may_be_asked(library, hub):
            go_on(session, person, now, TimerKind.REVIEWED)
        else:
            _tell(session, hub, library, person, "review.eligible" if accepted else "review.declined", now)
        return stage


def _tell(session: Any, hub: Hub, library: Library, person: PersonRow, key: str, now: datetime) -> None:
    assert person.id is not None, "it is stored"
    values = {"hub": hub.name, "help_phone": hub.help_phone, "given_name": person.given_name or ""}
    message = NewMessage(
        dedupe_key=f"{key}:{person.ref}:{now.isoformat()}",
        person_id=person.id,
        text=library.phrases.say(key, person.language or hub.languages[0], values),
        purpose=Purpose.NOTICE,
    )
    outbox.enqueue(session, hub.id, message, now)
