"""Tell what a reply asks for that outranks the question: to leave, a human, a correction, or a cry for help."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from rapidfuzz.distance import OSA

from flows.answers.words import MAX_CHARS, phrase_key
from flows.commands import CARRIER_HELP, CARRIER_STOP, Command, Commands, bare, read_commands
from flows.intents.grammar import Lexicon
from flows.intents.rules import Found, Rules, compile_tables, literals_in, read_tables

__all__ = ("ALERT", "STOP", "Intent", "Intents", "Waiting", "read_intent", "read_intents", "shipped_intents")

STOP: Final = "stop"
ALERT: Final = "alert"
_CHANGE: Final = "change"
#: Fields of a guardian are told apart from the person's own by this one.
_GUARDIAN: Final = "guardian"
#: What a whole reply that is a command asks for; the commands left out are no intents.
_OF_COMMAND: Final[Mapping[Command, str]] = {
    Command.STOP: STOP,
    Command.HELP: "help",
    Command.PERSON: "human",
    Command.CALL_ME: "human",
    Command.BACK: "back",
    Command.SKIP: "skip",
    Command.DELETE_DATA: "delete_data",
    Command.ENGLISH: "language:en",
    Command.SPANISH: "language:es",
    Command.LANGUAGE: "change:language",
    Command.STATUS: "status",
}
_ARTICLES: Final = frozenset({"a", "an", "the", "un", "una", "el", "la", "de", "as", "como"})
#: A reply of more words is no pick of a choice by a part of its name.
_MAX_NAMED_WORDS: Final = 3
#: From so many letters on, words are the same with another ending.
_MIN_STEM_CHARS: Final = 8
#: No choice on offer makes these an answer.
ABOVE_ALL: Final = frozenset({STOP, ALERT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What outranks the step."""

    #: ``stop``, ``alert``, ``delete_data``, ``human``, ``cancel_shift``, ``language:en``, ``language:es``,
    #: ``change:<field>``, ``status``, ``back``, ``skip``, ``help``, ``no_news``, ``no_news_said`` or ``news``.
    name: str
    #: Whether it is beyond doubt. An unclear ``stop`` pauses and asks.
    clear: bool
    #: What the person said in other clauses, in their own letters; empty when the whole reply is the intent.
    rest: str = ""
    #: Other intents in the same reply, by precedence: "stop texting me, my dad hits me" is a ``stop`` and an ``alert``.
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The question that waits for an answer."""

    #: Name of its answer type: ``yes_no``, ``availability``, ``shift_reply`` …
    type: str
    #: Labels and other words of the choices it offers: who says one of them answers.
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Intents:
    """The rules of all intents, with the words they are made of."""

    commands: Commands
    lexicon: Lexicon
    #: By precedence.
    rules: Sequence[Rules]
    #: What a reply to a reminder says, by precedence; see ``flows.intents.shift_replies``.
    shift_replies: Sequence[Rules]
    #: Signs of the words for each field that can be changed.
    fields: Mapping[str, str]

    def read(self, text: str, *, waiting: Waiting | None = None) -> Intent | None:
        """Find what a reply asks for that outranks the question; ``None`` when it asks for nothing of the kind."""
        text = text[:MAX_CHARS]
        said = bare(text)
        found = self._command(said) or (None if said in self.commands.by_word else self._sentence(text, waiting))
        if found is None or found.name in ABOVE_ALL or waiting is None:
            return found
        return None if _names_one(phrase_key(text), waiting.choices) else found

    def _command(self, said: str) -> Intent | None:
        if said in CARRIER_STOP:
            return Intent(name=STOP, clear=True)
        if said in CARRIER_HELP:
            return Intent(name="help", clear=True)
        command = self.commands.by_word.get(said)
        name = _OF_COMMAND.get(command) if command else None
        return Intent(name=name, clear=True) if name else None

    def _sentence(self, text: str, waiting: Waiting | None) -> Intent | None:
        coded = self.lexicon.code(text)
        named = [
            (self._name(rules, found), found)
            for rules in self.rules
            if (found := rules.find(coded, waiting=waiting.type if waiting else ""))
        ]
        if not named:
            return None
        named.sort(key=lambda one: _precedence(*one))
        (name, first), *others = named
        return Intent(
            name=name,
            clear=first.clear,
            rest=coded.without(first.start, first.end),
            also=tuple(dict.fromkeys(other for other, _ in others if other != name)),
        )

    def _name(self, rules: Rules, found: Found) -> str:
        """Return the intent's name, with the field to be changed; "my mom's number" is not one's own."""
        if rules.name != _CHANGE:
            return rules.name
        named = list(self._fields_in(found.clause))
        if _GUARDIAN in named:
            return f"{_CHANGE}:guardian_{'contact' if {'phone', 'email'} & set(named) else 'name'}"
        # "number" and "phone" may only be part of another field: "the wrong number of hours"
        own = next((field for field in named if field != "phone"), named[0] if named else "zip")
        return f"{_CHANGE}:{own}"

    def _fields_in(self, signs: str) -> Iterator[str]:
        for sign in signs:
            yield from (field for field, own in self.fields.items() if sign in own)


