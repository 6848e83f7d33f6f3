"""Decide what a person still has to bring before a shift, counted on the day of that shift.

The statement that takes a seat (``storage/operations/gates.py``) says the same in SQL; a test holds the two together.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """How far one requirement of one person has come; *expired* is no status, it follows from the dates."""

    NEEDED = "needed"  #: nobody has been asked yet
    ASKED = "asked"  #: the person or somebody else was asked
    PENDING = "pending"  #: the answer is being looked at
    MET = "met"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that is asked of people, and of whom."""

    kind: str
    many: int = 1
    #: How long one holds; ``None`` for ever.
    months: int | None = None
    #: Asked of who is at least, or not yet, that old on the day of the shift.
    min_age: int | None = None
    below_age: int | None = None
    #: Asked of these alone; empty for all.
    audiences: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    #: The training by which it is met.
    course: str | None = None
    #: Whether it is asked where no site says otherwise.
    needed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNeed:
    """Where a site asks for something else than the hub."""

    needed: bool
    #: How long one holds there, counted from its first day; ``None`` as everywhere.
    months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is known about one requirement of one person."""

    kind: str
    nth: int = 1
    status: Status
    valid_from: date | None = None
    #: The last day on which it holds; ``None`` for ever.
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Of whom something is asked."""

    birth_date: date | None
    audience: str | None
    #: The role of the shift, or theirs where the shift has none.
    role: str | None


class State(StrEnum):
    """What a requirement is on a certain day."""

    MET = "met"
    MISSING = "missing"
    REFUSED = "refused"
    EXPIRED = "expired"
    UNNEEDED = "unneeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What became of one requirement on a certain day; ``requirement.STATE`` in ``phrases.toml`` says it."""

    kind: str
    state: State


_BY_SITE: Final[Mapping[str, SiteNeed]] = {}


def judge(
    subject: Subject,
    needs: Iterable[Need],
    held: Sequence[Held],
    *,
    on: date,
    site: Mapping[str, SiteNeed] = _BY_SITE,
) -> tuple[Finding, ...]:
    """Say of each requirement what it is on the day of a shift.

    Args:
        on: the day of the shift where it takes place.
        site: what the shift's site asks, by kind.
    """
    return tuple(Finding(kind=need.kind, state=_state(subject, need, held, on, site.get(need.kind))) for need in needs)


def outstanding(
    subject: Subject,
    needs: Iterable[Need],
    held: Sequence[Held],
    *,
    on: date,
    site: Mapping[str, SiteNeed] = _BY_SITE,
) -> tuple[str, ...]:
    """List the kinds that keep a person from a shift on that day."""
    found = judge(subject, needs, held, on=on, site=site)
    return tuple(one.kind for one in found if one.state not in (State.MET, State.UNNEEDED))


def _state(subject: Subject, need: Need, held: Sequence[Held], on: date, site: SiteNeed | None) -> State:
    if not (site.needed if site else need.needed) or not concerns(need, subject, on=on):
        return State.UNNEEDED
    own = [one for one in held if one.kind == need.kind]
    if sum(_holds(one, on, site) for one in own) >= need.many:
        return State.MET
    if any(one.status is Status.REFUSED for one in own):
        return State.REFUSED
    return State.EXPIRED if any(one.status is Status.MET for one in own) else State.MISSING


def concerns(need: Need, subject: Subject, *, on: date) -> bool:
    """Tell whether something is asked of a person; of an unknown age, what adults have to bring.

    Whoever is of an unknown age comes into no slot without supervision, as if they were under 18.
    """
    born = subject.birth_date
    return (
        (need.min_age is None or born is None or _is(born, need.min_age, on))
        and (need.below_age is None or (born is not None and not _is(born, need.below_age, on)))
        and (not need.audiences or subject.audience in need.audiences)
        and (not need.roles or subject.role in need.roles)
    )


def _is(born: date, age: int, on: date) -> bool:
    return (born.year + age, born.month, born.day) <= (on.year, on.month, on.day)


def _holds(one: Held, on: date, site: SiteNeed | None) -> bool:
    if one.status is not Status.MET:
        return False
    if (one.valid_from and on < one.valid_from) or (one.valid_until and one.valid_until < on):
        return False
    short = site.months if site else None
    return short is None or (one.valid_from is not None and month_count(on) < month_count(one.valid_from, plus=short))


def month_count(day: date, *, plus: int = 0) -> int:
    """Write a day as a number in which a month more is a hundred more: what was met on 31 January for a month ends with February."""
    return (day.year * 12 + day.month + plus) * 100 + day.day


def last_day(valid_from: date, months: int | None) -> date | None:
    """Return the last day on which something holds that is met from a day on; ``None`` for ever."""
    if months is None:
        return None
    years, month = divmod(valid_from.month - 1 + months, 12)
    last_of_month = monthrange(valid_from.year + years, month + 1)[1]
    same = date(valid_from.year + years, month + 1, min(valid_from.day, last_of_month))
    return same - timedelta(days=valid_from.day <= last_of_month)


# --- when it ends -----------------------------------------------------------------------------------------------------

#: How many days before its end people are told, once each.
LADDER: Final = (60, 30, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A requirement that ends soon."""

    valid_until: date
    #: The day on which it was met.
    met_on: date
    #: The latest notice: 60, 30 or 7; ``None`` before any.
    told_days: int | None = None


def due_notice(ending: Ending, today: date) -> int | None:
    """Say which notice is due: the last whose day has come; those before it are not sent any more.

    What was met for less than the notice's days is not told of on the day it is met.
    """
    left = (ending.valid_until - today).days
    if left < 0:
        return None
    reached = [days for days in LADDER if left <= days < (ending.valid_until - ending.met_on).days]
    due = min(reached, default=None)
    if due is None or (ending.told_days is not None and ending.told_days <= due):
        return None
    return due


# --- labels -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A requirement as its file describes it."""

    need: Need
    #: Name by language.
    label: Mapping[str, str]
    #: What the person is asked to do, in one sentence, by language.
    ask: Mapping[str, str]
    #: Who says that it is met: ``coordinator``, ``guardian``, ``aid_office``, ``employer``.
    decides: str


def needs_of(requirements: Mapping[str, Requirement], wanted: Iterable[str]) -> tuple[Need, ...]:
    """List everything that may be asked, each with whether it is where no site says otherwise.

    Args:
        wanted: kinds that the hub asks beside those that are always needed.
    """
    asked = frozenset(wanted)
    return tuple(
        replace(one.need, needed=True) if one.need.kind in asked and not one.need.needed else one.need
        for one in requirements.values()
    )
