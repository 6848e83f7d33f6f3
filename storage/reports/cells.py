"""Write text into a cell of a spreadsheet so that it stays text."""

from __future__ import annotations

import unicodedata
from typing import Final

#: What a spreadsheet takes for the beginning of a formula, and what ends a cell. Source: OWASP, "CSV Injection", read 2026-11.
_FORMULA: Final = ("=", "+", "-", "@")
_BREAKS: Final = ("\t", "\r", "\n")


def plain(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run, also in the wide letters that some take for the same."""
    return f"'{text}" if text.startswith(_BREAKS) or _begins(text).startswith(_FORMULA) else text


def _begins(text: str) -> str:
    """Return the first sign that is seen, in its usual form."""
    first = next((sign for sign in text if not sign.isspace() and unicodedata.category(sign) not in ("Cf", "Cc")), "")
    return unicodedata.normalize("NFKC", first)
