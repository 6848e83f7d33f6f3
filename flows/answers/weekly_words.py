"""Find the days, hours and exceptions that a text about a week speaks of, English and Spanish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from flows.answers.calendar_words import WEEKDAYS, alternation
from flows.answers.clock import FoundTime, find_times
from flows.answers.words import Reply

WEEK: Final = frozenset(range(7))
_WORKDAYS: Final = frozenset(range(5))
_WEEKEND: Final = frozenset({5, 6})
#: The hours of a hub: nobody is asked to come outside them.
OPENS: Final = 8 * 60
CLOSES: Final = 21 * 60
WHOLE_DAY: Final = (OPENS, CLOSES)
#: A single hour, "Mondays at 4", is taken as so long.
_SINGLE_MINUTES: Final = 60


class ItemKind(StrEnum):
    DAYS = "days"
    HOURS = "hours"
    EXCEPT = "except"
    NEVER = "never"
    BREAK = "break"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One meaningful stretch of the reply."""

    kind: ItemKind
    start: int
    end: int
    days: frozenset[int] = frozenset()
    hours: tuple[int, int] = WHOLE_DAY
    sure: bool = True


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{pattern})(?![\w'])")


_NAME: Final = alternation(dict.fromkeys((*WEEKDAYS, "thurs", "m", "t", "w", "th", "f", "tu", "sa", "su", "r"), 0))
_FULL_NAME: Final = alternation(WEEKDAYS)
_INITIALS: Final = {"m": 0, "t": 1, "tu": 1, "w": 2, "th": 3, "r": 3, "f": 4, "sa": 5, "su": 6}
_LETTERS: Final = re.compile(r"(?:th|tu|sa|su|m|t|w|f)")
_GROUPS: Final = (
    (
        _compile(
            r"(?:all |every |any |most )?(?:the )?week ?-?days?|(?:the )?work ?days?|school days?|school nights?|(?:los )?dias de (?:semana|escuela|clases)|entre semana|(?:los )?dias (?:laborables|habiles)|m ?- ?f"
        ),
        _WORKDAYS,
    ),
    (
        _compile(
            r"(?:all |every |any |most )?(?:the )?week ?-?ends?(?: days)?|(?:los |el )?fin(?:es)? de semana|(?:los )?findes?"
        ),
        _WEEKEND,
    ),
    (
        _compile(
            r"(?:any|every|all|each) ?-?(?:day|days|7 days|week|week long)(?: of the week)?|daily|everyday|anyday|7 days(?: a week)?|all week|whichever day|whatever day|"
            r"(?:cualquier|cualquiera|todos los|cada|todo el) dias?|toda la semana|diario|diariamente|a diario"
        ),
        WEEK,
    ),
    (
        _compile(
            r"any ?time|whenever|always(?: available| free)?|(?:i'?m |i am )?(?:very |totally |completely |fully |pretty )?(?:flexible|open)|any|all the time|24/7|cualquier (?:hora|momento|horario)|cuando sea|cuando quieran?|siempre|a toda hora|a cualquier hora"
        ),
        WEEK,
    ),
)
_RANGE: Final = re.compile(
    rf"(?<![\w'])(?:from |between |de |del |desde (?:el )?|entre )?(?:el |los )?(?P<one>{_NAME})\.? ?(?:-|to|thru|through|until|till|til|a|al|hasta(?: el)?) ?(?:el |los )?(?P<two>{_NAME})(?![\w'])"
)
_DAY: Final = _compile(rf"(?:{_FULL_NAME})(?:'s)?")
_RUN: Final = re.compile(r"(?<![\w'])(?:m|t|w|th|f|tu|sa|su)(?:[/, &+-]{0,2}(?:m|tu|th|t|w|f|sa|su)){1,6}(?![\w'])")
_PARTS: Final = (
    (
        _compile(
            r"(?:right |straight |just )?after ?-?school(?: hours)?|afterschool|after class(?:es)?|despues de (?:la escuela|clases|las clases|el colegio)|al salir de (?:la escuela|clases)"
        ),
        (15 * 60, 18 * 60),
    ),
    (
        _compile(r"(?:during )?school hours|during (?:the )?school(?: day)?|(?:durante |en )?(?:el )?horario escolar"),
        (8 * 60, 15 * 60),
    ),
    (_compile(r"after work|despues del? trabajo"), (17 * 60, CLOSES)),
    (_compile(r"before noon"), (OPENS, 12 * 60)),
    (
        _compile(
            r"(?:in the |all |early |late |every )?(?:mornings?|morns?)|am|a\.m\.?|(?:por|en|de) las? mananas?|las mananas|mananas?|temprano"
        ),
        (OPENS, 12 * 60),
    ),
    (
        _compile(
            r"(?:in the |all |early |late |every )?(?:afternoons?|aft|afternoon|arvo)|pm|p\.m\.?|(?:por|en|de|a) las? tardes?|las tardes|tardes?"
        ),
        (12 * 60, 17 * 60),
    ),
    (
        _compile(
            r"(?:in the |all |early |late |every |at )?(?:evenings?|eves?|nights?)|(?:por|en|de|a) las? noches?|las noches|noches?"
        ),
        (17 * 60, CLOSES),
    ),
    (
        _compile(
            r"lunch ?time|(?:at |over |during )?lunch(?: hour| break)?|a la hora (?:de comer|del almuerzo)|almuerzo"
        ),
        (11 * 60, 13 * 60),
    ),
    (
        _compile(
            r"(?:all|whole|full|entire) ?-?day(?: long)?|any ?time|whenever|(?:todo el|el) dia(?: entero| completo)?|cualquier (?:hora|momento|horario)|a cualquier hora"
        ),
        WHOLE_DAY,
    ),
)
#: Parts of the day that have a name.
PARTS: Final = frozenset(hours for _, hours in _PARTS) - {WHOLE_DAY}
_EXCEPT: Final = _compile(
    r"(?:but |just )?(?:except|excepting|excluding|apart from|other than|besides)(?: for| on)?|but (?:not|no|never)(?: on)?|"
    rf"but(?= (?:on |the )?(?:{_FULL_NAME})(?![\w']))|(?:but )?(?:i )?(?:can'?t|cannot|can not|won'?t|couldn'?t|don'?t)(?: \w+){{0,2}}? ?(?:on)?|"
    r"(?:i'?m )?not(?: available| free| able| possible)?(?: on)?|never(?: on)?|without|(?:i'?m )?(?:busy|unavailable|in class|at work)(?: on)?|"
    r"i work(?: on)?|i have (?:\w+ )?(?:class|classes|work|school|practice|church)(?: on)?|"
    r"(?:pero )?(?:yo )?no puedo(?: venir| ir| asistir)?|menos|excepto|salvo|pero no|no(?: estoy)? (?:libre|disponible)|nunca|sin|"
    r"aparte de|quitando|trabajo|tengo (?:clases?|trabajo)|ocupad[oa]|no(?! preference)"
)
_AGAIN: Final = _compile(
    r"but (?:i )?(?:can|could|am)|(?:i )?(?:can|could)(?: do| come| make| work)?|(?:i'?m |i am )?(?:free|available)|so|only|"
    r"pero si|(?:si )?puedo|estoy (?:libre|disponible)|disponible|libre|asi que|entonces|solo|solamente"
)
_SENTENCE: Final = re.compile(r"[;\n]|\.(?= |$)")
_TIME_RANGE: Final = re.compile(
    r"^ ?(?:-|to|until|till|til|thru|through|and|a|y|e|hasta)(?: (?:around|about))?(?: las?| the)? ?$"
)
_FROM: Final = re.compile(
    r"(?:after|from|past|since|starting|beginning|despues|desde|a partir|pasad[ao]s?)\b[a-z ]{0,12}$"
)
_UNTIL: Final = re.compile(r"(?:before|until|till|til|up to|by|no later than|antes|hasta)\b[a-z ]{0,8}$")
_ON: Final = re.compile(
    r"^ ?(?:\+|on(?:wards?)?(?! (?:mon|tue|wed|thu|fri|sat|sun|week|the))|or (?:later|after)|and (?:later|after|on)|en adelante|o (?:mas tarde|despues))(?!\w)"
)
_EARLIER: Final = re.compile(r"^ ?(?:or (?:earlier|before)|o antes)(?!\w)")


def find_items(reply: Reply) -> list[Item]:
    """Find days, hours and words of exception, in their order and without overlap."""
    found: list[Item] = []
    for item in (*_hours(reply.text), *_days(reply.text), *_signs(reply.text)):
        if not any(item.start < other.end and other.start < item.end for other in found):
            found.append(item)
    return sorted(found, key=lambda item: item.start)


def _days(text: str) -> Iterator[Item]:
    for place in _RANGE.finditer(text):
        one, two = _number(place["one"]), _number(place["two"])
        days = frozenset((one + step) % 7 for step in range((two - one) % 7 + 1))
        yield Item(kind=ItemKind.DAYS, start=place.start(), end=place.end(), days=days)
    for pattern, days in _GROUPS:
        for place in pattern.finditer(text):
            yield Item(kind=ItemKind.DAYS, start=place.start(), end=place.end(), days=days)
    for place in _DAY.finditer(text):
        yield Item(
            kind=ItemKind.DAYS,
            start=place.start(),
            end=place.end(),
            days=frozenset({_number(place[0].removesuffix("'s"))}),
        )
    for place in _RUN.finditer(text):
        letters = frozenset(_INITIALS[letter] for letter in _LETTERS.findall(place[0]))
        yield Item(kind=ItemKind.DAYS, start=place.start(), end=place.end(), days=letters)


def _number(name: str) -> int:
    return WEEKDAYS[name] if name in WEEKDAYS else _INITIALS[name]


def _signs(text: str) -> Iterator[Item]:
    for kind, pattern in ((ItemKind.EXCEPT, _EXCEPT), (ItemKind.NEVER, _AGAIN), (ItemKind.BREAK, _SENTENCE)):
        for place in pattern.finditer(text):
            yield Item(kind=kind, start=place.start(), end=place.end())


def _hours(text: str) -> Iterator[Item]:
    """Find stretches of hours: "3-6pm", "after 4", "until noon", "at 5", then parts of the day."""
    for pattern, hours in _PARTS[:4]:
        for place in pattern.finditer(text):
            yield Item(kind=ItemKind.HOURS, start=place.start(), end=place.end(), hours=hours)
    times = [time for time in find_times(text) if time.possible]
    place_at = 0
    while place_at < len(times):
        one = times[place_at]
        two = times[place_at + 1] if place_at + 1 < len(times) else None
        if two is not None and _TIME_RANGE.search(f"{text[one.end : two.start]} {two.lead}".replace("  ", " ")):
            yield Item(kind=ItemKind.HOURS, start=one.start, end=two.end, hours=_between(one, two))
            place_at += 2
            continue
        item = _open_ended(text, one)
        if item is not None:
            yield item
        place_at += 1
    for pattern, hours in _PARTS[4:]:
        for place in pattern.finditer(text):
            yield Item(kind=ItemKind.HOURS, start=place.start(), end=place.end(), hours=hours)


def _between(one: FoundTime, two: FoundTime) -> tuple[int, int]:
    """Choose the halves of the day so that the stretch is forward, within the hub's hours, and short."""
    pairs = [(start, end) for start in one.readings() for end in two.readings() if start < end]
    if not pairs:
        return WHOLE_DAY
    return min(pairs, key=lambda pair: (max(OPENS - pair[0], 0) + max(pair[1] - CLOSES, 0), pair[1] - pair[0], pair[0]))


def _open_ended(text: str, time: FoundTime) -> Item | None:
    before, after = f"{text[: time.start]}{time.lead}", text[time.end :]
    minute = _daytime(time)
    onwards, earlier = _ON.match(after), _EARLIER.match(after)
    if _FROM.search(before) or onwards:
        end = time.end + (onwards.end() if onwards else 0)
        return Item(kind=ItemKind.HOURS, start=time.start, end=end, hours=(minute, max(CLOSES, minute)))
    if _UNTIL.search(before) or earlier:
        return Item(kind=ItemKind.HOURS, start=time.start, end=time.end, hours=(min(OPENS, minute), minute))
    if not time.marked:
        return None
    return Item(
        kind=ItemKind.HOURS,
        start=time.start,
        end=time.end,
        hours=(minute, min(minute + _SINGLE_MINUTES, 24 * 60)),
        sure=False,
    )


def _daytime(time: FoundTime) -> int:
    """Read an unmarked hour within the hub's hours: 4 is 16:00, 9 is 09:00."""
    return next((reading for reading in time.readings() if OPENS <= reading <= CLOSES), time.minute)
