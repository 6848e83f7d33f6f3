"""Random sets of flows that the linter finds nothing wrong with, edits of them, and replies that fit their questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from hypothesis import strategies as st

from flows.faq import Faq
from flows.files.reader import read_flow
from flows.library import Library, read_sets, shipped
from flows.lint import lint
from flows.model import Ask
from flows.phrases import Phrases

_SHIPPED: Final = shipped()
#: Plain questions in both languages; the flow is about nothing.
_WORDS: Final = (
    ("What is your cat called?", "¿Qué nombre tiene su gato?"),
    ("What do you like to eat?", "¿Qué le gusta comer?"),
    ("What is on your desk now?", "¿Qué tiene en su mesa?"),
    ("What can you see from here?", "¿Qué ve de su casa?"),
    ("What is your best day like?", "¿Qué hace en su mejor momento?"),
    ("What did you read last?", "¿Qué fue lo último que vio?"),
)
_COLOURS: Final = ("red", "blue", "green", "black", "white", "pink")
_COLORES: Final = ("rojo", "azul", "verde", "negro", "blanco", "rosa")
_TYPES: Final = ("yes_no", "choice", "number", "text", "zip")


@dataclass(frozen=True, kw_only=True)
class Station:
    """A step that asks, one that does something, or one that calls another flow; then it goes on to a later one."""

    id: str
    #: ``ask``, ``do`` or ``call``.
    kind: str = "ask"
    save_as: str = ""
    type: str = "text"
    words: int = 0
    options: tuple[int, ...] = ()
    maximum: int = 100
    #: The flow that is called.
    call: str = ""
    #: With ``yes_no``: how many of the stations that follow somebody passes by who says yes.
    skips: int = 0
    was: tuple[str, ...] = ()
    was_saved_as: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Flows:
    """A first flow and the ones it calls, as they are before they are written down."""

    stations: Mapping[str, tuple[Station, ...]]
    #: Names that were used, so that a new one is new.
    used: int = 0

    def sources(self) -> dict[str, str]:
        """Write the flows that somebody comes to as TOML, by id."""
        called = {station.call for stations in self.stations.values() for station in stations if station.call}
        return {
            flow: _write(flow, stations)
            for flow, stations in self.stations.items()
            if flow == "screening" or flow in called
        }

    def library(self) -> Library:
        """Read the flows; the linter must not find anything."""
        return _library(tuple(self.sources().items()))

    def asked(self, answers: Mapping[str, object], flow: str = "screening") -> Iterator[str]:
        """Name the questions that somebody with these answers meets."""
        passing = 0
        for station in self.stations[flow]:
            if passing:
                passing -= 1
            elif station.kind == "call":
                yield from self.asked(answers, station.call)
            elif station.kind == "ask":
                yield station.save_as
                passing = station.skips if answers.get(station.save_as) is True else 0

    @property
    def questions(self) -> int:
        """How many questions there are."""
        return sum(station.kind == "ask" for stations in self.stations.values() for station in stations)


@lru_cache(maxsize=256)
def _library(sources: tuple[tuple[str, str], ...]) -> Library:
    catalog = dict(sources)
    sets = read_sets(_SHIPPED.roles, {}, catalog)
    flows = {flow: read_flow(source, file=f"{flow}.toml", sets=sets) for flow, source in catalog.items()}
    revisions = {flow.revision: flow for flow in flows.values()}
    library = replace(_SHIPPED, flows=flows, sets=sets, revisions=revisions)
    assert lint(replace(library, phrases=Phrases(texts={}), faq=Faq())) == ()
    return library


def _write(flow: str, stations: tuple[Station, ...]) -> str:
    targets = [*(station.id for station in stations), "finish"]
    lines = [f'id = "{flow}"', 'languages = ["en", "es"]', "remember = true"]
    if flow == "screening":
        lines += [_CONSENT.format(first=targets[0])]
    for place, station in enumerate(stations):
        ahead = targets[place + 1 :]
        lines += ["", f"[step.{station.id}]", *_body(station), *_onward(station, ahead)]
    return "\n".join([*lines, "", _FINISH])


_CONSENT: Final = """
[step.consent]
ask.en = '''May we write to you?'''
ask.es = '''¿Le podemos escribir?'''
answer = "yes_no"
save_as = "consent"
[[step.consent.next]]
if = "consent"
to = "agreed"
[[step.consent.next]]
to = "declined"

[step.declined]
say.en = '''We will not write again.'''
say.es = '''No le escribimos otra vez.'''
end = "declined"

