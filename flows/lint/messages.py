"""The messages that people really get: what is said on the way from one wait to the next leaves as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flows.graph import ENTRIES, FIRST_FLOW, Place, called, callers
from flows.library import Library
from flows.lint.sight import Sight
from flows.lint.worst import filled, offer_label
from flows.model import Flow, Step, Texts

#: A message passes no more steps; a circle is told by another rule.
_MOST_STEPS: Final = 40
#: Answers that a question may be asked again with, besides its own words.
_BEFORE_AGAIN: Final = ("help", "human_will_look", "human_was_told", "welcome_back", "language_set", "finish_first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One text within a message."""

    flow: str
    step: str
    key: str
    texts: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Texts that leave together, with the choices of the step that then waits."""

    pieces: tuple[Piece, ...]
    waits: Step | None = None
    #: Whether the choices are shown.
    in_flow: str = ""

    @property
    def last(self) -> Piece:
        """The text that asks, or ends."""
        return self.pieces[-1]


def messages(sight: Sight) -> Iterator[Message]:
    """Yield every message of every flow once, and every question with what may stand before it when it comes again."""
    seen: set[tuple[Piece_, ...]] = set()
    for message in (*_first_time(sight.library), *_again(sight.library)):
        key = tuple((piece.flow, piece.step, piece.key) for piece in message.pieces)
        if message.pieces and key not in seen:
            seen.add(key)
            yield message


Piece_ = tuple[str, str, str]


def _first_time(library: Library) -> Iterator[Message]:
    for name, flow in library.flows.items():
        if not any(callers(library, name)) or name in ENTRIES:
            yield from _walk(library, (name, flow.start), (), ())
        for step in flow.steps.values():
            if step.ask:
                yield from _after(library, (name, step.id), (), (), (), called_too=True)
                if step.offer:
                    for to in (step.offer.none, *step.offer.first.values()):
                        yield from _walk(library, (name, to), (), ())


def _walk(
    library: Library, place: Place, said: tuple[Piece, ...], passed: tuple[Place, ...], stack: tuple[Place, ...] = ()
) -> Iterator[Message]:
    """Walk on from a step, until one waits or all has ended."""
    name, step_id = place
    step = library.flows[name].steps[step_id]
    if place in passed or len(passed) > _MOST_STEPS:
        return
    passed = (*passed, place)
    if step.say:
        said = (*said, Piece(flow=name, step=step_id, key="say", texts=step.say))
    if step.offer:
        for to in (step.offer.none, *step.offer.first.values()):
            yield from _walk(library, (name, to), said, passed, stack)
    if step.ask:
        asked = Piece(flow=name, step=step_id, key="ask", texts=step.ask.question)
        yield Message(pieces=(*said, asked), waits=step, in_flow=name)
        return
    yield from _after(library, place, said, passed, stack, called_too=True)


def _after(
    library: Library,
    place: Place,
    said: tuple[Piece, ...],
    passed: tuple[Place, ...],
    stack: tuple[Place, ...],
    *,
    called_too: bool,
) -> Iterator[Message]:
    """Go on behind a step: into the flow it calls, to the next, or back to whoever called."""
    name, step_id = place
    step = library.flows[name].steps[step_id]
    if step.book:
        gone = library.phrases.texts.get("seat_gone")
        pieces = (*said, Piece(flow="", step="seat_gone", key="phrase", texts=gone)) if gone else said
        yield from _walk(library, (name, step.book.full), pieces, passed, stack)
    if called_too and (inner := called(library, step)):
        for other in inner:
            yield from _walk(library, (other, library.flows[other].start), said, passed, (*stack, place))
        return
    if step.end:
        yield Message(pieces=said)
        back = [stack[-1]] if stack else [(caller, by.id) for caller, by in callers(library, name)]
        for caller in back:
            if caller not in passed or stack:
                yield from _after(library, caller, said, (*passed, caller), stack[:-1], called_too=False)
    for to in dict.fromkeys(branch.to for branch in step.branches if not branch.revisit):
        yield from _walk(library, (name, to), said, passed, stack)


def _again(library: Library) -> Iterator[Message]:
    """Ask every question again, after each sentence that may come before."""
    for name, flow in library.flows.items():
        for step in flow.steps.values():
            if not step.ask:
                continue
            for key in ("retry", "help"):
                texts = getattr(step.ask, key)
                if texts:
                    yield Message(pieces=(_piece(name, step, key, texts),), waits=step, in_flow=name)
            again = "retry" if step.ask.retry else "ask"
            texts = step.ask.retry or step.ask.question
            for before in _before(library, step.ask.type):
                yield Message(pieces=(*before, _piece(name, step, again, texts)), waits=step, in_flow=name)


def _before(library: Library, answer_type: str) -> Iterator[tuple[Piece, ...]]:
    """Yield what may stand before a question that comes again: a phrase, an answer of the FAQ, the end of a digression."""
    texts = library.phrases.texts
    for phrase in (*_BEFORE_AGAIN, f"example.{answer_type}"):
        if phrase in texts:
            yield (Piece(flow="", step=phrase, key="phrase", texts=texts[phrase]),)
    if back := texts.get("back_to"):
        back_to = Piece(flow="", step="back_to", key="phrase", texts=back)
        for entry in library.faq.entries.values():
            yield Piece(flow="", step=entry.id, key="faq", texts=entry.answer), back_to
        for last in _last_words(library):
            yield *last, back_to


def _last_words(library: Library) -> Iterator[tuple[Piece, ...]]:
    """Yield what is said at the ends of flows that people may ask for in the middle of another."""
    for name in ENTRIES:
        flow = library.flows.get(name)
        for step in flow.steps.values() if flow and name != FIRST_FLOW else ():
            if step.end and step.say:
                yield (_piece(name, step, "say", step.say),)


def _piece(name: str, step: Step, key: str, texts: Texts) -> Piece:
    return Piece(flow=name, step=step.id, key=key, texts=texts)


def as_sms(message: Message, language: str, library: Library) -> str:
    """Write a message as a text message: the longest of everything, and the choices as a numbered list."""
    lines = [
        filled(piece.texts[language], language, library=library, flow=_flow(piece, message, library))
        for piece in message.pieces
    ]
    if message.waits and message.waits.ask:
        labels = [option.label[language] for option in message.waits.ask.options]
        if message.waits.offer:
            labels = [offer_label(language)] * message.waits.offer.limit + labels
        lines += [f"{number} {label}" for number, label in enumerate(labels, 1)]
    return "\n".join(lines)


def _flow(piece: Piece, message: Message, library: Library) -> Flow | None:
    return library.flows.get(piece.flow or message.in_flow)
