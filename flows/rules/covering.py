"""Decide who is asked to take over a shift that was given back late, how many at once and how often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from flows.courses import Course
from flows.facts import History, Json, Person, QuietHours, Slot, age_on
from flows.rules.contact import next_open
from flows.rules.eligibility import ADULT
from flows.rules.placement import Vetting, candidate_of, refusal
from flows.rules.requirements import Need, Subject
from flows.rules.training import trained
from flows.stages import MAY_SERVE

#: Prefixes of the steps that the buttons carry by which somebody is asked; the reference of the call or swap follows.
COVER_STEP: Final = "cover."
SWAP_STEP: Final = "swap."

#: A seat given back later than this before the start does not fill by itself: others are asked, and staff hear of it.
LATE: Final = timedelta(hours=24)
#: From here on nobody is asked any more: it would be a call to run.
LAST_ASK: Final = timedelta(hours=2)
#: A colleague who was named may still be asked until then.
LAST_SWAP: Final = timedelta(hours=3)
#: How long a colleague has to answer.
SWAP_HOLDS: Final = timedelta(hours=24)
#: Two questions this close together are both in front of a person who replies with a letter.
TOGETHER: Final = timedelta(minutes=10)

#: Time left before the start, people asked at once for a seat, and the pause before the next are asked: the later it is,
#: the more at once. A proposal until a hub says otherwise.
_WAVES: Final = (
    (timedelta(hours=6), 10, timedelta(minutes=10)),
    (timedelta(hours=12), 5, timedelta(minutes=20)),
    (LATE, 3, timedelta(minutes=30)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """Somebody who might take a shift over: consenting, reachable, and with no other place at that time."""

    person_id: int
    person: Person
    history: History
    #: When they were last asked to cover anything.
    last_asked_at: datetime | None
    #: Whether they have said yes to this very shift before, when somebody else had it already.
    wanted_it: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Who is asked now, and when it is looked at again."""

    asked: tuple[Helper, ...]
    next_at: datetime


def is_over(starts_at: datetime, now: datetime) -> bool:
    """Tell whether it is too late to ask anybody."""
    return starts_at.astimezone(UTC) - now.astimezone(UTC) <= LAST_ASK


def size_and_pause(starts_at: datetime, now: datetime, *, seats: int) -> tuple[int, timedelta]:
    """Say how many people are asked at once, and how long they are given before others are."""
    left = starts_at.astimezone(UTC) - now.astimezone(UTC)
    size, pause = next(((size, pause) for within, size, pause in _WAVES if left <= within), _WAVES[-1][1:])
    return size * max(seats, 1), pause


def next_wave(
    helpers: Iterable[Helper],
    slot: Slot,
    *,
    seats: int,
    courses: Mapping[str, Course],
    needs: tuple[Need, ...],
    quiet_hours: QuietHours,
    now: datetime,
) -> Wave:
    """Choose whom to ask now: whom nothing keeps from the shift and who may be written to.

    Who wanted it before and was too late comes first, then who was asked least recently.
    People in their quiet hours are left for later; when there is nobody else, it is looked at again as soon as the first
    of them may be written to. With nobody at all left, it is looked at again at the end.
    """
    size, pause = size_and_pause(slot.starts_at, now, seats=seats)
    end = slot.starts_at.astimezone(UTC) - LAST_ASK
    fit = sorted(
        (
            helper
            for helper in helpers
            if keeps_from(slot, helper.person, helper.history, courses=courses, needs=needs, now=now) is None
        ),
        key=_first_to_ask,
    )
    opens = {helper.person_id: next_open(now, zone=helper.person.zone, quiet_hours=quiet_hours) for helper in fit}
    asked = tuple(helper for helper in fit if opens[helper.person_id] <= now)[:size]
    if asked:
        return Wave(asked=asked, next_at=min(now + pause, end))
    return Wave(asked=(), next_at=min([*opens.values(), end]))


def _first_to_ask(helper: Helper) -> tuple[bool, datetime, int]:
    return not helper.wanted_it, helper.last_asked_at or datetime.min.replace(tzinfo=UTC), helper.person_id


def keeps_from(
    slot: Slot,
    person: Person,
    history: History,
    *,
    courses: Mapping[str, Course],
    needs: tuple[Need, ...],
    now: datetime,
) -> str | None:
    """Say why somebody may not take a shift over; ``None`` when they may.

    The rules are those of placement; only the notice is shorter, since whoever says yes knows when it begins.
    """
    if person.stage not in MAY_SERVE:
        return "stage"
    born = _text(person.answers.get("birth_date"))
    birth_date = date.fromisoformat(born) if born else None
    candidate = candidate_of(
        person.answers,
        (),
        minor=birth_date is not None and age_on(birth_date, slot.starts_local.date()) < ADULT,
        language=person.language or "en",
        trained=trained(history.courses, courses),
        last_site=history.last_site,
        allowance=history.allowance,
        service_times=history.service_times,
        vetting=Vetting(
            subject=Subject(
                birth_date=birth_date,
                audience=_text(person.answers.get("audience")),
                role=_text(person.answers.get("role")),
            ),
            needs=needs,
            held=person.requirements,
            site_needs=history.site_needs,
        ),
    )
    return refusal(replace(slot, seats_left=max(slot.seats_left, 1)), candidate, now=now, notice=timedelta())


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def swap_until(starts_at: datetime, now: datetime) -> datetime | None:
    """Say until when a colleague may take a place over who is asked now; ``None`` when it is too late to ask."""
    latest = starts_at.astimezone(UTC) - LAST_SWAP
    return min(now + SWAP_HOLDS, latest) if latest > now else None


def asked_last(asked_at: Sequence[datetime]) -> bool:
    """Tell whether the first of some questions is clearly the one that a letter answers: none came close to it.

    Args:
        asked_at: when each was asked, latest first.
    """
    return len(asked_at) < 2 or asked_at[0] - asked_at[1] > TOGETHER
