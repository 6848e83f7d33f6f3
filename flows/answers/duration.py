"""Read how long something takes; the value is in minutes: ``an hour and a half``, ``2 horas``, ``90 min`` are 90, 120, 90."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from flows.answers.context import AnswerContext
from flows.answers.numerals import with_digits
from flows.answers.outcome import CERTAIN, GUESS, LIKELY, Ambiguous, Match, NoMatch, Option, Outcome, Reason
from flows.answers.words import Reply, core, fold, phrases, words

#: By the beginning of a unit: how many minutes it has; a month is 30 days, a year 365.
_MINUTES: Final = (("mi", 1), ("me", 30 * 1440), ("mo", 30 * 1440), ("m", 1), ("h", 60), ("d", 1440), ("n", 1440), ("w", 7 * 1440), ("s", 7 * 1440), ("y", 365 * 1440), ("a", 365 * 1440))  # fmt: skip
_UNIT: Final = (
    r"(?P<unit>hours?|hrs?|hr|h|horas?|minutes?|mins?|minutos?|m|days?|d|dias?|nights?|noches?|weeks?|wks?|semanas?|"
    r"months?|mes(?:es)?|years?|yrs?|anos?)"
)
_FRACTION: Final = r"(?:1/2|1/4|3/4|half|quarter|medi[ao]|cuarto)"
_AMOUNT: Final = (
    rf"(?:(?P<whole>\d{{1,4}}(?:[.,]\d{{1,2}})?)(?:,? ?(?:and |y )?(?:an? )?(?P<part>{_FRACTION}))?"
    rf"|(?:an? |1 )?(?P<only>{_FRACTION}|3 quarters|3 cuartos)(?: of)?(?: de)?(?: an?| one)?"
    r"|(?P<pair>(?:an? |1 )?(?:couple|pair|par)(?: of| de)?)|(?P<one>an?|another|otr[ao]|all|whole|tod[ao] (?:el|la)))"
)
_STRETCH: Final = re.compile(
    rf"(?<![\w.,:/$])(?!and(?!\w))(?:{_AMOUNT}(?: more| mas| full| whole)? ?-?{_UNIT}|(?P<bare>hora|dia|semana|mes|ano)(?= y ))"
    rf"(?!\w)(?:,? (?:and|y) (?:an? |1 )?(?P<more>{_FRACTION})(?! (?:an? )?(?:hours?|horas?|min))(?!\w))?"
)
#: The number before "to 3 hours"; its unit comes later.
_RANGE: Final = re.compile(
    rf"(?<![\w.,:/$-])(?P<count>\d{{1,3}}(?:[.,]\d)?)(?= ?(?:-|to|or|a|o) ?\d{{1,3}}(?:[.,]\d)? ?-?{_UNIT}(?!\w))"
)
#: Before "a week": how often, not how long.
_OFTEN: Final = re.compile(r"(?:hours?|hrs?|h|horas?|minutes?|mins?|minutos?|times|veces) (?:per |por |cada )?$")
_CLOCK: Final = re.compile(
    r"(?<![\w.,:/$-])(?P<h>\d{1,2})(?:h ?|:)(?P<m>[0-5]\d)(?: ?(?:hours?|hrs?|h|horas?|m|min))?(?![\w:])"
)
#: "1 h 15", "2 hours and 15": the minutes have no unit.
_HOURS_AND: Final = re.compile(
    r"(?<![\w.,:/$-])(?P<h>\d{1,2}) ?(?:hours?|hrs?|h|horas?)(?: ?(?:and|y|con) (?P<m>[0-5]?\d)| ?(?P<m2>[0-5]\d))(?= *$|[.,!;] *$)"
)
_JOINED: Final = re.compile(r"^,? ?(?:and |y |con |with |plus )?$")
_BARE: Final = re.compile(r"^\D{0,12}?(?P<count>\d{1,3})\D{0,3}$")
#: "2.5", "3 and a half": no minutes are told so, nor days.
_BARE_PART: Final = re.compile(
    rf"^(?P<whole>\d{{1,2}})(?:[.,](?P<hundredths>\d{{1,2}})|,? ?(?:and |y )?(?:an? )?(?P<part>{_FRACTION}))[.!]?$"
)
#: A bare number up to this means hours, a larger one minutes.
_MOST_HOURS: Final = 10
_AROUND: Final = phrases(
    "about|around|like|maybe|for|it takes|takes|roughly|i have|como|unas|unos|mas o menos|por|tengo"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    start: int
    end: int
    minutes: Fraction


def read_duration(text: str, context: AnswerContext) -> Outcome:
    """Read one length of time between the question's smallest and largest, in minutes."""
    reply = with_digits(fold(text), language=context.language)
    if not reply.text:
        return NoMatch(reason=Reason.EMPTY)
    found = _joined(reply.text, _stretches(reply.text))
    if not found:
        return _bare_part(reply, context) or _bare(reply, context)
    values = {int(stretch.minutes): stretch for stretch in found if stretch.minutes.denominator == 1}
    allowed = [value for value in values if _fault(value, context) is None]
    if not allowed:
        return NoMatch(
            reason=_fault(next(iter(values)), context) or Reason.NOT_UNDERSTOOD if values else Reason.NOT_WHOLE
        )
    if len(allowed) > 1:
        return Ambiguous(options=tuple(map(_option, allowed)), reason=Reason.WHICH_NUMBER)
    return _match(reply, values[allowed[0]], allowed[0], CERTAIN)