[step.agreed]
do = [{{ consent = "recruitment" }}, {{ stage = "screening" }}]
next = "{first}"
"""
_FINISH: Final = """[step.finish]
say.en = '''Thank you! That is all.'''
say.es = '''¡Gracias! Ya es todo.'''
end = "done"
"""


def _body(station: Station) -> Iterator[str]:
    if station.was:
        yield f"was = {list(station.was)}"
    if station.was_saved_as:
        yield f"was_saved_as = {list(station.was_saved_as)}"
    match station.kind:
        case "do":
            yield f'do = [{{ human = "{station.id}" }}]'
        case "call":
            yield f'call = "{station.call}"'
        case _:
            en, es = _WORDS[station.words]
            yield f"ask.en = '''{en}'''"
            yield f"ask.es = '''{es}'''"
            yield f'answer = "{station.type}"'
            yield f'save_as = "{station.save_as}"'
            if station.type == "number":
                yield f"maximum = {station.maximum}"


def _onward(station: Station, ahead: list[str]) -> Iterator[str]:
    skips = station.skips if station.type == "yes_no" and station.kind == "ask" else 0
    if not skips:
        yield f'next = "{ahead[0]}"'
    if station.kind == "ask" and station.type == "choice":
        for option in station.options:
            yield f"[[step.{station.id}.choice]]"
            yield f'id = "{_COLOURS[option]}"'
            yield f'label.en = "{_COLOURS[option].capitalize()}"'
            yield f'label.es = "{_COLORES[option].capitalize()}"'
    if skips:
        yield f"[[step.{station.id}.next]]"
        yield f'if = "{station.save_as}"'
        yield f'to = "{ahead[min(skips, len(ahead) - 1)]}"'
        yield f"[[step.{station.id}.next]]"
        yield f'to = "{ahead[0]}"'


# --- drawing them -----------------------------------------------------------------------------------------------------


@dataclass
class _Names:
    used: int = field(default=0)

    def new(self, prefix: str) -> str:
        self.used += 1
        return f"{prefix}{self.used}"


_OPTIONS: Final = st.lists(st.integers(0, len(_COLOURS) - 1), min_size=2, max_size=5, unique=True).map(tuple)


@st.composite
def _station(draw: st.DrawFn, names: _Names) -> Station:
    kind = draw(st.sampled_from(["ask", "ask", "ask", "ask", "do"]))
    return Station(
        id=names.new("s"),
        kind=kind,
        save_as=names.new("a") if kind == "ask" else "",
        type=draw(st.sampled_from(_TYPES)),
        words=draw(st.integers(0, len(_WORDS) - 1)),
        options=draw(_OPTIONS),
        maximum=draw(st.sampled_from([5, 50, 100])),
        skips=draw(st.integers(0, 2)),
    )


@st.composite
def random_flows(draw: st.DrawFn) -> Flows:
    """Draw a first flow of a few stations, and up to two that it calls."""
    names = _Names()
    stations = {"screening": draw(st.lists(_station(names), min_size=3, max_size=7))}
    for flow in ("inner", "other")[: draw(st.integers(0, 2))]:
        stations[flow] = draw(st.lists(_station(names), min_size=1, max_size=3))
        caller = Station(id=names.new("s"), kind="call", call=flow)
        stations["screening"].insert(draw(st.integers(0, len(stations["screening"]))), caller)
    return Flows(stations={flow: tuple(listed) for flow, listed in stations.items()}, used=names.used)


@st.composite
def edits(draw: st.DrawFn, before: Flows, *, most: int = 5) -> Flows:
    """Draw a next version: up to ``most`` changes, of which renames are declared. Nothing is undone by accident."""
    after = before
    forget = {
        flow: tuple(replace(s, was=(), was_saved_as=()) for s in listed) for flow, listed in before.stations.items()
    }
    after = replace(before, stations=forget)
    for _ in range(draw(st.integers(1, most))):
        after = draw(_edit(after))
    return after


_EDITS: Final = (
    *("rename", "type", "answer", "options", "remove", "add", "move", "words", "skip"),
    *("rename", "type", "answer", "options", "remove", "add"),
)


@st.composite
def _edit(draw: st.DrawFn, flows: Flows) -> Flows:
    flow = draw(st.sampled_from(sorted(flows.stations)))
    listed, names = list(flows.stations[flow]), _Names(flows.used)
    place = draw(st.integers(0, len(listed) - 1))
    station = listed[place]
    what = draw(st.sampled_from(_EDITS))
    match what:
        case "add":
            listed.insert(draw(st.integers(0, len(listed))), draw(_station(names)))
        case "remove" if len(listed) > 1:
            del listed[place]
        case "rename" if not station.was:
            listed[place] = replace(station, id=names.new("s"), was=(station.id,))
        case "answer" if station.kind == "ask" and not station.was_saved_as:
            listed[place] = replace(station, save_as=names.new("a"), was_saved_as=(station.save_as,))
        case "type":
            listed[place] = replace(station, type=draw(st.sampled_from(_TYPES)))
        case "options":
            listed[place] = replace(station, options=draw(_OPTIONS), maximum=draw(st.sampled_from([5, 50, 100])))
        case "move":
            listed.insert(draw(st.integers(0, len(listed) - 1)), listed.pop(place))
        case "words":
            listed[place] = replace(station, words=draw(st.integers(0, len(_WORDS) - 1)))
        case "skip":
            listed[place] = replace(station, skips=draw(st.integers(0, 2)))
        case _:
            pass
    return Flows(stations={**flows.stations, flow: tuple(listed)}, used=names.used)


@st.composite
def fitting_reply(draw: st.DrawFn, ask: Ask) -> str:
    """Draw what somebody may write who answers a question."""
    match ask.type:
        case "yes_no":
            return draw(st.sampled_from(["yes", "no"]))
        case "choice":
            return draw(st.sampled_from([option.label["en"] for option in ask.options]))
        case "number":
            return str(draw(st.integers(0, ask.maximum or 9)))
        case "zip":
            return draw(st.sampled_from(["60614", "10001"]))
        case _:
            return draw(st.sampled_from(["Lane Tech", "Blue", "7", "60614", "a lamp"]))
