"""What is wrong with a file that shall be brought in: one row and column, or the file as a whole."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

#: As much of a wrong cell as is shown.
_SHOWN_CHARS: Final = 40


class SheetError(Exception):
    """The file as a whole cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """Why a cell is no value, by its name in ``words.toml``."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One wrong cell."""

    #: As the spreadsheet counts: the headings are row 1.
    row: int
    #: The heading above it; ``""`` when the row as a whole is meant.
    column: str
    found: str
    bad: Bad

    def advice(self, language: str = "en") -> str:
        """Say what to write instead."""
        words: str = _words()["write"][self.bad.code][language]
        return words.format_map(self.bad.values)

    def say(self, language: str = "en") -> str:
        """Say it: ``row 17, Phone: found "12345"; write a phone number with its area code``."""
        words, what = _words(), self.advice(language)
        where: str = words["where" if self.column else "where_row"][language]
        found = self.found if len(self.found) <= _SHOWN_CHARS else f"{self.found[:_SHOWN_CHARS]}…"
        shown = found.replace("\r", " ").replace("\n", " ")
        return where.format(row=self.row, column=self.column, found=shown, write=what)


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
