"""Keep a spreadsheet from running what people wrote: text that looks like a formula is made plain, and can be read back.

An apostrophe in front makes it plain. One more is put in front of text that already begins with apostrophes and then a
formula, so that ``plainly`` takes away exactly what ``harmless`` has put there. Numbers stay numbers, phone numbers in E.164
among them: a sign and digits compute nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, TypeVar

#: What a spreadsheet takes for the beginning of a formula. Source: OWASP, "CSV Injection", read 2026-11.
_STARTS: Final = frozenset("=+-@|%")
#: What some programs pass over, and some take for a beginning by itself.
_CONTROLS: Final = frozenset("\t\r\n\x00\x0b\x0c")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.][0-9]+)?")

T = TypeVar("T")


def harmless(cell: T) -> T | str:
    """Put an apostrophe in front of text that a spreadsheet would run; leave anything else as it is."""
    return f"'{cell}" if isinstance(cell, str) and _would_run(cell.lstrip("'")) else cell


def plainly(text: str) -> str:
    """Take the apostrophe of ``harmless`` away."""
    return text[1:] if text.startswith("'") and _would_run(text.lstrip("'")) else text


def _would_run(text: str) -> bool:
    if _NUMBER.fullmatch(text):
        return False
    for character in text:
        if character in _CONTROLS:
            return True
        if character.isspace() or unicodedata.category(character) == "Cf":
            continue  # blanks and marks that nobody sees
        # the full-width and small forms of the signs count as the signs
        return unicodedata.normalize("NFKC", character)[:1] in _STARTS
    return False