def _names_one(said: str, choices: Sequence[str]) -> bool:
    """Tell whether a reply is a choice on offer, or no more than words of one: "coordinadora", "staff"."""
    names = {phrase_key(choice) for choice in choices}
    if said in names:
        return True
    own = [word for word in said.split() if word not in _ARTICLES]
    if not 0 < len(own) <= _MAX_NAMED_WORDS:
        return False
    return any(all(any(_same_word(word, other) for other in name.split()) for word in own) for name in names)


def _same_word(one: str, two: str) -> bool:
    """Compare words; a longer one may have another ending: coordinadora, coordinator."""
    return one == two or (
        min(len(one), len(two)) >= _MIN_STEM_CHARS and (one.startswith(two[:-2]) or OSA.distance(one, two) <= 2)
    )


def _precedence(name: str, found: Found) -> tuple[int, bool]:
    """Order what was found: a clear stop, an alert, an unclear stop, data and humans, and then the clear before the rest."""
    if name == STOP:
        return (0 if found.clear else 2), False
    if name == ALERT:
        return 1, False
    return (3 if name in ("delete_data", "human") else 4), not found.clear


def read_intents(commands: Commands, *, words: str, rules: str, shift_replies: str) -> Intents:
    """Read the rules of all intents.

    Args:
        words: the word file, TOML.
        rules: the rule file, TOML.
        shift_replies: the rule file for replies to reminders, TOML.

    Raises:
        ValueError: a rule names a kind of words that the word file lacks.
    """
    vocabulary, tables, replies = tomllib.loads(words), read_tables(rules), read_tables(shift_replies)
    fields: Mapping[str, list[str]] = vocabulary["field"]
    kinds = {kind: [word for listed in by.values() for word in listed] for kind, by in vocabulary["kind"].items()}
    kinds |= {f"FIELD_{field}": named for field, named in fields.items()}
    kinds["FIELD"] = [word for named in fields.values() for word in named]
    kinds["ORDINARY"] = [word for listed in vocabulary["ordinary"].values() for word in listed]
    literals = {*literals_in(tables), *literals_in(replies)}
    lexicon = Lexicon(kinds, joined=vocabulary["joined"], literals=literals)
    return Intents(
        commands=commands,
        lexicon=lexicon,
        rules=compile_tables(tables, lexicon),
        shift_replies=compile_tables(replies, lexicon),
        fields={field: lexicon.signs_of(f"FIELD_{field}") for field in fields},
    )


@lru_cache(maxsize=1)
def shipped_intents() -> Intents:
    """Read the rules that come with the program, once."""
    flows = files("flows")
    folder = flows / "intents"
    return read_intents(
        read_commands((flows / "commands.toml").read_text("utf-8")),
        words=(folder / "words.toml").read_text("utf-8"),
        rules=(folder / "rules.toml").read_text("utf-8"),
        shift_replies=(folder / "shift_replies.toml").read_text("utf-8"),
    )


def read_intent(text: str, *, waiting: Waiting | None = None) -> Intent | None:
    """Find what a reply asks for that outranks the question, by the rules that come with the program.

    English, Spanish and both in one reply are read alike, so no language need be told.
    """
    return shipped_intents().read(text, waiting=waiting)
