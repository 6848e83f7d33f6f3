"""Find every value that a reply tells in passing, and what shows whose it is: ``not 2 people, 4``, ``the zip is 60608``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

from flows.answers.calendar_words import WEEKDAYS, with_calendar_words
from flows.answers.choice import read_choice
from flows.answers.clock import find_times
from flows.answers.context import AnswerChoice, AnswerContext, Within
from flows.answers.date import read_date
from flows.answers.days import find_days
from flows.answers.duration import read_duration
from flows.answers.email import read_email
from flows.answers.name import read_name
from flows.answers.number import find_numbers, read_age
from flows.answers.outcome import GUESS, Ambiguous, Match, NoMatch, Outcome
from flows.answers.phone import read_phone
from flows.answers.time import read_time
from flows.answers.words import MAX_CHARS, fold, listed, phrase_key, words
from flows.answers.zip_code import read_zip_code
from flows.facts import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One answer that was given, and what its question asked."""

    type: str
    value: Json
    #: What people call it, in both languages: ``people``, ``check-in``; tells two of a type apart.
    words: tuple[str, ...] = ()
    choices: tuple[AnswerChoice, ...] = ()
    within: Within | None = None
    window: tuple[str, str] | None = None
    minimum: int | None = None
    maximum: int | None = None


_Read = Callable[[str, AnswerContext], Outcome]
#: How a type is read in passing; some only when a word leads to them.
_READ: Final[Mapping[str, tuple[re.Pattern[str] | None, _Read]]] = {
    "email": (None, read_email),
    "phone": (None, read_phone),
    "zip": (None, read_zip_code),
    "date": (None, read_date),
    "time": (None, read_time),
    "duration": (None, read_duration),
    "name": (re.compile(r"(?<!\w)(?:name|me llamo|nombre|apellido|call me|spelled|spelt|se escribe)(?!\w)"), read_name),
    "age": (re.compile(r"(?<!\w)(?:age|old|years|yo|edad|anos|i'?m|i am|tengo)(?!\w)"), read_age),
}
_LOOK_LIKE_NUMBERS: Final = ("phone", "zip", "duration")
#: Up to so many words a number without a thing may be an hour: "no, make it 4".
_BRIEF: Final = 5
#: How many letters after a number the thing that it counts stands.
_REACH: Final = 30
#: After a number: words that name no thing, so that the number may be any field's.
_NO_THING: Final = frozenset(
    listed(
        "for|at|on|in|of|to|and|or|but|please|pls|instead|not|only|just|actually|total|this|that|tomorrow|today|tonight|next|from",
        "starting|as|is|if|so|because|i|i'm|we|more|now|then|with|thanks|thank|sorry|rather|would|will|my|the|a|para|en|de|y|o|pero",
        "por|favor|solo|solamente|mejor|no|hoy|manana|las|la|el|gracias",
    )
)
#: Before a number: it is not the new one: "not 2"; or between others: "from 2 to 4", "2 more", "one of my friends".
_DENIED: Final = re.compile(
    r"(?<![\w'])(?:not|no longer|instead of|rather than|no (?:son|es)|en vez de|en lugar de)(?: \w+){0,1} $"
)
_FROM: Final = re.compile(r"(?<!\w)(?:from|de) $")
_TO: Final = re.compile(r" (?:to|a) \d")
_OF_SOMETHING: Final = re.compile(
    r" ?(?:more|mas|%|/|of (?:my|us|the|our|them|those)|de (?:mis|nosotros|los|las|ellos))"
)
_ONE_PERSON: Final = re.compile(
    r"(?<!\w)(?:(?:just|only|it'?s|be|for) (?:me|myself)|(?:solo|solamente|nada mas) yo)(?!\w)"
)
_PERSONS: Final = frozenset({"people", "persons", "person", "personas", "persona"})
#: Of a longer label a single word tells little.
_SHORT_LABEL: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A value that was said, of which type, and what shows whose it is."""

    type: str
    value: Json
    #: The thing counted: ``rooms``; or what stands before it: ``party of``.
    beside: tuple[str, ...] = ()
    #: The only field it can belong to.
    field: str = ""


def told_values(text: str, said: str, context: AnswerContext, known: Mapping[str, Known]) -> Iterator[Told]:
    """Yield what a reply tells, type by type, without what was known already."""
    kinds = {one.type for one in known.values()}
    left = text[:MAX_CHARS]
    for kind, (pattern, read) in _READ.items():
        if kind not in kinds or (pattern is not None and not pattern.search(said)):
            continue
        hours = _without_counts(left, context, known) if kind == "time" and "number" in kinds else left
        outcome = read(hours, _asking(next(one for one in known.values() if one.type == kind), context))
        if kind == "date" and isinstance(outcome, Match) and _only_repeats(left, outcome, known):
            continue
        yield from _new(kind, outcome, known)
        if isinstance(outcome, Match) and kind in _LOOK_LIKE_NUMBERS:
            left = _without(left, [outcome.span])
    left = _without_days_and_times(left, context)
    counts = list(_counts(left, context))
    if "number" in kinds:
        yield from counts
    elif len(counts) == 1 and all(word.startswith("<") for word in counts[0].beside) and len(said.split()) <= _BRIEF:
        yield from _hour(counts[0], context, known)
    for field, one in known.items():
        if one.type == "choice":
            yield from _chosen(field, one, left, context)


def _only_repeats(text: str, day: Match, known: Mapping[str, Known]) -> bool:
    """Tell whether nothing but the weekday of a known date was said: "Friday is right"."""
    name = fold(text[slice(*day.span)]).text
    days = [one.value for one in known.values() if one.type == "date" and isinstance(one.value, str) and one.value]
    return name in WEEKDAYS and any(date.fromisoformat(one).weekday() == WEEKDAYS[name] for one in days)


def _new(kind: str, outcome: Outcome, known: Mapping[str, Known]) -> Iterator[Told]:
    match outcome:
        case Match(value=value):
            yield Told(type=kind, value=value)
        case Ambiguous(options=options):
            old = [one.value for one in known.values() if one.type == kind]
            yield from (Told(type=kind, value=option.value) for option in options if option.value not in old)
        case NoMatch():
            pass


def _without(text: str, places: Iterable[tuple[int, int]]) -> str:
    """Blank out stretches of a text."""
    left = list(text)
    for start, end in places:
        left[start:end] = "." * (end - start)
    return "".join(left)


def _without_counts(text: str, context: AnswerContext, known: Mapping[str, Known]) -> str:
    """Blank out numbers that count what a field counts, so that the 4 of "from 2 to 4 people" is no hour."""
    things = {word for one in known.values() if one.type == "number" for word in one.words}
    reply, numbers = find_numbers(text, context)
    counting = [
        number
        for number in numbers
        if things.intersection(re.findall(r"[a-z]+", reply.text[number.end : number.end + _REACH])[:2])
    ]
    if not counting:
        return text
    old = [number for number in numbers if _TO.match(reply.text[number.end :])]
    return _without(text, [reply.span(number.start, number.end) for number in (*counting, *old)])


def _asking(one: Known, context: AnswerContext, *, asked: bool = False) -> AnswerContext:
    return replace(
        context,
        asked=asked,
        choices=one.choices,
        within=one.within,
        window=one.window,
        minimum=one.minimum,
        maximum=one.maximum,
    )


def _without_days_and_times(text: str, context: AnswerContext) -> str:
    """Blank out dates and times, so that their numbers count nothing."""
    reply = with_calendar_words(fold(text), language=context.language)
    told = [(day.start, day.end) for day in find_days(reply.text, replace(context, asked=False))]
    times = (time for time in find_times(reply.text) if time.marked and (time.exact or time.sure or time.lead == "at"))
    told += [(time.start, time.end) for time in times]
    return _without(text, (reply.span(*place) for place in told))


def _counts(left: str, context: AnswerContext) -> Iterator[Told]:
    """Yield the numbers that count something, with the thing."""
    reply, numbers = find_numbers(left, context)
    for number in numbers:
        before, after = reply.text[: number.start], reply.text[number.end :]
        old = _FROM.search(before) and _TO.match(after)
        if old or _DENIED.search(before) or _OF_SOMETHING.match(after) or before.endswith(("$", "#", "# ")):
            continue
        things = re.match(r" ?(?:other |extra )?([a-z]+)?(?: ([a-z]+))?", after)
        thing, second = things.groups() if things else (None, None)
        ahead = re.findall(r"[a-z]+", before.rpartition(".")[2])[-3:]
        if thing is None or thing in _NO_THING:
            yield Told(type="number", value=number.value, beside=tuple(f"<{word}" for word in ahead))
        else:
            yield Told(type="number", value=number.value, beside=(thing, *([second] if second else ())))
    if not numbers and _ONE_PERSON.search(reply.text):
        yield Told(type="number", value=1, beside=tuple(_PERSONS))


def _hour(count: Told, context: AnswerContext, known: Mapping[str, Known]) -> Iterator[Told]:
    """Read a bare number as an hour, when a time but no number was known: "no, make it 4"."""
    times = [one for one in known.values() if one.type == "time"]
    if len(times) == 1 and "<for" not in count.beside and isinstance(count.value, int) and 1 <= count.value <= 12:
        outcome = read_time(str(count.value), _asking(times[0], context, asked=True))
        if isinstance(outcome, Match):
            yield Told(type="time", value=outcome.value)


def _chosen(field: str, one: Known, left: str, context: AnswerContext) -> Iterator[Told]:
    """Yield the choice that is named, or of which a word is said that no other choice has."""
    outcome = read_choice(left, _asking(one, context))
    if isinstance(outcome, Match) and (outcome.confidence > GUESS) and not re.search(r"\d", left[slice(*outcome.span)]):
        yield Told(type="choice", value=outcome.value, field=field)
        return
    said = {word.text for word in words(fold(left))}
    own = _own_words(tuple((choice.id, choice.label) for choice in one.choices))
    named = [choice for choice, of_choice in own.items() if of_choice & said and choice != one.value]
    if len(named) == 1:
        yield Told(type="choice", value=named[0], field=field)


@lru_cache(maxsize=256)
def _own_words(choices: tuple[tuple[str, str], ...]) -> Mapping[str, frozenset[str]]:
    """Return, for each choice, the words of a short label that no other label has."""
    by_id = {choice: frozenset(phrase_key(label).split()) for choice, label in choices}
    return {
        choice: frozenset(
            word
            for word in mine
            if (len(word) > 3 or len(mine) == 1)
            and not any(word in other for at, other in by_id.items() if at != choice)
        )
        if len(mine) <= _SHORT_LABEL
        else frozenset()
        for choice, mine in by_id.items()
    }
