"""Read what people write when they have served: DONE, in their own words, how long it was, and what they say beside it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from flows.answers import read
from flows.answers.context import AnswerContext
from flows.answers.outcome import Match, NoMatch
from flows.answers.words import fold, phrase_key
from flows.commands import Command, Commands
from flows.draft import Draft
from flows.intents import ABOVE_ALL, shift_replies
from flows.rules.ledger import is_possible

#: Begins with a number, in figures or in words.
_LENGTH: Final = re.compile(
    r"^(?:(?:with|after|in|for|about|around|from|it was|fueron|fue|con|en|por|como|de|desde|unas?|unos) )*"
    r"(?:\d|[.,]\d|an? |one|two|three|four|five|six|seven|eight|half|un[ao]? |dos|tres|cuatro|cinco|seis|siete|ocho|medi[ao]|horas?)"
)
#: "done at 5" tells a time of day, not a length; alone behind DONE it says when they left.
_CLOCK: Final = r"(?:1[0-2]|0?\d)(?::[0-5]\d)? ?(?:[ap]\.?m\.?|noon)?"
_TIME_OF_DAY: Final = re.compile(r"^(?:at|by|since|until|till|a las?|hasta|from|de|desde)(?!\w)")
_PARTS: Final = re.compile(r"(\d{1,2})(?::(\d\d))?")
_LEFT_AT: Final = re.compile(rf"^(?:at|by|around|a las?) {_CLOCK}[.!]*$")
#: From one time of day to another; without minutes or am and pm it may be a guess at hours.
_FROM_TO: Final = re.compile(
    rf"^(?:from|de|desde)? ?(?:las? )?(?P<begins>{_CLOCK}) ?(?:-|to|til|till|until|a|hasta) ?(?:las? )?(?P<ends>{_CLOCK})[.!]*$"
)
#: Nobody serves less than nothing, and no dash stands before a length.
_MINUS: Final = re.compile(r"[\s:]-\d")
#: Said behind DONE by those who are polite.
_POLITE: Final = re.compile(
    r"^(?:thanks?(?: you)?|thx|ty|muchas gracias|gracias|for (?:today|the day|now)|today|por hoy|por ahora|hoy)(?: (?:so|very) much)?(?:,? (?:thanks?(?: you)?|gracias))?[.!]*$"
)
#: What follows DONE behind a mark, as far as it only tells how it was: "done, the kids were great!".
_MARKS: Final = ",.!;:)-"
_MOST_WORDS: Final = 10
_WELL: Final = re.compile(
    r"\b(?:great|good|fun|nice|awesome|amazing|wonderful|lovely|loved|enjoyed|happy|fantastic|well|perfect|bien|genial|bonit[ao]s?|lind[ao]s?|content[ao]s?|divertid[ao]s?|feliz|felices|excelente|me gusto|me encanto)\b"
)
#: Whoever writes one of these tells more than that: of a time, of what went wrong, or of something else that they want.
_MORE: Final = re.compile(
    r"[\d?]|n't|\b(?:not?|never|nobody|none|nothing|without|but|except|though|hurt|fell|fight|sick|cried|no|nunca|nadie|nada|ningun[ao]?|sin|pero|aunque|tampoco|next|other|another|can|could|will|please|proxim[ao]|otr[ao]|puedo|quiero|favor)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody has said of how long they served."""

    #: ``None`` when they have not said, which is as long as was planned.
    minutes: int | None
    #: Whether what they have said can be that.
    is_clear: bool


def read_word(draft: Draft, text: str) -> Command | None:
    """Read DONE with something behind it: "done 2 hours", "done, thanks", "done at 5", "done, the kids were great!"."""
    rest = _behind_done(draft.library.commands, text)
    is_done = _is_polite(draft, text, rest) or _LEFT_AT.match(rest) or _FROM_TO.match(rest) or _length(rest)
    return Command.DONE if is_done and not _outranked(draft, text) else None


def _outranked(draft: Draft, text: str) -> bool:
    """Tell whether somebody wants to leave, or tells of harm: "done, a child told me" is no length of time."""
    intent = draft.library.intents.read(text)
    return intent is not None and not ABOVE_ALL.isdisjoint({intent.name, *intent.also})


def told(draft: Draft, text: str) -> Told:
    """Return how long it was by a text that ``read_word`` has found to say DONE, or that says nothing else."""
    rest = _behind_done(draft.library.commands, text)
    said = "" if _is_polite(draft, text, rest) else _length(rest) or rest
    minutes = read_minutes(draft, said) if said and not _MINUS.search(text) else None
    return Told(minutes=minutes, is_clear=not said or (minutes is not None and is_possible(minutes)))


def read_minutes(draft: Draft, text: str) -> int | None:
    """Read a length of time, or from when to when."""
    if (spell := _FROM_TO.match(text)) or _TIME_OF_DAY.match(text):
        return _between(spell["begins"], spell["ends"]) if spell else None
    outcome = read("duration", text, AnswerContext(language=draft.language, today=draft.today))
    return int(str(outcome.value)) if isinstance(outcome, Match) else None


def _length(rest: str) -> str:
    """Return what follows the word DONE, as far as that can be a length of time."""
    is_length = _FROM_TO.match(rest) or (_LENGTH.match(rest) and not _TIME_OF_DAY.match(rest))
    return rest if is_length else ""


def _is_polite(draft: Draft, text: str, rest: str) -> bool:
    """Tell whether what follows DONE says nothing but thanks, or how it was, and asks for nothing."""
    if not rest or _POLITE.match(rest):
        return bool(rest)
    behind = fold(text).text.strip()[: -len(rest)].rstrip()
    if not behind or behind[-1] not in _MARKS or _length(rest):
        return False
    if _MORE.search(rest) or not _WELL.search(rest):
        return False
    intents = draft.library.intents
    reply = shift_replies.read_shift_reply(rest, intents, language=draft.language, today=draft.today, asked=False)
    return len(rest.split()) <= _MOST_WORDS and intents.read(rest) is None and isinstance(reply, NoMatch)


def _behind_done(commands: Commands, text: str) -> str:
    """Return what follows DONE, or a word that says so only with a length behind it."""
    folded = fold(text).text
    if found := _pattern(commands.done).match(folded):
        return found[1].strip()
    found = _pattern(tuple(sorted(after_words()["done_with_a_length"]))).match(folded)
    return found[1].strip() if found and _LENGTH.match(found[1].strip()) else ""


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"^\W*(?:{longest_first})(?!\w)[\W_]*(.+)$", re.DOTALL)


def _between(begins: str, ends: str) -> int | None:
    """Return how long it is from one time of the clock to the next other; "2-3" may be hours, and is asked about."""
    if not any(sign in f"{begins}{ends}" for sign in (":", "m", "noon")):
        return None
    hours = [(int(found[1]) % 12, int(found[2] or 0)) for found in map(_PARTS.match, (begins, ends)) if found]
    (hour, minute), (later, to) = hours
    return (60 * (later - hour) + to - minute) % (12 * 60) or None


@cache
def after_words() -> Mapping[str, frozenset[str]]:
    table = tomllib.loads((files("flows") / "hours_words.toml").read_text("utf-8"))
    return {
        kind: frozenset(phrase_key(word) for listed in by_language.values() for word in listed)
        for kind, by_language in table.items()
    }
