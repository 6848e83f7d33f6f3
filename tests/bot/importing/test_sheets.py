"""Files of any make are read into the same rows, and what is written can be read back and is never run."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot.importing import SheetError, read_content
from bot.importing.sheet import MAX_BYTES, MAX_CELL_CHARS, MAX_COLUMNS
from bot.sheets import write_csv, write_xlsx
from storage.cells import harmless, plainly

HEADINGS = ("Teléfono", "Name")


def table(content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    sheet = read_content(content)
    assert sheet.headings == HEADINGS
    return [(row.number, row.cells) for row in sheet.rows]


@pytest.mark.parametrize(
    "content",
    [
        "Teléfono,Name\n1,Ana\n\n3,José\n".encode(),
        "Teléfono,Name\r\n1,Ana\r\n\r\n3,José".encode("utf-8-sig"),
        "Teléfono;Name\n1;Ana\n;\n3;José\n".encode(),
        "Teléfono\tName\n1\tAna\n\n3\tJosé\n".encode("utf-16"),
        "Teléfono,Name\n1,Ana\n\n3,José\n".encode("cp1252"),
        '"Teléfono","Name"\n"1","Ana"\n\n"3","José"\n'.encode(),
    ],
    ids=["plain", "byte order mark", "semicolons", "tabs, UTF-16", "Windows", "quoted"],
)
def test_a_text_file_is_read_whoever_wrote_it(content: bytes) -> None:
    assert table(content) == [(2, ("1", "Ana")), (4, ("3", "José"))]


def test_a_line_that_names_the_delimiter_counts_as_a_row() -> None:
    assert table("sep=;\nTeléfono;Name\n1;Ana\n".encode()) == [(3, ("1", "Ana"))]


def test_a_cell_of_two_lines_is_one_row() -> None:
    assert table('Teléfono,Name\n1,"Ana\nMaría"\n2,Bo\n'.encode()) == [(2, ("1", "Ana\nMaría")), (3, ("2", "Bo"))]


def test_numbers_and_days_of_a_spreadsheet_are_text_as_people_write_it() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["a", "b", "c", "d", "e"], [3125550142.0, 1.5, date(1956, 5, 14), datetime(2027, 1, 12, 17), time(17)]):  # noqa: DTZ001 - as a spreadsheet has it
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)

    (read_row,) = read_content(file.getvalue()).rows

    assert read_row.cells == ("3125550142", "1.5", "1956-05-14", "2027-01-12T17:00", "17:00:00")


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(4):
            packed.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * 80_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\n\n ,\n", "empty"),
        (b"a,b\n1,\x00\n", "neither text nor XLSX"),
        (b'a,b\n1,"never closed\n', "Line"),
        (b"a" * (MAX_BYTES + 1), "larger than 20 MB"),
        (b"," .join([b"x"] * (MAX_COLUMNS + 1)), "columns"),
        (b"a\n" + b"x" * (MAX_CELL_CHARS + 1), "characters"),
        (b"PK\x03\x04 nothing behind it", "no XLSX table"),
    ],
    ids=["nothing", "blank", "NUL", "quote", "huge", "wide", "long", "no zip"],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_as_a_whole(content: bytes, why: str) -> None:
    with pytest.raises(SheetError, match=why):
        read_content(content)


def test_a_file_that_unpacks_to_too_much_is_not_unpacked() -> None:
    with pytest.raises(SheetError, match="unpacks"):
        read_content(bomb())


# --- what is written --------------------------------------------------------------------------------------------------

#: What a cell may begin with; the last ones are full-width.
STARTS = [*"=+-@\t\r\n '", "'=", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\u200b=", "\ufeff=", " \u00a0="]
CELLS = st.tuples(st.sampled_from(["", *STARTS]), st.text(max_size=12)).map("".join)


@given(CELLS)
@example("'=1+1")
@example("''=1+1")
def test_no_text_begins_like_a_formula_and_all_of_it_comes_back(text: str) -> None:
    written = harmless(text)

    assert plainly(written) == text
    assert not written.lstrip().startswith(("=", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
    if written.startswith(("+", "-")):
        float(written)  # a number, no formula


@pytest.mark.parametrize("number", ["+13125550142", "-5", "12.5", "+1"])
def test_numbers_stay_numbers(number: str) -> None:
    assert harmless(number) == number
    assert harmless(-5) == -5


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-1-1", "@SUM(A1)", "+1|cmd", "\uff1d1+1", "\t=1", "\r=1", " =1", "+"]
)
def test_each_way_to_begin_a_formula_is_made_plain(text: str) -> None:
    assert harmless(text) == f"'{text}"


@given(st.lists(st.lists(CELLS | st.integers(-(10**9), 10**9), min_size=2, max_size=2), max_size=5))
def test_a_csv_file_comes_back_as_it_was(lines: list[list[str | int]]) -> None:
    file = io.StringIO(newline="")
    write_csv(file, ["one", "two"], lines)

    _, *rows = csv.reader(io.StringIO(file.getvalue(), newline=""))

    assert [[plainly(cell) for cell in row] for row in rows] == [[str(cell) for cell in line] for line in lines]


def test_a_spreadsheet_has_text_and_numbers_but_no_formula() -> None:
    content, count = write_xlsx(["a", "b"], [["=1+1", 7], ["\x01+2", -3]], title="t")

    sheet = load_workbook(io.BytesIO(content)).worksheets[0]

    assert count == 2
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["a", "b"], ["'=1+1", 7], [" +2", -3]]
    assert [cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row] == ["s", "n", "s", "n"]
