"""Read spreadsheets of people, opt-outs, places and shifts; nothing is stored here."""

from bot.importing.columns import Context
from bot.importing.faults import Fault, SheetError
from bot.importing.kind import Kind, Read, read
from bot.importing.optouts import OPT_OUTS
from bot.importing.people import PEOPLE
from bot.importing.sheet import Sheet, read_content, read_sheet
from bot.importing.shifts import SHIFTS
from bot.importing.sites import SITES

__all__ = [
    "OPT_OUTS",
    "PEOPLE",
    "SHIFTS",
    "SITES",
    "Context",
    "Fault",
    "Kind",
    "Read",
    "Sheet",
    "SheetError",
    "read",
    "read_content",
    "read_sheet",
]
