"""Read a table of one kind: every row is either what shall be stored, or a fault that says what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from bot.importing.columns import Column, Context, match_columns
from bot.importing.faults import Bad, Fault
from bot.importing.sheet import Row, Sheet

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Why the values of a row do not fit together, and which column shows it."""

    name: str
    bad: Bad


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[T]):
    """What a table of one kind holds."""

    name: str
    columns: Sequence[Column]
    #: Makes of the values of a row, by name, what shall be stored.
    build: Callable[[Mapping[str, Any], Context], T | Wrong]
    #: What no two rows may share.
    key: Callable[[T], object]
    #: The column by which a repeated row is told.
    key_column: Callable[[T], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Generic[T]):
    """A whole file, read."""

    good: tuple[T, ...]
    faults: tuple[Fault, ...]
    #: Heading of each column and what it holds; ``""`` for one that is not used.
    columns: tuple[tuple[str, str], ...]
    #: How many rows hold anything.
    rows: int

    @property
    def bad_rows(self) -> int:
        """How many rows cannot be stored."""
        return len({fault.row for fault in self.faults})


def read(kind: Kind[T], sheet: Sheet, context: Context, given: Mapping[str, str] = MappingProxyType({})) -> Read[T]:
    """Read every row.

    Args:
        given: what columns hold, as whoever brings the file in says.

    Raises:
        SheetError: the columns do not tell what is needed.
    """
    columns = match_columns(sheet.headings, kind.name, kind.columns, given)
    good: list[T] = []
    faults: list[Fault] = []
    seen: dict[object, int] = {}
    for row in sheet.rows:
        values, wrong = _values(row, sheet, columns, context)
        if not wrong:
            built = kind.build(values, context)
            if isinstance(built, Wrong):
                wrong = [_fault(row, sheet, columns, built.name, built.bad)]
            elif (first := seen.setdefault(kind.key(built), row.number)) != row.number:
                bad = Bad(code="twice", values={"row": str(first)})
                wrong = [_fault(row, sheet, columns, kind.key_column(built), bad)]
            else:
                good.append(built)
        faults += wrong
    told = tuple(
        (heading, columns[place].name if place in columns else "") for place, heading in enumerate(sheet.headings)
    )
    return Read(good=tuple(good), faults=tuple(faults), columns=told, rows=len(sheet.rows))


def _values(
    row: Row, sheet: Sheet, columns: Mapping[int, Column], context: Context
) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    wrong = []
    for place, column in columns.items():
        text = row.cells[place] if place < len(row.cells) else ""
        if not text:
            continue
        value = column.read(text, context)
        if isinstance(value, Bad):
            wrong.append(Fault(row=row.number, column=sheet.headings[place], found=text, bad=value))
        else:
            values[column.name] = value
    return values, [*wrong, *_beyond(row, sheet)]


def _beyond(row: Row, sheet: Sheet) -> Iterator[Fault]:
    """Tell of a cell right of the last heading: most often a comma too many has moved the others."""
    for text in row.cells[len(sheet.headings) :]:
        if text:
            yield Fault(row=row.number, column="?", found=text, bad=Bad(code="too_many_cells"))
            return


def _fault(row: Row, sheet: Sheet, columns: Mapping[int, Column], name: str, bad: Bad) -> Fault:
    for place, column in columns.items():
        if column.name == name:
            found = row.cells[place] if place < len(row.cells) else ""
            return Fault(row=row.number, column=sheet.headings[place], found=found, bad=bad)
    return Fault(row=row.number, column="", found="", bad=bad)
