"""What arrives: messages that fit two parts of an SMS and ask once, and choices that every channel can show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from flows.lint.finding import Finding, Severity
from flows.lint.messages import Message, as_sms, messages
from flows.lint.sight import Rule, Sight, Where
from flows.lint.worst import filled
from flows.model import Flow, Step
from flows.text import Segments, fold, segments

TOO_LONG = Rule(id="too-many-parts", why="Each part is paid for, and long texts are not read.")
QUESTIONS = Rule(id="one-question", why="Of two questions people answer one, and the bot cannot tell which.")
CHOICES = Rule(id="too-many-choices", why="A text message cannot show them all on one screen.")
MANY = Rule(id="many-choices", severity=Severity.WARNING, why="More than five choices are hard to keep in mind.")
LABEL = Rule(id="label-too-long", why="Slack cuts a button's label off.")

MOST_PARTS: Final = 2
#: One digit is enough to pick a choice.
_MOST_CHOICES: Final = 9
_GOOD_CHOICES: Final = 5
#: Source: https://docs.slack.dev/reference/block-kit/block-elements/button-element
_MOST_LABEL_CHARS: Final = 75


def check(sight: Sight) -> Iterator[Finding]:
    """Look at whole messages and at the choices below them."""
    every = list(messages(sight))
    yield from _longest(sight, every)
    for message in every:
        yield from _questions(sight, message)
    for key, texts in sight.library.phrases.texts.items():
        for language, text in texts.items():
            sms = filled(text, language, library=sight.library, flow=None)
            yield from _counted(sight.phrase(key, language), language, sms)
    for name, flow, step in sight.steps():
        if step.ask:
            yield from _choices(sight, name, flow, step)


def _longest(sight: Sight, every: Iterable[Message]) -> Iterator[Finding]:
    """Count what may leave together up to each text; of messages that are too long by it, the longest tells enough."""
    longest: dict[Where, tuple[int, str, str, str]] = {}
    for message in every:
        if any(piece.flow and sight.tables[piece.flow].step[piece.step].long for piece in message.pieces):
            continue
        for language in message.last.texts:
            sms = as_sms(message, language, sight.library)
            found = segments(fold(sms)).parts, sms, language, _told(message)
            place = _place(sight, message, language)
            longest[place] = max(longest.get(place, found), found, key=lambda one: (one[0], len(one[1])))
    for place, (_, sms, language, told) in longest.items():
        yield from _counted(place, language, sms, told)


def _counted(place: Where, language: str, sms: str, told: str = "") -> Iterator[Finding]:
    weight = segments(fold(sms))
    if weight.parts > MOST_PARTS:
        what = f"the {language} message{told} may take {weight.parts} parts as SMS{_guilty(weight)}: {sms!r}"
        write = "say less, or use words without those letters"
        if place.file != "phrases.toml":
            write += ", or mark the step with long = true"
        yield TOO_LONG.found(place, what, write=write)


def _guilty(weight: Segments) -> str:
    return f", doubled by {' '.join(weight.guilty)}" if weight.guilty else ""


def _told(message: Message) -> str:
    """Name what leaves together, when it is more than one text."""
    if len(message.pieces) == 1:
        return ""
    return " of " + " + ".join(f"{piece.flow}.{piece.step}".strip(".") for piece in message.pieces)


def _questions(sight: Sight, message: Message) -> Iterator[Finding]:
    if len(message.pieces) == 1 or not message.waits:
        return
    for language in message.last.texts:
        asking = [piece for piece in message.pieces if "?" in piece.texts[language]]
        if len(asking) > 1:
            what = f"the {language} message{_told(message)} asks {len(asking)} questions"
            write = "say the earlier one without a question mark"
            yield QUESTIONS.found(_place(sight, message, language), what, write=write)


def _place(sight: Sight, message: Message, language: str) -> Where:
    piece = message.last
    if not piece.flow:
        return sight.phrase(piece.step, language)
    return sight.at(piece.flow, piece.step, f"{piece.key}.{language}")


def _choices(sight: Sight, name: str, flow: Flow, step: Step) -> Iterator[Finding]:
    options = step.ask.options if step.ask else ()
    count = len(options) + (step.offer.limit if step.offer else 0)
    if count > _GOOD_CHOICES:
        rule = CHOICES if count > _MOST_CHOICES else MANY
        write = f"offer at most {_GOOD_CHOICES}; ask for the rest in a second step"
        yield rule.found(sight.at(name, step.id), f"{count} choices", write=write)
    for option in options:
        for language, label in option.label.items():
            if len(label) > _MOST_LABEL_CHARS:
                what = f"the {language} label of {option.id!r} has {len(label)} letters"
                yield LABEL.found(sight.at(name, step.id), what, write=f"use at most {_MOST_LABEL_CHARS}")
