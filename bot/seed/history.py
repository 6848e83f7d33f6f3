"""Months of service, invented: which shifts somebody who serves kept, missed or gave back, and to which ledger they go.

Written straight to the tables: acted out by the engine, a year of texts would take minutes to begin with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.seed.hub import Date
from bot.seed.people import Persona
from flows.facts import BookingStatus, SlotKind
from flows.rules.ledger import HoursStatus, ledger_for
from flows.rules.organisations import monday_of
from flows.stages import Stage
from storage import invented, people
from storage.database import Database
from storage.invented import Kept, Payer
from storage.tables import PersonRow

#: Of all places: given back on the last day, missed, disputed by a supervisor.
_GIVEN_BACK: Final = 0.07
_MISSED: Final = 0.05
_DISPUTED: Final = 0.015
#: Hours of the last days wait for the supervisor.
_WAITS: Final = timedelta(days=3)
#: Students serve when classes are over, wherever they are: an hour later in South Bend.
_CLASSES: Final = ZoneInfo("America/Chicago")
_CLASSES_END: Final = 15
#: Weeks in ten that somebody comes at all, and shifts in such a week, by role.
_WEEKS_IN_TEN: Final = 7
_A_WEEK: Final = {"tutor": 3}


def live_through(
    database: Database, hub: str, crowd: Sequence[Persona], dates: Mapping[str, Date], now: datetime
) -> None:
    """Write the months between their training and now of everybody who serves, and move them to where that leads."""
    free = {date.id: 0 for date in dates.values()}
    kept: list[Kept] = []
    with database.session() as session:
        for persona in crowd:
            found = people.find_by_user(session, hub, persona.address.user, channel=persona.address.channel)
            if found is None or persona.training is None:
                continue
            own = list(_shifts_of(session, hub, persona, found, dates, free, now))
            kept += own
            came = next((one for one in own if one.status is BookingStatus.ATTENDED), None)
            if came is None:
                continue
            placed_at = max(came.starts_at - timedelta(days=9), persona.training.ends_at + timedelta(hours=1))
            people.move(session, found, Stage.PLACED, cause="flow shifts", author="person", now=placed_at)
            people.move(session, found, Stage.ACTIVE, cause="attended", author="person", now=came.changed_at)
        invented.write_kept(session, hub, sorted(kept, key=lambda one: one.starts_at))


def _shifts_of(
    session: Any,
    hub: str,
    persona: Persona,
    person: PersonRow,
    dates: Mapping[str, Date],
    free: dict[int, int],
    now: datetime,
) -> Iterator[Kept]:
    """Yield what became of the shifts of one person, at the place they stay with."""
    assert persona.training is not None
    since = persona.training.ends_at + timedelta(days=3)
    own = [date for date in dates.values() if _fits(date, persona, since, now)]
    if not own:
        return
    home = persona.random.choice(sorted({date.site_id or 0 for date in own}))
    own = sorted((date for date in own if date.site_id == home), key=lambda date: date.starts_at)
    answers = json.loads(person.answers)
    payers: dict[int, Payer | None] = {}
    left: dict[int, int] = {}
    for date in _chosen(own, persona.random, persona.role):
        if free[date.id] >= date.capacity:
            continue
        year = date.starts_at.year
        if year not in payers:
            uses = answers.get("time_off") == "vto"
            payers[year] = invented.payer_of(session, hub, person, uses_time_off=uses, year=year)
        payer, minutes = payers[year], int((date.ends_at - date.starts_at).total_seconds() // 60)
        if payer and left.setdefault(payer.allowance_id, payer.left_minutes) < minutes:
            return  # used up: they rest until there is more
        one = _kept(person, persona, date, minutes, payer, answers, now)
        if one.hours and payer:
            left[payer.allowance_id] -= minutes
        free[date.id] += one.status is not BookingStatus.RELEASED
        yield one


def _fits(date: Date, persona: Persona, since: datetime, now: datetime) -> bool:
    is_theirs = date.kind is SlotKind.SHIFT and date.role == persona.role and since <= date.starts_at
    in_class = persona.audience == "high_school" and date.starts_at.astimezone(_CLASSES).hour < _CLASSES_END
    return is_theirs and not in_class and date.ends_at < now - timedelta(hours=1) and not date.one_to_one


def _chosen(own: Iterable[Date], random: Random, role: str) -> Iterator[Date]:
    """Pick the shifts of most weeks: a tutor's come as a set, others come once."""
    by_week: dict[Any, list[Date]] = {}
    for date in own:
        by_week.setdefault(monday_of(date.starts_at.date()), []).append(date)
    for week in by_week.values():
        if random.randrange(10) < _WEEKS_IN_TEN:
            at = {date.starts_at.astimezone(ZoneInfo("UTC")).time() for date in week}
            hour = random.choice(sorted(at))
            same = [date for date in week if date.starts_at.astimezone(ZoneInfo("UTC")).time() == hour]
            yield from same[: _A_WEEK.get(role, 1)]


def _kept(
    person: PersonRow,
    persona: Persona,
    date: Date,
    minutes: int,
    payer: Payer | None,
    answers: Mapping[str, Any],
    now: datetime,
) -> Kept:
    draw = persona.random.random()
    status, cause = BookingStatus.ATTENDED, None
    hours: HoursStatus | None = HoursStatus.APPROVED
    changed_at = date.ends_at + timedelta(minutes=5)
    if draw < _GIVEN_BACK:
        status, hours, cause = BookingStatus.RELEASED, None, "reply N"
        changed_at = date.starts_at - timedelta(hours=persona.random.randint(2, 22))
    elif draw < _GIVEN_BACK + _MISSED:
        status, hours = BookingStatus.NO_SHOW, None
        cause = persona.random.choice(("said so", "no answer"))
    elif date.ends_at > now - _WAITS:
        hours = HoursStatus.CLAIMED
    elif draw > 1 - _DISPUTED:
        hours = HoursStatus.DISPUTED
    assert person.id is not None
    return Kept(
        person_id=person.id,
        slot_id=date.id,
        site_id=date.site_id,
        role=date.role,
        starts_at=date.starts_at,
        minutes=minutes,
        ledger=payer.ledger if payer else ledger_for(person.audience, answers, None),
        status=status,
        hours=hours,
        cause=cause,
        audience=person.audience,
        organisation_id=payer.organisation_id if payer else None,
        allowance_id=payer.allowance_id if payer and hours else None,
        changed_at=changed_at,
    )
