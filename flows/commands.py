"""Recognise the words that outrank any question: legal words first, then the global ones."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeVar

from rapidfuzz import process

from flows.answers.words import core, fold, plain, words
from flows.files.shape import FlowError


class Command(StrEnum):
    """What a whole reply asks for, whatever the step."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    PERSON = "person"
    CALL_ME = "call_me"
    BACK = "back"
    CHANGE = "change"
    SKIP = "skip"
    DELETE_DATA = "delete_data"
    MY_DATA = "my_data"
    LINK = "link"
    OTHER_PERSON = "other_person"
    CALENDAR = "calendar"
    NEW_CALENDAR = "new_calendar"
    ENGLISH = "english"
    SPANISH = "spanish"
    LANGUAGE = "language"
    STATUS = "status"
    SHIFTS = "shifts"
    TRAINING = "training"
    LETTER = "letter"
    HERE = "here"
    DONE = "done"


class ShiftReply(StrEnum):
    """What a person answers to a reminder; the value is the letter offered, none of which belongs to a carrier."""

    CONFIRM = "C"
    DECLINE = "N"
    RESCHEDULE = "R"


_Meant = TypeVar("_Meant", Command, ShiftReply)

#: Single words on which Twilio and the carriers act by themselves: they block the number and confirm to the person.
#: Source: Twilio help, "Twilio support for opt-out keywords", and "Advanced Opt-Out", read 2026-11.
CARRIER_STOP: Final = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
#: The same, lifting the block.
CARRIER_START: Final = frozenset({"start", "yes", "unstop"})
#: The same, asking for help.
CARRIER_HELP: Final = frozenset({"help", "info"})


_LANGUAGES: Final[Mapping[Command | None, str]] = {Command.ENGLISH: "en", Command.SPANISH: "es"}
#: Of the words of thanks, those that are said for nothing else: "all" and "good" may answer a question.
_THANKS: Final = frozenset(
    {"thanks", "thank", "thx", "ty", "tysm", "ok", "okay", "k", "kk", "gracias", "vale", "bye", "adios"}
)

#: Of the words for leaving, those that mean something else beside a number: "cancel 3", "end 5 pm".
_MAY_BE_A_SHIFTS: Final = frozenset({"cancel", "end", "quit", "baja", "alto"})


@lru_cache(maxsize=256)
def bare(text: str) -> str:
    """Return a reply without accents, punctuation and courtesy: what is left when only a command was said."""
    return plain(core(words(fold(text))))


