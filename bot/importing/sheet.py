"""Read a CSV or XLSX file into rows of text, whoever wrote it; nothing is decided about what it means."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from bot.importing.faults import SheetError
from storage.cells import plainly

MAX_BYTES: Final = 20_000_000
#: What an XLSX file may unpack to.
MAX_UNPACKED_BYTES: Final = 300_000_000
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 200
MAX_CELL_CHARS: Final = 10_000

_DELIMITERS: Final = ",;\t|"
_ZIP: Final = b"PK\x03\x04"
#: What Excel writes before the headings to name the delimiter.
_NAMED: Final = "sep="


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row as the spreadsheet numbers it."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The headings of a table and its rows that hold anything."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def read_sheet(path: Path) -> Sheet:
    """Read a file.

    Raises:
        SheetError: it is too large, no table, or broken.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SheetError(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB. Cut it into several files.")
        content = path.read_bytes()
    except OSError as error:
        raise SheetError(f"{path} cannot be read: {error.strerror}.") from error
    return read_content(content)


def read_content(content: bytes) -> Sheet:
    """Read what a file holds.

    Raises:
        SheetError: it is too large, no table, or broken.
    """
    if len(content) > MAX_BYTES:
        raise SheetError(f"The file is larger than {MAX_BYTES // 1_000_000} MB. Cut it into several files.")
    return _table(_read_xlsx(content) if content.startswith(_ZIP) else _read_csv(content))


def _table(records: Iterable[Iterable[str]]) -> Sheet:
    """Take the first row that holds anything as the headings."""
    headings: tuple[str, ...] = ()
    rows: list[Row] = []
    for number, record in enumerate(records, start=1):
        if number > MAX_ROWS + 1:
            raise SheetError(f"The file has more than {MAX_ROWS} rows. Cut it into several files.")
        cells = _cells(record, number)
        if not cells:
            continue
        if headings:
            rows.append(Row(number=number, cells=cells))
        else:
            headings = cells
    if not headings:
        raise SheetError("The file is empty. Its first row has to name the columns.")
    return Sheet(headings=headings, rows=tuple(rows))


def _cells(record: Iterable[str], number: int) -> tuple[str, ...]:
    cells = [plainly(cell.strip()) for cell in record]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise SheetError(f"Row {number} has more than {MAX_COLUMNS} columns. Is it a table?")
    if any(len(cell) > MAX_CELL_CHARS for cell in cells):
        raise SheetError(f"Row {number} has a cell of more than {MAX_CELL_CHARS} characters. Shorten it.")
    return tuple(cells)


# --- CSV --------------------------------------------------------------------------------------------------------------


def _read_csv(content: bytes) -> Iterator[list[str]]:
    text = _decode(content)
    if "\x00" in text:
        raise SheetError("The file is neither text nor XLSX. Save it as CSV (UTF-8) or XLSX.")
    first, _, rest = text.partition("\n")
    named = first.strip().strip('"').lower()
    delimiter = _delimiter(text)
    if named.startswith(_NAMED) and len(named) <= len(_NAMED) + 1:
        delimiter = named[len(_NAMED) :] or "\t"
        text = "\n" + rest  # the row stays, so that the numbers are those of the spreadsheet
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise SheetError(f"Line {reader.line_num} of the file cannot be read: {error}. Save it again as CSV.") from None


def _decode(content: bytes) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ("utf-16",) if marked else ("utf-8-sig", "cp1252")  # the last is Excel's where nobody asked for UTF-8
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError("The letters of the file cannot be read. Save it as CSV (UTF-8) or XLSX.")


def _delimiter(text: str) -> str:
    """Choose the sign that parts the headings: the one that stands most often outside quotation marks."""
    heading = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(heading.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


# --- XLSX -------------------------------------------------------------------------------------------------------------


def _read_xlsx(content: bytes) -> Iterator[list[str]]:
    try:
        _check_unpacked(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says about its size may be wrong
        for row in sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1):
            yield [_written(value) for value in row]
        book.close()
    except SheetError:
        raise
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        OSError,
        SyntaxError,
    ):
        # SyntaxError is what the parser of XML raises; the others are what openpyxl does with files that are none
        raise SheetError("The file is no XLSX table that can be read. Save it as CSV (UTF-8).") from None


def _check_unpacked(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > MAX_UNPACKED_BYTES:
            raise SheetError("The file unpacks to far too much. Save the table alone as CSV.")


def _written(value: object) -> str:
    """Write a cell as people would: whole numbers without a point, days and times by ISO."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(timespec="minutes")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)
