"""The longest that a name in a text may become: labels, places and dates as people would read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Final

from flows import wording
from flows.facts import Json
from flows.graph import called, callers
from flows.library import Library
from flows.model import Ask, Flow, Step
from flows.templates import fill, placeholders
from flows.text import fold, segments

#: A hub's name as long as most are, 30 letters.
HUB: Final = "Greater Springfield Volunteers"
_GIVEN: Final = {"hub": HUB, "help_phone": "312-555-0100", "given_name": "Maria-Isabel"} | {
    "income_limit": "$31,920 a year for one person (Sep 30, 2026)",
    "minor_name": "Maria-Isabel",
    "names": "Maria-Isabel, Francisco",
    "link": "https://bot.springfield-volunteers.org/l/q3Zk0v-S_1aGZc2kq9wXtA?lang=es",
    "code": "123456",
    "audience": "Lincoln tutors who speak Spanish",
    "audiences": "Lincoln tutors, Mentors, Coaches",
    "people": "12345",
    "left_out": "1234",
    "parts": "24690",
    "cost": "$246.90",
    "finish": "Wed Sep 30, 12:30 PM",
    "sent": "12345",
}
#: A site with its street, as hubs enter them.
_PLACE: Final = "Washington Elementary, 1200 Martin Luther King Dr"
_STARTS: Final = datetime(2026, 9, 30, 12, 30)  # noqa: DTZ001  # a wall clock
_BORN: Final = date(1956, 9, 30)
_WINDOWS: Final[tuple[Mapping[str, Json], ...]] = tuple(
    {"day": day, "from": "15:00", "to": "18:00"} for day in ("mon", "wed", "fri", "sat")
)
#: By answer type, for those that are no choice.
_TYPED: Final = {
    "age": "102",
    "contact": "maria.rodriguez.garcia@example.org",
    "duration": "1440",
    "email": "maria.rodriguez.garcia@example.org",
    "name": "Maria-Isabel Rodriguez Gonzalez",
    "number": "2040",
    "phone": "+13125550142",
    "text": "Southern Illinois University Edwardsville",
    "time": "12:30 PM",
    "zip": "60614",
}


def slot_label(language: str) -> str:
    """Say a slot with its place, as one that was taken."""
    day = wording.say_when(_STARTS, zone=None, language=language)
    return f"{day}, {_PLACE}"


def offer_label(language: str) -> str:
    """Say a slot as one of several that are offered."""
    return f"{wording.say_when(_STARTS, zone=None, language=language)}, {_PLACE.partition(',')[0]}"


def filled(text: str, language: str, *, library: Library, flow: Flow | None, hub: str = HUB) -> str:
    """Fill a text with the longest of everything; accents that people's own names may bear are left out.

    Args:
        hub: its name, where one is known.
    """
    values = {name: _value(name, language, library, flow) for name in placeholders(text)}
    return fill(text, {**values, "hub": hub})


def _value(name: str, language: str, library: Library, flow: Flow | None) -> str:
    if name in _GIVEN:
        return _GIVEN[name]
    if name == "slot":
        return slot_label(language)
    asks = list(_asking(name, library, flow, ())) if flow else []
    or_else = _TYPED.get(flow.inputs.get(name, "text"), _TYPED["text"]) if flow else _TYPED["text"]
    return longest((_said(ask, step, language) for step, ask in asks), or_else=or_else)


def _asking(name: str, library: Library, flow: Flow, seen: tuple[str, ...]) -> Iterator[tuple[Step, Ask]]:
    """Yield the questions that a value may come from: of the flow, of flows that it calls, of callers that hand it in."""
    if flow.revision in seen:
        return
    seen = (*seen, flow.revision)
    if (step := flow.asks(name)) and step.ask:
        yield step, step.ask
    for inner in (other for step in flow.steps.values() for other in called(library, step)):
        yield from _asking(name, library, library.flows[inner], seen)
    if name in flow.inputs:
        flow_id = next(id_ for id_, other in library.flows.items() if other.revision == flow.revision)
        for caller, step in callers(library, flow_id):
            for handed in placeholders(str(step.passes.get(name, ""))):
                yield from _asking(handed, library, library.flows[caller], seen)


def _said(ask: Ask, step: Step, language: str) -> str:
    if step.offer:
        return slot_label(language)
    match ask.type:
        case "choice":
            return longest(option.label[language] for option in ask.options)
        case "yes_no":
            return wording.say_value("yes_no", None, language=language, labels={})
        case "date":
            return wording.say_date(_BORN, language)
        case "availability":
            return wording.say_availability(_WINDOWS, language)
        case _:
            return _TYPED[ask.type]


def longest(texts: Iterable[str], *, or_else: str = "") -> str:
    """Pick the text that costs most: letters outside GSM-7 first, then length."""
    return max(texts, key=lambda text: (bool(segments(fold(text)).guilty), len(text)), default=or_else)
