"""Decide who belongs to an employer, a college or a district, and which of their time it pays for."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final


class OrganisationKind(StrEnum):
    """What kind of organisation people belong to."""

    EMPLOYER = "employer"
    COLLEGE = "college"
    DISTRICT = "district"


class MembershipStatus(StrEnum):
    """How far it has come between a person and an organisation."""

    PENDING = "pending"  #: the organisation has not said yet that they belong to it
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    ENDED = "ended"  #: they named another one


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What an organisation wants; each kind reads its own part."""

    #: Employer: whether somebody there confirms each person before they count as an employee: a code may leak.
    approve_members: bool = False
    #: Employer: whether somebody there approves each shift on paid time.
    needs_manager: bool = False
    #: Employer: paid hours that each person has in a calendar year. Usual is 20 of 4 to 40.
    hours_per_year: int = 0
    #: District: hours a student needs; how many of them may be training, ``None`` for any; what else it wants.
    hours_needed: int = 0
    training_hours_at_most: int | None = None
    needs_reflection: bool = False
    #: District: its schools, by which its students are known.
    schools: tuple[str, ...] = ()
    #: District: when service may be, by the clock of the place, see ``flows.rules.service_times``; words allow any time.
    allowed_times: str = ""


class PolicyError(ValueError):
    """A policy holds something that is none; the message says what to write."""


def read_policy(written: str | Mapping[str, Any]) -> Policy:
    """Read a policy from JSON or from what JSON holds.

    Raises:
        PolicyError: a key is unknown, or a value is of another kind.
    """
    table = json.loads(written) if isinstance(written, str) else dict(written)
    known = {one.name: one.type for one in fields(Policy)}
    for key, value in table.items():
        if key not in known:
            raise PolicyError(f"{key}: there is no such policy; known are {', '.join(sorted(known))}")
        if not _fits(str(known[key]), value):
            raise PolicyError(f"{key}: found {value!r}; write {_EXAMPLES[str(known[key])]}")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return Policy(**values)


_EXAMPLES: Final = {
    "bool": "true or false",
    "int": "a number of hours",
    "int | None": "a number of hours",
    "str": "a text",
    "tuple[str, ...]": 'names, like ["Lincoln Park High"]',
}


def _fits(kind: str, value: Any) -> bool:
    match kind:
        case "bool":
            return isinstance(value, bool)
        case "int" | "int | None":
            return type(value) is int and 0 <= value <= 2000
        case "str":
            return isinstance(value, str)
        case _:
            return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)


def write_policy(policy: Policy) -> str:
    """Write a policy as JSON, without what is as usual."""
    usual = Policy()
    kept = {one.name: getattr(policy, one.name) for one in fields(Policy)}
    return json.dumps({name: value for name, value in kept.items() if value != getattr(usual, name)})


# --- who belongs to which ---------------------------------------------------------------------------------------------

