"""Move on, once a day, who has come of age while they waited for a guardian and wrote nothing since."""

from __future__ import annotations

import json
from datetime import datetime

from flows import vetting
from flows.facts import Hub
from flows.library import Library
from flows.messages import Purpose
from flows.stages import Stage
from flows.wishes.guarding import stage_when_of_age
from storage import outbox, people
from storage.coming_of_age import ask_no_guardian, go_on, list_of_age
from storage.database import Database
from storage.store import NewMessage
from storage.tables import PersonRow, TaskRow


def come_of_age(database: Database, hub: Hub, library: Library, now: datetime) -> int:
    """Let nobody wait for a guardian from their 18th birthday on; return how many went on.

    Each is told once. The message is a notice: it leaves in the hours in which they may be written to.
    """
    with database.session() as session:
        found = list_of_age(session, hub.id, zone=hub.zone, now=now)
        for person in found:
            stage = stage_when_of_age(library, json.loads(person.answers))
            people.move(session, person, stage, cause="came of age", author="rule:guardians", now=now)
            ask_no_guardian(session, person, now)
            if stage is Stage.IN_REVIEW:
                task = TaskRow(
                    hub=hub.id, person_id=person.id, kind="hand_off", reason="review_application", opened_at=now
                )
                session.add(task)
            if stage is Stage.ELIGIBLE and person.address_id and vetting.may_be_asked(library, hub):
                go_on(session, person, now)  # told by a turn of their own, which asks at once what is asked first
            else:
                outbox.enqueue(session, hub.id, _told(person, stage, hub, library), now)
        return len(found)


def _told(person: PersonRow, stage: Stage, hub: Hub, library: Library) -> NewMessage:
    assert person.id is not None
    values = {"hub": hub.name, "help_phone": hub.help_phone, "given_name": person.given_name or ""}
    language = person.language or hub.languages[0]
    return NewMessage(
        dedupe_key=f"of_age:{person.ref}",
        person_id=person.id,
        text=library.phrases.say(f"of_age.{stage.value}", language, values),
        purpose=Purpose.NOTICE,
    )
