"""Words that already mean something: to the carriers, to the bot at every step, or to another choice of the same step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from flows.answers.words import phrase_key
from flows.commands import CARRIER_HELP, CARRIER_START, CARRIER_STOP, Command
from flows.graph import Place
from flows.lint.finding import Finding
from flows.lint.sight import Rule, Sight, Text
from flows.model import Ask, Option
from flows.wishes.broadcasting import broadcast_words
from flows.wishes.guardian_replies import guardian_words
from flows.wishes.outsiders import outsider_words

CARRIER = Rule(id="carrier-word", why="The telephone company acts on it, and the person is gone.")
COMMAND = Rule(id="command-word", why="The bot obeys the word at every step, so this choice cannot be picked by it.")
SHARED = Rule(id="shared-word", why="Whoever writes it is asked again which one they mean.")
OFFERED = Rule(
    id="carrier-word-offered",
    why="Telephone companies act on it themselves: people would leave, or come back, by accident.",
)
UNKNOWN = Rule(id="unknown-word", why="Whoever does as they are told is not understood.")

_CARRIER: Final = CARRIER_STOP | CARRIER_START | CARRIER_HELP
#: What we may tell people to reply: STOP leaves, HELP helps; START is told in one phrase alone.
_MAY_OFFER: Final = frozenset({"stop", "help", "info"})
_MAY_OFFER_START: Final = "stopped"
_VERBS: Final = r"(?:reply|text|send|write|type|answer|press|responda|escriba|mande|envie|envíe|conteste|oprima)"
_TOLD: Final = re.compile(rf"\b{_VERBS}:? (?:the word |with |con |la palabra )?[\"'“«]?([^\W\d_]+)\b", re.IGNORECASE)
_CAPITALS: Final = re.compile(r"(?<![{\w])[A-ZÁÉÍÓÚÑ]{2,}(?![}\w])")
_IN_CAPITALS: Final = re.compile(r"[A-ZÁÉÍÓÚÑ]+(?: [A-ZÁÉÍÓÚÑ]+)*")
#: What a stranger may begin with; anything would do.
_GREETINGS: Final = frozenset({"hi", "hola", "hello"})


def check(sight: Sight) -> Iterator[Finding]:
    """Look at the words of choices, and at the words that texts offer."""
    for name, _, step in sight.steps():
        if step.ask:
            for number, option in enumerate(step.ask.options):
                yield from _reserved(sight, (name, step.id), number, option, step.ask)
            yield from _shared(sight, (name, step.id), step.ask)
    for text in sight.texts():
        yield from _offered(sight, text)


def _reserved(sight: Sight, place: Place, number: int, option: Option, ask: Ask) -> Iterator[Finding]:
    for word in sorted(_words(option, ask)):
        command = sight.library.commands.read(word)
        if word in _CARRIER:
            what = f"choice {option.id!r} is also called {word.upper()}"
            yield CARRIER.found(sight.choice(place, number), what, write="use another word")
        elif command and not (ask.save_as == "language" and command in (Command.ENGLISH, Command.SPANISH)):
            what = f"choice {option.id!r} is also called {word!r}, which everywhere means {command.value}"
            yield COMMAND.found(sight.choice(place, number), what, write="use another word")


def _shared(sight: Sight, place: Place, ask: Ask) -> Iterator[Finding]:
    first: dict[str, Option] = {}
    for number, option in enumerate(ask.options):
        for word in sorted(_words(option, ask)):
            other = first.setdefault(word, option)
            if other is not option:
                what = f"{word!r} stands for both {other.id!r} and {option.id!r}"
                yield SHARED.found(sight.choice(place, number), what, write="take it from one of them")


def _words(option: Option, ask: Ask) -> frozenset[str]:
    """List every word for a choice, in every language: people mix them."""
    named = [*option.label.values(), *(word for words in option.also.values() for word in words)]
    ids = [] if ask.type == "yes_no" else [option.id.replace("_", " ")]  # those ids are fixed
    return frozenset(phrase_key(word) for word in (*named, *ids)) - {""}


def _offered(sight: Sight, text: Text) -> Iterator[Finding]:
    may = _MAY_OFFER | ({"start"} if text.place.step == _MAY_OFFER_START else set())
    capitals = {word.casefold() for word in _CAPITALS.findall(text.text)}
    told = {word.casefold() for word in _TOLD.findall(text.text)}
    bad = sorted((capitals | told) & _CARRIER - may)
    for word in bad:
        what = f"the {text.language} text offers {word.upper()}"
        yield OFFERED.found(text.place, what, write="offer a number, a letter or another word")
    takes_anything = text.step is not None and text.step.ask is not None and text.key != "say"
    if not takes_anything:
        for word, whole in sorted(_told_to_write(text.text)):
            if word not in bad and not (_understood(sight, word) or sight.library.intents.read(whole)):
                what = f"the {text.language} text says to write {word.upper()}, which means nothing to the bot"
                yield UNKNOWN.found(text.place, what, write="see commands.toml for the words that work")


def _told_to_write(said: str) -> frozenset[tuple[str, str]]:
    """List the words in capitals that people are told to write, each with those in capitals behind it: ``NO NEWS``."""
    found = [(told[1], told.start(1)) for told in _TOLD.finditer(said) if told[1].isupper()]
    wholes = [(word, _IN_CAPITALS.match(said, at)) for word, at in found]
    return frozenset((word.casefold(), whole[0] if whole else word) for word, whole in wholes)


def _understood(sight: Sight, word: str) -> bool:
    commands = sight.library.commands
    return bool(commands.read(word) or commands.read_shift_reply(word)) or word in (
        _GREETINGS | broadcast_words() | guardian_words() | outsider_words() | commands.swap
    )
