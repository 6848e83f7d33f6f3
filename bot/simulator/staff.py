"""What staff decide about somebody, as far as the demo needs it: which checks are outstanding, and that they are done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot import vetting
from flows.facts import Hub
from flows.library import Library
from flows.rules.requirements import Requirement, State, Status
from flows.stages import Stage
from storage import people, requirements
from storage.database import Database
from storage.tables import PersonRow

AUTHOR: Final = "coordinator:demo"
#: Whoever has come so far, or no further, is not checked.
_NOT_YET: Final = frozenset({Stage.ENQUIRED, Stage.SCREENING, Stage.NOT_ELIGIBLE, Stage.ENDED})
_COORDINATOR: Final = "coordinator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One requirement of a person today."""

    kind: str
    label: str
    state: State
    #: Whether staff say that it is met; else a guardian, an aid office or an employer.
    by_staff: bool


def read_checks(database: Database, hub: Hub, library: Library, person_ref: str, now: datetime) -> list[Check]:
    """List what is asked of a person today, and what became of it."""
    with database.reading() as session:
        person = people.find(session, hub.id, person_ref)
        return _checks(session, hub, library, person, now) if person else []


def _checks(session: Any, hub: Hub, library: Library, person: PersonRow, now: datetime) -> list[Check]:
    if Stage(person.stage) in _NOT_YET:
        return []
    today = now.astimezone(ZoneInfo(hub.zone)).date()
    found = requirements.standing(session, person, on=today).findings
    known: Mapping[str, Requirement] = library.requirements
    return [
        Check(
            kind=one.kind,
            label=known[one.kind].label["en"] if one.kind in known else one.kind,
            state=one.state,
            by_staff=one.kind in known and known[one.kind].decides == _COORDINATOR,
        )
        for one in found
        if one.state is not State.UNNEEDED
    ]


def note_checked(database: Database, hub: Hub, library: Library, person_ref: str, now: datetime) -> int:
    """Note that all checks which staff decide are done and well; return how many were."""
    done = 0
    for check in read_checks(database, hub, library, person_ref, now):
        if not check.by_staff or check.state is State.MET:
            continue
        requirement = library.requirements[check.kind]
        for nth in range(1, requirement.need.many + 1):
            vetting.decide(
                database,
                hub,
                library,
                person_ref=person_ref,
                requirement=requirement,
                status=Status.MET,
                author=AUTHOR,
                nth=nth,
                now=now,
            )
            done += 1
    return done
