"""Corrections after a confirmation: what was confirmed, the reply, and what should change.

A row counts when every expected change of a confirmed date, time, number or choice is found with its value, and no other
such field changes. Left out: names, places and labels of one's own (no closed set to read them from), and expected values
of fields that had not been confirmed (new information, not a correction). Rows in which only such things change are
counted apart: there nothing may be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from bench.understood_rows import lines
from flows.answers import AnswerChoice, AnswerContext, Match, Within, read
from flows.answers.corrections import Known, read_correction
from flows.facts import Json

#: What people call what these fields count.
_PEOPLE: Final = (
    "people",
    "person",
    "persons",
    "ticket",
    "tickets",
    "seat",
    "seats",
    "party",
    "passengers",
    "riders",
    "friends",
)
_NUMBERS: Final = {
    "number_of_seats": _PEOPLE,
    "number_of_riders": _PEOPLE,
    "travelers": _PEOPLE,
    "stay_length": ("days", "day", "nights", "night"),
    "number_of_days": ("days", "day", "nights", "night"),
    "number_of_rooms": ("rooms", "room"),
}
#: Closed sets; their values are those that the folder shows.
_CHOICES: Final = ("playback_device", "subtitle_language")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One reply to a confirmation."""

    text: str
    context: AnswerContext
    known: Mapping[str, Known]
    expected: Mapping[str, str]

    @property
    def written(self) -> str:
        return _written(self.expected.items())


def read_corrections(folder: Path) -> list[Correction]:
    """Return the rows of ``sgd_corrections``."""
    rows = list(lines(folder, "sgd_corrections"))
    values: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for name in _CHOICES:
            told = row["expected_changes"].get(name, {}).get("canonical")
            values[name] |= {value for value in (told, row["confirmed"].get(name)) if value}
    return [_correction(row, values) for row in rows]


def _correction(row: dict[str, Any], values: Mapping[str, set[str]]) -> Correction:
    context = AnswerContext(language="en", today=date.fromisoformat(row["reference"]))
    known = {name: _known(name, told, context, values) for name, told in row["confirmed"].items() if _type(name)}
    changes = row["expected_changes"].items()
    expected = {name: str(told["canonical"]) for name, told in changes if name in known}
    return Correction(text=row["input"], context=context, known=known, expected=expected)


def _type(name: str) -> str | None:
    if name in _NUMBERS:
        return "number"
    if name in _CHOICES:
        return "choice"
    return next((kind for kind in ("date", "time") if name.endswith(kind)), None)


def _known(name: str, told: str, context: AnswerContext, values: Mapping[str, set[str]]) -> Known:
    kind = _type(name) or ""
    if kind == "choice":
        choices = tuple(AnswerChoice(id=value, label=value) for value in sorted(values[name]))
        return Known(type=kind, value=told, choices=choices)
    within = Within.FUTURE if kind == "date" else None
    outcome = read(kind, told, AnswerContext(language="en", today=context.today, within=within))
    value: Json = outcome.value if isinstance(outcome, Match) else None
    return Known(type=kind, value=value, words=_NUMBERS.get(name, ()), within=within)


def corrected(row: Correction) -> str | None:
    """Read a correction and write it as the expected one; nothing when nothing changes."""
    changes = read_correction(row.text, row.context, row.known)
    if not isinstance(changes, tuple):
        return "(asks)"
    return _written((change.field, str(change.value)) for change in changes) or None


def _written(changes: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in sorted(changes))
