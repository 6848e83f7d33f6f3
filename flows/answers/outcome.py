"""What reading a reply may come to: understood, understood in several ways, or not understood and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from flows.facts import Json

#: A reading that rests on a guess; the person should see it echoed before it counts.
GUESS: Final = 0.6
#: A reading that one reasonable person in twenty would not share.
LIKELY: Final = 0.85
#: The person said just this.
CERTAIN: Final = 1.0


class Reason(StrEnum):
    """Why a reply is no answer; each has its words in a phrase file."""

    #: Holds no letter, digit or sign that can be read: a picture, a blank.
    EMPTY = "empty"
    NOT_UNDERSTOOD = "not_understood"
    #: Options: more than one choice was named.
    WHICH_CHOICE = "which_choice"
    #: Options: the reply holds a yes and a no.
    YES_AND_NO = "yes_and_no"
    IMPOSSIBLE_DATE = "impossible_date"
    IMPOSSIBLE_YEAR = "impossible_year"
    IN_FUTURE = "in_future"
    IN_PAST = "in_past"
    YEAR_MISSING = "year_missing"
    DAY_MISSING = "day_missing"
    WHICH_DATE = "which_date"
    IMPOSSIBLE_TIME = "impossible_time"
    OUTSIDE_HOURS = "outside_hours"
    WHICH_TIME = "which_time"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    NOT_WHOLE = "not_whole"
    WHICH_NUMBER = "which_number"
    UNKNOWN_ZIP = "unknown_zip"
    WHICH_ZIP = "which_zip"
    INVALID_PHONE = "invalid_phone"
    WHICH_PHONE = "which_phone"
    INVALID_EMAIL = "invalid_email"
    WHICH_EMAIL = "which_email"
    NOT_A_NAME = "not_a_name"
    NO_DAYS_LEFT = "no_days_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of several possible readings, with the facts from which its label is worded."""

    value: Json
    #: For example ``{"date": "2027-03-05"}`` or ``{"choice": "tutor"}``; rendering belongs to the phrase file.
    label: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The reply was understood."""

    value: Json
    #: Where in the reply the answer stands: start and end, counted in characters of the text as it came.
    span: tuple[int, int]
    confidence: float = CERTAIN
    #: Other readings, likeliest first.
    alternatives: tuple[Option, ...] = ()
    #: What else the person said with it: ``but Tuesday`` in "yes, but Tuesday"; empty when only courtesy is left.
    rest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """The reply means one of these; the person decides."""

    options: tuple[Option, ...]
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMatch:
    """The reply is no answer to this question."""

    reason: Reason


Outcome = Match | Ambiguous | NoMatch