#: Wrong codes from one address within so long, after which none is compared until it is over.
MAX_WRONG_CODES: Final = 5
WRONG_WITHIN: Final = timedelta(minutes=10)
#: Wrong codes from one address within a day after which a human looks, and none is compared until it is over.
MAX_WRONG_A_DAY: Final = 10
#: How long wrong codes count.
A_DAY: Final = timedelta(days=1)
#: So many people may use an employer's code within so long; from then on each is approved: it may have leaked.
MOST_BY_CODE: Final = 20
CODE_WITHIN: Final = timedelta(days=1)
#: A code has at least so many letters and digits, one of them a digit: nobody guesses one by a name.
MIN_CODE: Final = 6
_LONGEST_CODE: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation, as a turn knows it."""

    id: int
    kind: OrganisationKind
    name: str
    code: str
    slack_team: str | None = None
    policy: Policy = field(default_factory=Policy)


def normal_code(text: str) -> str:
    """Return what counts of a code that somebody typed: letters and digits, in capitals."""
    return "".join(sign for sign in text.upper() if sign.isascii() and sign.isalnum())


def is_code(code: str) -> bool:
    """Tell whether a normalised text can be a code."""
    return MIN_CODE <= len(code) <= _LONGEST_CODE and any(map(str.isdigit, code)) and any(map(str.isalpha, code))


def looks_like_code(text: str) -> bool:
    """Tell whether somebody means a code: one word, or words in capitals, with a digit in it."""
    return is_code(normal_code(text)) and (" " not in text.strip() or text == text.upper())


class Guessing(StrEnum):
    """Whether codes from an address are compared with those that there are."""

    FREE = "free"
    WAITS = "waits"  #: for some minutes
    STOPPED = "stopped"  #: for the day; a human looks


def guessing(wrong: Sequence[datetime], now: datetime) -> Guessing:
    """Say whether the next code from an address is compared.

    Args:
        wrong: when codes that nobody has came from there.
    """
    if sum(now - at < A_DAY for at in wrong) >= MAX_WRONG_A_DAY:
        return Guessing.STOPPED
    return Guessing.WAITS if sum(now - at < WRONG_WITHIN for at in wrong) >= MAX_WRONG_CODES else Guessing.FREE


def may_be_code(text: str) -> bool:
    """Tell whether a text would be somebody's code if there were such a one: each has a digit."""
    code = normal_code(text)
    return MIN_CODE <= len(code) <= _LONGEST_CODE and any(map(str.isdigit, code))


#: Whole sorts of schools are called so.
_KINDS_OF_SCHOOL: Final = frozenset(
    {"the", "high", "school", "hs", "college", "university", "univ", "at", "of"}
    | {"la", "el", "de", "escuela", "secundaria", "preparatoria", "prepa", "universidad", "colegio"}
)
_MIN_TELLING_CHARS: Final = 5


def find_organisation(
    organisations: Iterable[Organisation],
    kind: OrganisationKind,
    said: str,
    *,
    slack_team: str | None,
    by_code: bool = True,
) -> Organisation | None:
    """Find the organisation that somebody belongs to by what they said, or by the workspace they write from.

    A college or a school is found by its name as well, since the college confirms and a school is no secret; an employer
    never, since its name is none.

    Args:
        by_code: whether what was said is compared with codes.
    """
    own = [one for one in organisations if one.kind is kind]
    code = normal_code(said) if by_code else ""
    with_code = next((one for one in own if code and normal_code(one.code) == code), None)
    if with_code or kind is OrganisationKind.EMPLOYER:
        return with_code or next((one for one in own if slack_team and one.slack_team == slack_team), None)
    name = _plain(said)
    named = next((one for one in own if name in {_plain(one.name), *map(_plain, one.policy.schools)}), None)
    return named or _called(own, said)


def _called(organisations: Iterable[Organisation], said: str) -> Organisation | None:
    """Find the one that people call so: "lakeshore" is Lakeshore State College, "Northgate" is Northgate High."""
    words = _words(said)
    if not any(len(word) >= _MIN_TELLING_CHARS for word in words):
        return None
    hits = [
        one
        for one in organisations
        if (one.kind is OrganisationKind.COLLEGE and _words(one.name)[: len(words)] == words)
        or any(_words(known) == words for known in (one.name, *one.policy.schools))
    ]
    return hits[0] if len(hits) == 1 else None


def _words(name: str) -> tuple[str, ...]:
    """Return the words of a name that tell it from others, in small letters without accents."""
    signs = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(" " if sign in "-/," else sign for sign in signs if sign.isalnum() or sign in " -/,")
    return tuple(word for word in plain.split() if word not in _KINDS_OF_SCHOOL)


def _plain(name: str) -> str:
    signs = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in signs if sign.isalnum())


