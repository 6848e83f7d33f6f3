"""What is known about a question when its reply is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Within(StrEnum):
    """On which side of today a date lies."""

    PAST = "past"  #: a birth date, say: needs its year
    FUTURE = "future"  #: a visit, say: the next such day


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerChoice:
    """One choice that the question offers."""

    id: str
    label: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerContext:
    """What a reader may depend on besides the text."""

    language: str
    #: Today where the person is.
    today: date
    choices: tuple[AnswerChoice, ...] = ()
    within: Within | None = None
    #: Local times between which a time must lie, ``("08:00", "20:00")``; decides between morning and evening.
    window: tuple[str, str] | None = None
    #: Smallest and largest number or age that the question accepts.
    minimum: int | None = None
    maximum: int | None = None
    #: Whether a number may have a fraction: "two and a half".
    fractions: bool = False
    #: Whether the question wanted this type; if not, what only looks like an answer is left alone: a bare number, say.
    asked: bool = True
    #: The words of the question, as the person read them; empty when not known. "All good" depends on it.
    question: str = ""
    #: Id of the choice whose button was pressed.
    tap: str | None = None
