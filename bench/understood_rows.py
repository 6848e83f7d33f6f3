"""Rows of replies with their meaning, read from a folder of ``sgd_*``, ``duckling_*`` and ``recognizers_*`` files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from flows.answers import AnswerContext, Within

#: Where a file names no day.
_TODAY: Final = date(2019, 3, 1)
#: What is read as which of our types, file by file; a file that a folder lacks is skipped.
_SIMPLE: Final = {
    "recognizers_number": "number",
    "recognizers_ordinal": "ordinal",
    "duckling_numeral": "number",
    "recognizers_age": "age",
    "recognizers_email": "email",
    "duckling_email": "email",
    "recognizers_phone": "phone",
    "duckling_phone": "phone",
    "recognizers_yes_no": "yes_no",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One reply and what it means."""

    set: str
    #: ``when`` is a date and a time at once: texts that hold neither.
    type: str
    text: str
    context: AnswerContext
    #: Any of these is right; when empty, the right answer is none.
    expected: frozenset[str] = frozenset()


def read_rows(folder: Path) -> list[Row]:
    """Return the rows of every file that is there."""
    return [
        *_sgd(folder),
        *_duckling_times(folder),
        *_recognized_times(folder),
        *(row for name, kind in _SIMPLE.items() for row in _simple(folder, name, kind)),
    ]


def lines(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield what a file of JSON lines holds; nothing when there is no such file."""
    path = folder / f"{name}.jsonl"
    if path.is_file():
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def _context(row: dict[str, Any], *, asked: bool, within: Within | None = None) -> AnswerContext:
    language = row.get("lang", "en")
    today = date.fromisoformat(row["reference"][:10]) if row.get("reference") else _TODAY
    return AnswerContext(
        language=language if language in ("en", "es") else "en", today=today, within=within, asked=asked
    )


def _sgd(folder: Path) -> Iterator[Row]:
    for row in lines(folder, "sgd_date_time"):
        yield Row(
            set=f"SGD {row['kind']}",
            type=row["kind"],
            text=row["input"],
            context=_context(row, asked=row["asked"], within=Within.FUTURE),
            expected=frozenset({row["expected"]}),
        )
    for row in lines(folder, "sgd_yes_no"):
        yield Row(
            set="SGD yes/no",
            type="yes_no",
            text=row["input"],
            context=_context(row, asked=True),
            expected=frozenset({row["expected"]}),
        )


def _duckling_times(folder: Path) -> Iterator[Row]:
    """Yield days and times; ranges, seconds, weeks, months and years are no answers of ours: the bot asks for the day."""
    for row in lines(folder, "duckling_time"):
        told, context = row["expected"], _context(row, asked=row["set"] == "latent")
        if told is None:
            yield _nothing(row, context, "Duckling")
            continue
        at = told.get("start") or told.get("at")
        if "end" in told:
            continue
        if told["grain"] == "day":
            yield Row(
                set="Duckling day", type="date", text=row["input"], context=context, expected=frozenset({at[:10]})
            )
        elif told["grain"] in ("hour", "minute"):
            expected = frozenset({at[11:16]})
            yield Row(set="Duckling hour/minute", type="time", text=row["input"], context=context, expected=expected)


def _recognized_times(folder: Path) -> Iterator[Row]:
    """Yield the texts with one date, time or duration; past and future readings are equally right."""
    for row in lines(folder, "recognizers_datetime"):
        context, told = _context(row, asked=False), row["expected"]
        if not told:
            yield _nothing(row, context, "Recognizers")
        if len(told) != 1 or told[0]["type"] not in ("date", "time", "duration"):
            continue
        kind = told[0]["type"]
        values = {value["value"] for value in told[0]["values"]} - {"not resolved"}
        if kind == "time":
            values = {value[:5] for value in values}
        if kind == "duration":
            values = {str(int(value) // 60) for value in values}
        name = f"Recognizers {kind}"
        yield Row(set=name, type=kind, text=row["input"], context=context, expected=frozenset(values))


def _nothing(row: dict[str, Any], context: AnswerContext, source: str) -> Row:
    return Row(set=f"{source} negatives", type="when", text=row["input"], context=context)


def _simple(folder: Path, name: str, kind: str) -> Iterator[Row]:
    """Yield rows with one value or none; several values, places in a list from its end, and fractions are left out."""
    source, _, what = name.partition("_")
    for row in lines(folder, name):
        told = row["expected"]
        if isinstance(told, list):
            if len(told) > 1 or (kind == "age" and told and told[0]["unit"] not in ("Year", "Año")):
                continue
            told = told[0]["value"] if told else None
        expected = set() if told is None else {_as_ours(kind, told)}
        if kind in ("number", "ordinal") and told is not None and not re.fullmatch(r"\d{1,15}", str(told)):
            continue
        yield Row(
            set=f"{source.capitalize()} {what.replace('_', '/')}",
            type=kind,
            text=row["input"],
            context=_context(row, asked=False),
            expected=frozenset(expected),
        )


def _as_ours(kind: str, told: object) -> str:
    if kind == "yes_no":
        return "yes" if told else "no"
    if kind == "phone":
        return re.sub(r"\D", "", re.split(r"(?:ext|x)", str(told))[0])
    return str(told)