def status_of_new_member(organisation: Organisation) -> MembershipStatus:
    """Say where somebody stands who has just named their organisation: an aid office always confirms."""
    confirms = organisation.kind is OrganisationKind.COLLEGE or organisation.policy.approve_members
    return MembershipStatus.PENDING if confirms else MembershipStatus.CONFIRMED


# --- which time is paid -----------------------------------------------------------------------------------------------


class PaidBy(StrEnum):
    """Whose money an allowance is."""

    COLLEGE = "college"
    EMPLOYER = "employer"


#: The period of a work-study award; paid time off goes by calendar year.
AWARD: Final = "award"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Minutes that a person may serve on somebody's money, as far as they are not booked or served yet."""

    paid_by: PaidBy
    #: Whether the college's aid office has authorised it; an employer's is, once the person is confirmed.
    authorised: bool
    #: Minutes left by period: ``award``, or the years that have been begun.
    left: Mapping[str, int] = field(default_factory=dict)
    #: Minutes of a year that has not been begun.
    each_year: int = 0
    #: Most minutes a week, Monday to Sunday, and those taken by the Monday of their week.
    weekly_minutes: int | None = None
    taken: Mapping[date, int] = field(default_factory=dict)
    #: The last day on which it holds.
    ends_on: date | None = None

    def left_in(self, period: str) -> int:
        """Return the minutes left in a period."""
        return self.left.get(period, self.each_year if self.paid_by is PaidBy.EMPLOYER else 0)


def payer(audience: str | None, answers: Mapping[str, Any]) -> PaidBy | None:
    """Say who would pay for somebody's time by what they told us; whether that counts, the payer has to confirm."""
    if audience == "work_study" and answers.get("award") is not False:
        return PaidBy.COLLEGE
    return PaidBy.EMPLOYER if audience == "employee" and answers.get("time_off") == "vto" else None


def period_of(paid_by: PaidBy, day: date) -> str:
    """Name the period that a day's minutes are taken from."""
    return AWARD if paid_by is PaidBy.COLLEGE else str(day.year)


def monday_of(day: date) -> date:
    """Return the first day of a day's week."""
    return day - timedelta(days=day.weekday())


def refuse_time(allowance: Allowance | None, starts_local: datetime, minutes: int) -> str | None:
    """Say why a shift is not covered by whoever would pay for it; ``None`` when it is, or when nobody pays."""
    if allowance is None:
        return None
    day = starts_local.date()
    if not allowance.authorised:
        return "aid_office"
    if allowance.ends_on and day > allowance.ends_on:
        return "award_over"
    if minutes > allowance.left_in(period_of(allowance.paid_by, day)):
        return "award_used" if allowance.paid_by is PaidBy.COLLEGE else "time_off_used"
    most = allowance.weekly_minutes
    if most is not None and allowance.taken.get(monday_of(day), 0) + minutes > most:
        return "week_full"
    return None


#: Why a shift is not paid for; each has a sentence in ``phrases.toml``.
TIME_REASONS: Final = ("aid_office", "award_over", "award_used", "time_off_used", "week_full")

#: Shares of an allowance at which the person is told, once each.
WARN_AT: Final = (80, 95, 100)


def due_warning(*, used: int, granted: int, warned: int) -> int | None:
    """Say of which share somebody has to be told now; ``None`` when they know. Of several at once the highest is told.

    Args:
        used: minutes booked and served.
        warned: the highest share they have been told of.
    """
    reached = [share for share in WARN_AT if granted > 0 and used * 100 >= granted * share]
    return reached[-1] if reached and reached[-1] > warned else None


#: How long a manager has to approve a shift, and how long before it at the latest.
MANAGER_WITHIN: Final = timedelta(days=3)
BEFORE_SHIFT: Final = timedelta(hours=12)


def held_until(now: datetime, starts_at: datetime) -> datetime:
    """Say until when a place is held for a manager who has to approve it."""
    return max(min(now + MANAGER_WITHIN, starts_at - BEFORE_SHIFT), now + timedelta(hours=1))
