"""Write tables to CSV or XLSX so that no cell is ever run as a formula, and numbers stay numbers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final, TextIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from storage.cells import harmless

#: What XML, and so XLSX, cannot hold.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
#: A cell of XLSX ends here.
_MOST_CHARS: Final = 32_767

Cell = str | int


def write_csv(file: TextIO, columns: Sequence[str], lines: Iterable[Sequence[Cell]]) -> int:
    """Write a table as CSV; return the number of its rows.

    Args:
        file: opened with ``newline=""``.
    """
    table = csv.writer(file, lineterminator="\r\n")
    table.writerow(columns)
    count = 0
    for count, line in enumerate(lines, start=1):  # noqa: B007 - it is returned
        table.writerow([harmless(cell) for cell in line])
    return count


def write_xlsx(columns: Sequence[str], lines: Iterable[Sequence[Cell]], *, title: str) -> tuple[bytes, int]:
    """Write a table as XLSX; return the file and the number of its rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.append(list(columns))
    count = 0
    for count, line in enumerate(lines, start=1):  # noqa: B007 - it is returned
        sheet.append([_cell(sheet, cell) for cell in line])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue(), count


def _cell(sheet: object, value: Cell) -> object:
    if isinstance(value, int):
        return value
    cell = WriteOnlyCell(sheet, _FORBIDDEN.sub(" ", str(harmless(value)))[:_MOST_CHARS])  # type: ignore[arg-type]
    cell.data_type = "s"  # openpyxl would make a formula of what begins with =
    return cell
