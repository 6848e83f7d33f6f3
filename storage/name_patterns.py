"""Write the beginning of a name as a pattern that finds it with or without accents, in capitals or not.

SQLite lowers the letters of English alone, and neither database takes í for i by itself, so a pattern lists for each letter
all that may stand in its place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

#: Between the words of a name.
_BETWEEN: Final = " '\u2019-"
_APOSTROPHES: Final = "'\u2019"
#: Latin-1 Supplement and Latin Extended-A: the letters with marks of European languages.
_MARKED: Final = range(0x00C0, 0x0180)


def glob(word: str) -> str:
    """Return a pattern for SQLite's GLOB: the word begins a word of the name, before which a space stands."""
    return f"*[{_BETWEEN}]{''.join(_glob_one(alike) for alike in _letters(word))}*"


def regular(word: str) -> str:
    """Return the same as a regular expression of PostgreSQL."""
    return f"[{_BETWEEN}]{''.join(_regular_one(alike) for alike in _letters(word))}"


def _letters(word: str) -> Iterator[str]:
    """Give for each letter what may stand in its place."""
    for letter in unicodedata.normalize("NFKC", word):
        plain = _plain(letter)
        if plain in _APOSTROPHES:
            yield _APOSTROPHES
        else:
            yield _ALIKE.get(plain.lower()) or "".join(dict.fromkeys((letter, letter.lower(), letter.upper()[:1])))


def _glob_one(alike: str) -> str:
    return f"[{alike}]" if len(alike) > 1 or alike in "*?[" else alike


def _regular_one(alike: str) -> str:
    if len(alike) > 1:
        return f"[{alike}]"
    return alike if alike.isalnum() else f"\\{alike}"


def _plain(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]


def _alike() -> dict[str, str]:
    found = {letter: letter + letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}
    for marked in map(chr, _MARKED):
        plain = _plain(marked).lower()
        if plain in found:
            found[plain] += marked
    return found


_ALIKE: Final = _alike()