def _stretches(text: str) -> list[_Stretch]:
    return [*_ranged(text), *_single(text)]


def _ranged(text: str) -> list[_Stretch]:
    """Read the first number of "2-3 hours", of which the unit stands after the second."""
    return [
        _Stretch(start=at.start(), end=at.end(), minutes=Fraction(at["count"].replace(",", ".")) * _each(at["unit"]))
        for at in _RANGE.finditer(text)
    ]


def _single(text: str) -> list[_Stretch]:
    clocks = [
        _Stretch(start=at.start(), end=at.end(), minutes=Fraction(60 * int(at["h"]) + int(at["m"])))
        for at in _CLOCK.finditer(text)
    ]
    if not clocks:
        clocks = [
            _Stretch(start=at.start(), end=at.end(), minutes=Fraction(60 * int(at["h"]) + int(at["m"] or at["m2"])))
            for at in _HOURS_AND.finditer(text)
        ]
    told = [
        _Stretch(start=at.start(), end=at.end(), minutes=_minutes(at))
        for at in _STRETCH.finditer(text)
        if not (at["one"] and _OFTEN.search(text[: at.start()]))
        if not any(at.start() < clock.end and clock.start < at.end() for clock in clocks)
    ]
    return sorted([*clocks, *told], key=lambda stretch: stretch.start)


def _minutes(at: re.Match[str]) -> Fraction:
    unit = at["unit"] or at["bare"]
    each = _each(unit)
    count = Fraction(at["whole"].replace(",", ".")) if at["whole"] else Fraction(0)
    count += 2 if at["pair"] else 1 if at["one"] or at["bare"] else 0
    return each * (count + _fraction(at["part"]) + _fraction(at["only"]) + _fraction(at["more"]))


def _each(unit: str) -> int:
    return next(minutes for beginning, minutes in _MINUTES if unit.startswith(beginning))


def _fraction(word: str | None) -> Fraction:
    if word is None:
        return Fraction(0)
    if "/" in word:
        return Fraction(word)
    return Fraction(3 if word[0] == "3" else 1, 2 if word.startswith(("half", "medi")) else 4)


def _joined(text: str, stretches: Sequence[_Stretch]) -> list[_Stretch]:
    """Add up what stands together: "2 hours and 15 minutes"."""
    joined: list[_Stretch] = []
    for one in stretches:
        last = joined[-1] if joined else None
        if last is not None and one.minutes < last.minutes and _JOINED.match(text[last.end : one.start]):
            joined[-1] = _Stretch(start=last.start, end=one.end, minutes=last.minutes + one.minutes)
        else:
            joined.append(one)
    return joined


def _bare_part(reply: Reply, context: AnswerContext) -> Match | None:
    """Guess that a number with a fraction, which stands alone, counts hours."""
    said = core(words(reply), also=_AROUND)
    bare = _BARE_PART.match(reply.text[said[0].start :]) if said and context.asked else None
    if bare is None:
        return None
    hours = Fraction(f"{bare['whole']}.{bare['hundredths'] or 0}") + _fraction(bare["part"])
    value = int(60 * hours)
    if _fault(value, context):
        return None
    return Match(value=value, span=reply.span(said[0].start, len(reply.text)), confidence=GUESS)


def _bare(reply: Reply, context: AnswerContext) -> Outcome:
    """Guess the unit of a number that stands alone, when a length of time was asked for."""
    bare = _BARE.match(reply.text) if context.asked else None
    if bare is None or not int(bare["count"]) or len(core(words(reply), also=_AROUND)) > 1:
        return NoMatch(reason=Reason.NOT_UNDERSTOOD)
    count = int(bare["count"])
    value, other = (60 * count, count) if count <= _MOST_HOURS else (count, 60 * count)
    fault = _fault(value, context)
    if fault:
        return NoMatch(reason=fault)
    alternatives = () if _fault(other, context) else (_option(other),)
    return Match(value=value, span=reply.span(*bare.span("count")), confidence=GUESS, alternatives=alternatives)


def _match(reply: Reply, stretch: _Stretch, value: int, confidence: float) -> Match:
    rest = reply.rest(stretch.start, stretch.end, also=_AROUND)
    return Match(
        value=value,
        span=reply.span(stretch.start, stretch.end),
        confidence=min(confidence, LIKELY) if rest else confidence,
        rest=rest,
    )


def _option(value: int) -> Option:
    return Option(value=value, label={"minutes": value})


def _fault(value: int, context: AnswerContext) -> Reason | None:
    if value < (context.minimum or 0):
        return Reason.TOO_SMALL
    if context.maximum is not None and value > context.maximum:
        return Reason.TOO_LARGE
    return None
