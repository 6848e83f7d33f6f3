"""Decide about requirements, give back seats that they no longer allow, and tell people: in one transaction each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flows.facts import Hub
from flows.library import Library
from flows.messages import Purpose
from flows.rules import guardians
from flows.rules.references import KIND
from flows.rules.requirements import LADDER, Ending, Requirement, Status, due_notice, last_day
from flows.rules.stages import after_training
from flows.stages import Stage
from flows.wording import say_date, say_offer
from storage import outbox, people, referees, requirements, tasks
from storage.database import Database
from storage.operations.requirements import Decided, EndingSoon, Freed
from storage.store import NewMessage
from storage.tables import PersonRow, new_ref

#: What staff was asked about a person, and is settled once one requirement is met, or all of them.
_SETTLED: Final = {KIND: ("reference_not_asked",)}
#: What a coordinator says who needs no word of a reference any more.
_DECIDED: Final = frozenset({Status.MET, Status.REFUSED})
_SETTLED_BY_ALL: Final = ("vetting",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a decision."""

    stage: Stage
    #: Kinds that are still outstanding today.
    outstanding: tuple[str, ...]
    #: Shifts that were given back because of it.
    freed: int


def decide(
    database: Database,
    hub: Hub,
    library: Library,
    *,
    person_ref: str,
    requirement: Requirement,
    status: Status,
    author: str,
    now: datetime,
    nth: int = 1,
    reference: str = "",
    valid_from: date | None = None,
) -> Outcome:
    """Note what became of a requirement; move the person on when it was the last, and tell them what changes for them."""
    today = now.astimezone(ZoneInfo(hub.zone)).date()
    begins = (valid_from or today) if status is Status.MET else None
    decided = Decided(
        kind=requirement.need.kind,
        nth=nth,
        status=status,
        reference=reference,
        author=author,
        valid_from=begins,
        valid_until=last_day(begins, requirement.need.months) if begins else None,
    )
    with database.session() as session:
        person = people.find(session, hub.id, person_ref)
        assert person is not None, "the caller has found them"
        freed = requirements.decide(session, person, decided, now)
        _tell_freed(session, hub, library, freed, now)
        _move_back(session, hub, freed, now)
        session.flush()
        person = people.find(session, hub.id, person_ref)
        assert person is not None
        standing = requirements.standing(session, person, on=today)
        session.refresh(person)
        if decided.kind == KIND and status in _DECIDED:
            referees.ask_no_more(session, person, nth, now)
        if decided.kind not in standing.outstanding:
            tasks.settle(session, person, _SETTLED.get(decided.kind, ()), now)
        if not standing.outstanding:
            tasks.settle(session, person, _SETTLED_BY_ALL, now)
        if status is Status.REFUSED and not freed:
            _tell(session, hub, library, person, "requirement.refused", now)
        elif person.stage == Stage.VETTING and not standing.outstanding:
            _move_on(session, hub, library, person, now)
        return Outcome(stage=Stage(person.stage), outstanding=standing.outstanding, freed=len(freed))


def _move_on(session: Any, hub: Hub, library: Library, person: PersonRow, now: datetime) -> None:
    stage = after_training(came=people.has_attended_training(session, person))
    people.move(session, person, stage, cause="requirements met", author="rule:requirements", now=now)
    _tell(session, hub, library, person, f"requirement.all_met_{stage.value}", now)


def _tell(session: Any, hub: Hub, library: Library, person: PersonRow, key: str, now: datetime) -> None:
    assert person.id is not None
    values = {"hub": hub.name, "help_phone": hub.help_phone, "given_name": person.given_name or ""}
    message = NewMessage(
        dedupe_key=f"requirement:{new_ref()}",
        person_id=person.id,
        text=library.phrases.say(key, person.language or hub.languages[0], values),
        purpose=Purpose.NOTICE,
    )
    outbox.enqueue(session, hub.id, message, now)


# --- seats that are no longer allowed ---------------------------------------------------------------------------------


def free_lacking(database: Database, hub: Hub, library: Library, now: datetime) -> int:
    """Give back seats whose holders lack something on the day, whatever it was that changed; return how many."""
    with database.session() as session:
        freed = requirements.free_lacking(session, hub.id, now)
        _tell_freed(session, hub, library, freed, now)
        _move_back(session, hub, freed, now)
    return len(freed)


def _tell_freed(session: Any, hub: Hub, library: Library, freed: Iterable[Freed], now: datetime) -> None:
    """Tell each person once, naming the first of their shifts."""
    first: dict[int, Freed] = {}
    for one in freed:
        first.setdefault(one.person_id, one)
    for one in first.values():
        language = one.language or hub.languages[0]
        values = {
            "hub": hub.name,
            "help_phone": hub.help_phone,
            "given_name": "",
            "slot": say_offer(one.slot, zone=one.zone, language=language),
        }
        message = NewMessage(
            dedupe_key=f"freed:{one.booking}",
            person_id=one.person_id,
            text=library.phrases.say("requirement.freed", language, values),
            purpose=Purpose.NOTICE,
        )
        outbox.enqueue(session, hub.id, message, now)


def _move_back(session: Any, hub: Hub, freed: Iterable[Freed], now: datetime) -> None:
    for person_id in {one.person_id for one in freed}:
        person = session.get(PersonRow, person_id)
        if person and (stage := requirements.stage_without_shifts(session, person, now)):
            people.move(session, person, stage, cause="requirement", author="rule:requirements", now=now)


# --- what ends soon ---------------------------------------------------------------------------------------------------


def tell_endings(database: Database, hub: Hub, library: Library, now: datetime) -> int:
    """Tell people and staff of what ends in 60, 30 and 7 days, once each; return how many notices were written.

    The notice waits in the outbox for the hours in which it may leave.
    """
    today = now.astimezone(ZoneInfo(hub.zone)).date()
    told = 0
    with database.session() as session:
        for one in requirements.ending(session, hub.id, today, today + timedelta(days=max(LADDER))):
            met_on = one.met_on or date.min
            due = due_notice(Ending(valid_until=one.valid_until, met_on=met_on, told_days=one.told_days), today)
            if due is not None and requirements.tell_of_end(session, hub.id, one, due, now):
                if not _ends_with_childhood(one):
                    _tell_of_end(session, hub, library, one, due, now)
                told += 1
    return told


def _ends_with_childhood(one: EndingSoon) -> bool:
    """Tell whether what ends is a guardian's consent that nobody has to renew: from then on they decide themselves."""
    return (
        one.kind == guardians.KIND
        and one.birth_date is not None
        and guardians.last_day(one.birth_date) == one.valid_until
    )


def _tell_of_end(session: Any, hub: Hub, library: Library, one: EndingSoon, days: int, now: datetime) -> None:
    language = one.language or hub.languages[0]
    requirement = library.requirements.get(one.kind)
    values = {
        "hub": hub.name,
        "help_phone": hub.help_phone,
        "given_name": "",
        "what": requirement.label[language] if requirement else one.kind,
        "until": say_date(one.valid_until, language),
    }
    message = NewMessage(
        dedupe_key=f"expiry:{one.id}:{one.valid_until}:{days}",
        person_id=one.person_id,
        text=library.phrases.say("requirement.ends", language, values),
        purpose=Purpose.NOTICE,
    )
    outbox.enqueue(session, hub.id, message, now)