def is_carrier_stop(text: str) -> bool:
    """Tell whether the network itself acts on a text as an opt-out, and so confirms it."""
    return text.strip().casefold() in CARRIER_STOP


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """The words of each command, as their file lists them."""

    by_word: Mapping[str, Command]
    shift_replies: Mapping[str, ShiftReply]
    #: Words of thanks and parting; a reply of nothing else wants no answer to it.
    thanks: frozenset[str]
    #: Words that begin "change my ZIP", and those that may come between.
    change: tuple[frozenset[str], frozenset[str]]
    #: Words that begin "swap 312-555-0142".
    swap: frozenset[str]
    #: And what follows that where somebody wants a code by which others can name them.
    swap_code: frozenset[str]
    #: Greetings, and words of excuse after a silence, each with what may stand beside them; a reply of nothing else
    #: answers nothing.
    greetings: tuple[frozenset[str], frozenset[str]]
    excuses: tuple[frozenset[str], frozenset[str]]
    #: Greetings that tell which language a stranger writes.
    spanish_greetings: frozenset[str]
    #: Words for DONE, behind which how long it was may follow.
    done: tuple[str, ...]

    def read(self, text: str, *, opted_out: bool = False) -> Command | None:
        """Read a whole reply as a command; a command word inside a sentence is none.

        Args:
            opted_out: whether the address is opted out: only then is YES the network's word for coming back.
        """
        word = bare(text)
        if word in CARRIER_STOP:
            return Command.STOP
        if word in CARRIER_START - {"yes"} or (opted_out and word in CARRIER_START):
            return Command.START
        if word in CARRIER_HELP:
            return Command.HELP
        return self.by_word.get(word) or self._read_several(text)

    def _read_several(self, text: str) -> Command | None:
        """Read one command said twice, leaving beside other commands, or beside an answer in figures: ``60614 STOP``."""
        said = [word.text for word in words(fold(text))]
        named = [word for word in said if not word.isdecimal()]
        meant = {Command.STOP if word in CARRIER_STOP else self._read_word(word) for word in named}
        if len(said) < 2 or not named or None in meant:
            return None
        if len(named) < len(said):  # "cancel 3" may be about a shift, "start 3, stop 5" about hours
            return Command.STOP if meant == {Command.STOP} and _MAY_BE_A_SHIFTS.isdisjoint(named) else None
        if Command.STOP in meant:
            return Command.STOP
        if len(meant) == 2 and len(others := meant - _LANGUAGES.keys()) == 1:  # "español ayuda"
            return others.pop()
        return meant.pop() if len(meant) == 1 else None

    def read_language_beside(self, text: str) -> str | None:
        """Read the language that a reply asks for in the same breath as something else: ``español ayuda``."""
        meant = {self._read_word(word.text) for word in words(fold(text))}
        named = meant & _LANGUAGES.keys()
        return _LANGUAGES[named.pop()] if len(meant) == 2 and len(named) == 1 and None not in meant else None

    def _read_word(self, word: str) -> Command | None:
        return Command.HELP if word in CARRIER_HELP else self.by_word.get(word)

    def read_shift_reply(self, text: str) -> ShiftReply | None:
        """Read a whole reply as the answer to a reminder."""
        return self.shift_replies.get(bare(text))

    def read_change(self, text: str) -> str | None:
        """Read what a whole reply wants to change: ``zip`` of "change my zip"; ``None`` when it begins otherwise."""
        first, *rest = bare(text).split() or [""]
        meant, between = self.change
        while rest and rest[0] in between:
            rest = rest[1:]
        return " ".join(rest) if first in meant and rest else None

    def read_swap(self, text: str) -> str | None:
        """Read whom a reply names that wants to hand a place over: the number of "swap 312-555-0142"; may be empty."""
        first, _, rest = text.strip().partition(" ")
        return rest.strip() if bare(first) in self.swap else None

    def only_thanks(self, text: str) -> bool:
        """Tell whether somebody only says thanks, or good-bye."""
        said = {word.text for word in words(fold(text))}
        return bool(said) and said <= self.thanks

    def says_thanks(self, text: str) -> bool:
        """Tell whether somebody only says thanks, or that all is well, in words that answer no question."""
        said = {word.text for word in words(fold(text))}
        return self.only_thanks(text) and not said.isdisjoint(_THANKS)

    def only_greets(self, text: str, *, excused: bool) -> bool:
        """Tell whether somebody only greets.

        Args:
            excused: after a silence, when an excuse is a greeting as well.
        """
        said = {word.text for word in words(fold(text))}
        meant, beside = self.greetings
        if excused:
            meant, beside = meant | self.excuses[0], beside | self.excuses[1]
        return not said.isdisjoint(meant) and said <= meant | beside

    def greets_in_spanish(self, text: str) -> bool:
        """Tell whether a first message begins in Spanish."""
        return any(word.text in self.spanish_greetings for word in words(fold(text)))


def read_commands(source: str, *, file: str = "commands.toml") -> Commands:
    """Read the command file: one table a command, lists of words by language.

    Raises:
        FlowError: it is not TOML, names an unknown command, or lists a word for two.
    """
    try:
        table = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise FlowError([f"{file}: this is not TOML: {error}"]) from error
    faults: list[str] = []
    by_word = _by_word(table.get("command", {}), {c.value: c for c in Command}, f"{file}: command", faults)
    replies = {reply.name.lower(): reply for reply in ShiftReply}
    by_reply = _by_word(table.get("shift_reply", {}), replies, f"{file}: shift_reply", faults)
    if faults:
        raise FlowError(faults)
    greetings = frozenset(plain(words(fold(word))) for word in table["greeting"]["es"])
    thanks = frozenset(word for listed in table["thanks"].values() for word in listed)
    return Commands(
        by_word=by_word,
        shift_replies=by_reply,
        thanks=thanks,
        change=_meant_and_beside(table["change"]),
        swap=frozenset(bare(word) for listed in table["swap"].values() for word in listed),
        swap_code=frozenset(bare(word) for listed in table.get("swap_code", {}).values() for word in listed),
        greetings=_meant_and_beside(table["hello"]),
        excuses=_meant_and_beside(table["excuse"]),
        spanish_greetings=greetings,
        done=tuple(word for word, command in by_word.items() if command is Command.DONE),
    )


def _meant_and_beside(table: Mapping[str, Sequence[str]]) -> tuple[frozenset[str], frozenset[str]]:
    beside = frozenset(table["beside"])
    return frozenset(word for name, listed in table.items() if name != "beside" for word in listed), beside


def _by_word(
    table: Mapping[str, Mapping[str, Sequence[str]]], known: Mapping[str, _Meant], where: str, faults: list[str]
) -> dict[str, _Meant]:
    """Turn words by meaning into meaning by word."""
    found: dict[str, _Meant] = {}
    for name, by_language in table.items():
        if name not in known:
            near = process.extractOne(name, list(known), score_cutoff=55)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            faults.append(f"{where}.{name}: there is none of this name; {hint}")
            continue
        listed = [word for words_ in by_language.values() for word in words_]
        faults += [
            f"{where}.{name}: {word!r} is listed twice, for {found[bare(word)].value!r} as well"
            for word in listed
            if bare(word) in found
        ]
        found |= {bare(word): known[name] for word in listed}
    return found
