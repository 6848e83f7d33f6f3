"""Take a label or a reply apart into the words, numbers and times by which one choice is told from another."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from flows.answers.calendar_words import MONTHS, WEEKDAYS
from flows.answers.numerals import with_digits
from flows.answers.words import fold, listed

#: Words that tell no choice from another.
_EMPTY: Final = frozenset(
    listed(
        "the|a|an|one|ones|of|to|for|at|on|in|and|or|with|by|i|id|ill|im|i'd|i'll|i'm|me|my|is|it|it's|that|this|these|those|be|do|go|am|are|was",
        "want|would|like|love|take|pick|choose|prefer|please|pls|thanks|option|number|choice|works|work|think|guess|maybe|let's|lets|best|good|great|fine",
        "ok|okay|yes|yeah|sure|just|there|so|can|could|have|from|until|through|thru|you|your|we|our|us|what|if|im|hi|hello|help",
        "el|la|los|las|un|una|de|del|en|y|o|a|al|con|por|para|que|es|mi|yo|me|lo|gustaria|quiero|prefiero|quisiera|favor|gracias|opcion|numero|creo|mejor",
        "si|bien|esta|este|ese|esa|soy|ser|tengo|puedo|hasta|ya|yah|nah",
    )
)
_TIME: Final = re.compile(r"(?<![\w:])(\d{1,2})(?::(\d\d))? ?(?:([ap])\.? ?m\b\.?|(?<=:\d\d))(?![\w:])")
#: "The one on Tuesday" counts nothing.
_POINTING: Final = re.compile(r"(?<=\w )ones?(?!\w)")
_ORDINAL: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th|ro|ra|er)")
_TOKEN: Final = re.compile(r"t\d{1,2}:\d\d[ap]?|[^\W_]+(?:'[^\W_]+)?")
#: Of a word that may be spelt with one letter wrong, and how near.
_MIN_SLIP_CHARS: Final = 5
_NEAR: Final = 0.8
_MIN_SHORT_CHARS: Final = 4


@lru_cache(maxsize=4096)
def choice_marks(text: str) -> frozenset[str]:
    """Return the telling words of a folded text; days and months by their number, times as ``t4:30p``."""
    text = _POINTING.sub(" ", text)
    timed = _TIME.sub(lambda found: f" t{int(found[1])}:{found[2] or '00'}{found[3] or ''} ", text)
    digits = with_digits(fold(timed), language="en").text
    return frozenset(
        _mark(token) for token in _TOKEN.findall(digits) if (token not in _EMPTY and len(token) > 1) or token.isdigit()
    )


def _mark(token: str) -> str:
    found = _ORDINAL.fullmatch(token)
    if found:
        return f"n{int(found[1])}"
    if token in WEEKDAYS:
        return f"day{WEEKDAYS[token]}"
    if token in MONTHS and token not in ("may", "mar"):
        return f"month{MONTHS[token]}"
    return str(int(token)) if token.isdecimal() else token


def same_mark(said: str, own: str) -> bool:
    """Tell whether a word of a reply is one of a label: the same, one of several, shortened or nearly spelt so."""
    if said == own:
        return True
    if said[0] == "n" and said[1:].isdigit():
        return said[1:] == own  # "the 12th" is the 12 of "Dec 12"; a bare 12 may count anything
    if said[0].isdigit() or own[0].isdigit():
        return False
    if said[1:2].isdigit() and said[0] == "t":
        return said.rstrip("ap") == own.rstrip("ap") and (said[-1].isdigit() or own[-1].isdigit())
    if said.rstrip("s") == own.rstrip("s"):
        return True
    if len(said) >= _MIN_SHORT_CHARS and own.startswith(said):
        return True
    return len(said) >= _MIN_SLIP_CHARS and OSA.normalized_similarity(said, own) >= _NEAR
