"""Read a whole number in digits or words, and an age."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from flows.answers.context import AnswerContext, Within
from flows.answers.date import read_date
from flows.answers.numerals import with_digits
from flows.answers.outcome import CERTAIN, GUESS, LIKELY, Ambiguous, Match, NoMatch, Option, Outcome, Reason
from flows.answers.words import Reply, core, fold, words
from flows.facts import age_on

_NUMBER: Final = re.compile(
    r"(?<![\w.,/:@-])(?P<sign>-)?(?P<whole>\d{1,3}(?:[,.]\d{3})+(?!\d)|\d{1,12})(?P<part>[.,]\d{1,6}(?!\d))?(?P<scale> ?k\b| thousand| 1000)?(?![\w@/:-]|[.,]\d)"
)
_WORD_NUMBERS: Final = (
    (re.compile(r"(?<![\w'])(?:(?:a )?half (?:a )?dozen|media docena)(?![\w'])"), "6"),
    (re.compile(r"(?<![\w'])(?<!\w )(?:a |one |una )?(?:dozen|docena)(?![\w'])"), "12"),
    (
        re.compile(
            r"(?<![\w'])(?:(?:a |un )?(?:couple|pair|par)(?: of| de)?|both|ambos|ambas|twice|dos veces)(?![\w'])"
        ),
        "2",
    ),
    (re.compile(r"(?<![\w'])(?:once(?= a| per| every)|una vez)(?![\w'])"), "1"),
    (re.compile(r"(?<![\w'])a(?= (?:hundred|thousand))"), "one"),
    (re.compile(r"(?<![\w'])(?:none|zero|nil|not any|ningun[oa]?|nada)(?![\w'])"), "0"),
)
#: Several numbers that are one: three dozen, zero five.
_TOGETHER: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (
        re.compile(r"(?<![\w.,])(\d{1,4}) (?:dozens?|dz|dzs|dozs?|docenas?)(?!\w)"),
        lambda found: str(12 * int(found[1])),
    ),
    (re.compile(r"^0 (?=\d$)"), lambda found: ""),
)
_AGED: Final = re.compile(
    r"(?<![\w.])(?P<age>\d{1,3}) ?-?(?:years?|yrs?|yr|y/?o|anos|anitos)(?![\w])(?:[ -]?(?:olds?|of age|de edad))?"
)
_LED: Final = re.compile(
    r"(?<![\w'])(?:i am|i'?m|im|age|aged|edad|tengo|cumpli|turned|just turned|my age is|age is)(?: |:|: )(?P<age>\d{1,3})(?!\w|[/-])"
)
_OLDEST: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNumber:
    """A whole number in a text, and where it stands."""

    start: int
    end: int
    value: int


def find_numbers(text: str, context: AnswerContext) -> tuple[Reply, list[FoundNumber]]:
    """Return the text with digits for number words, and its whole numbers."""
    reply = _as_digits(text, context)
    return reply, [
        FoundNumber(start=place.start(), end=place.end(), value=_value(place))
        for place in _NUMBER.finditer(reply.text)
        if not place["part"]
    ]


def read_number(text: str, context: AnswerContext) -> Outcome:
    """Read one whole number between the question's smallest and largest."""
    reply = _as_digits(text, context)
    if not reply.text:
        return NoMatch(reason=Reason.EMPTY)
    found = list(_NUMBER.finditer(reply.text))
    values = dict.fromkeys(_value(place) for place in found)
    if not found:
        return NoMatch(reason=Reason.NOT_UNDERSTOOD)
    if any(place["part"] and re.sub(r"[.,0]", "", place["part"]) for place in found):
        return NoMatch(reason=Reason.NOT_WHOLE)
    allowed = [value for value in values if _fault(value, context) is None]
    if not allowed:
        return NoMatch(reason=_fault(next(iter(values)), context) or Reason.NOT_UNDERSTOOD)
    if len(allowed) > 1:
        return Ambiguous(
            options=tuple(Option(value=value, label={"number": value}) for value in allowed), reason=Reason.WHICH_NUMBER
        )
    place = next(place for place in found if _value(place) == allowed[0])
    return _match(reply, place, allowed[0], CERTAIN if len(core(words(reply))) <= 4 else LIKELY)


def read_age(text: str, context: AnswerContext) -> Outcome:
    """Read an age in full years; a birth date is answered by the age it gives today."""
    reply = _as_digits(text, context)
    if not reply.text:
        return NoMatch(reason=Reason.EMPTY)
    limits = AnswerContext(
        language=context.language,
        today=context.today,
        within=Within.PAST,
        minimum=context.minimum or 0,
        maximum=context.maximum or _OLDEST,
    )
    for pattern in (_AGED, _LED):
        places = {int(place["age"]): place for place in pattern.finditer(reply.text)}
        if len(places) == 1:
            value, place = places.popitem()
            fault = _fault(value, limits)
            return NoMatch(reason=fault) if fault else _match(reply, place, value, CERTAIN)
    born = read_date(text, limits) if len(re.findall(r"\d", reply.text)) > 3 else None
    if isinstance(born, Match) and isinstance(born.value, str):
        age = age_on(date.fromisoformat(born.value), context.today)
        return Match(value=age, span=born.span, confidence=GUESS, rest=born.rest)
    return read_number(text, limits)


def _as_digits(text: str, context: AnswerContext) -> Reply:
    reply = fold(text)
    for pattern, digits in _WORD_NUMBERS:
        reply = reply.replaced([(f.start(), f.end(), digits) for f in pattern.finditer(reply.text)])
    reply = with_digits(reply, language=context.language)
    for pattern, write in _TOGETHER:
        reply = reply.replaced([(f.start(), f.end(), write(f)) for f in pattern.finditer(reply.text)])
    return reply


def _value(place: re.Match[str]) -> int:
    value = int(re.sub(r"\D", "", place["whole"])) * (1000 if place["scale"] else 1)
    return -value if place["sign"] else value


def _fault(value: int, context: AnswerContext) -> Reason | None:
    if value < (context.minimum if context.minimum is not None else 0):
        return Reason.TOO_SMALL
    if context.maximum is not None and value > context.maximum:
        return Reason.TOO_LARGE
    return None


def _match(reply: Reply, place: re.Match[str], value: int, confidence: float) -> Match:
    return Match(
        value=value,
        span=reply.span(*place.span()),
        confidence=confidence,
        rest=reply.rest(*place.span()),
    )
