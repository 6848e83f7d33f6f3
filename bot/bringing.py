"""Bring a spreadsheet in as a whole or not at all, and write tables to files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot import config
from bot.config import Settings
from bot.importing import OPT_OUTS, PEOPLE, SHIFTS, SITES, Context, Kind, Read, Sheet, SheetError, read, read_sheet
from bot.mistake import MistakeError
from bot.opening import open_database
from bot.sheets import write_csv, write_xlsx
from flows.facts import Hub, SlotKind
from flows.library import Library, shipped
from flows.stages import Stage
from storage import audit, importing, importing_places, series
from storage.database import Database
from storage.exporting import EXPORTS, lines
from storage.incoming import Stored

KINDS: Final[Mapping[str, Kind[Any]]] = {kind.name: kind for kind in (PEOPLE, OPT_OUTS, SITES, SHIFTS)}
#: As many wrong cells as are told one by one.
_MOST_TOLD: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What bringing in and writing out work with."""

    database: Database
    hub: Hub
    #: Our side of each channel that people are written to by.
    accounts: Mapping[str, str]
    library: Library


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How a file shall be taken."""

    #: Column, by heading or number, to what it holds.
    columns: Mapping[str, str]
    day_order: str = "mdy"
    #: Where and when all people of the file agreed to be written to, where their row does not say.
    consent_source: str = ""
    consented_on: date | None = None


@contextmanager
def open_desk(path: Path, environ: Mapping[str, str]) -> Iterator[Desk]:
    """Open the database that the settings name, for as long as the block."""
    settings = config.load(path, environ)
    with open_database(settings) as database:
        yield Desk(database=database, hub=settings.hub.facts(), accounts=accounts_of(settings), library=shipped())


def accounts_of(settings: Settings) -> dict[str, str]:
    """Return our side of the channels that a spreadsheet can name people on."""
    accounts = {}
    if sms := settings.channels.sms:
        accounts["sms"] = sms.messaging_service_sid or sms.from_number
    if mail := settings.channels.email:
        accounts["email"] = mail.from_address
    return accounts


def read_file(desk: Desk, kind: str, sheet: Sheet, wishes: Wishes, now: datetime) -> Read[Any]:
    """Read and judge every row; nothing is stored.

    Raises:
        SheetError: the columns do not tell what is needed.
        MistakeError: there is no channel to write by.
    """
    if kind in (PEOPLE.name, OPT_OUTS.name) and "sms" not in desk.accounts:
        raise MistakeError("No channel for texts is set up, so phone numbers lead nowhere. Add [channels.sms] first.")
    with desk.database.reading() as session:
        sites = {site.name.casefold(): site.name for site in series.list_sites(session, desk.hub.id)}
    context = Context(
        today=now.astimezone(ZoneInfo(desk.hub.zone)).date(),
        day_order=wishes.day_order,
        zone=desk.hub.zone,
        channels=frozenset(desk.accounts),
        consent_source=wishes.consent_source,
        consented_on=wishes.consented_on,
        known={
            "sites": sites,
            "stages": {stage.value: stage.value for stage in Stage},
            "kinds": {kind.value: kind.value for kind in SlotKind},
            "roles": _spellings(desk.library, "roles"),
            "audiences": _spellings(desk.library, "audiences"),
        },
    )
    return read(KINDS[kind], sheet, context, wishes.columns)


def _spellings(library: Library, choices: str) -> dict[str, str]:
    """List how what people choose from may be written: by its id or its name in any language."""
    return {
        words.casefold(): option.id
        for option in library.sets.choices[choices]
        for words in (option.id, option.id.replace("_", " "), *option.label.values())
    }


def store(
    desk: Desk, kind: str, good: Sequence[Any], now: datetime, *, author: str = "coordinator", dry_run: bool
) -> Stored:
    """Store what was read in one transaction, or say what would become of it."""
    opened = desk.database.reading() if dry_run else desk.database.session()
    with opened as session:
        match kind:
            case PEOPLE.name:
                add = importing.add_people
            case OPT_OUTS.name:
                add = importing.add_opt_outs  # type: ignore[assignment]
            case SITES.name:
                return importing_places.add_sites(session, desk.hub.id, good, author=author, now=now, dry_run=dry_run)
            case _:
                return importing_places.add_shifts(session, desk.hub.id, good, author=author, now=now, dry_run=dry_run)
        return add(session, desk.hub.id, desk.accounts, good, author=author, now=now, dry_run=dry_run)


def bring_in(
    desk: Desk,
    kind: str,
    file: Path,
    wishes: Wishes,
    now: datetime,
    *,
    dry_run: bool,
    skip_bad: bool,
    show: Callable[[str], None],
) -> bool:
    """Bring a file in, telling every wrong cell; ``False`` when something is wrong and nothing was stored.

    Raises:
        MistakeError: the file as a whole cannot be used.
    """
    try:
        found = read_file(desk, kind, read_sheet(file), wishes, now)
    except SheetError as error:
        raise MistakeError(str(error)) from error
    for line in _tell(found):
        show(line)
    if found.faults and not skip_bad and not dry_run:
        show(f"{found.bad_rows} of {found.rows} rows are wrong, so nothing was brought in.")
        show("Mend them, or leave them out with --skip-bad.")
        return False
    stored = store(desk, kind, found.good, now, dry_run=dry_run)
    for line in _outcome(kind, found, stored, dry_run=dry_run):
        show(line)
    return not (found.faults and not skip_bad)


def _tell(found: Read[Any]) -> Iterator[str]:
    used = [f"{heading} = {name}" for heading, name in found.columns if name]
    unused = [heading for heading, name in found.columns if not name and heading]
    yield f"{found.rows} rows. Columns: {', '.join(used) or 'none is known'}."
    if unused:
        yield f"Not used: {', '.join(unused)}. To use one, add --map HEADING=NAME."
    for fault in found.faults[:_MOST_TOLD]:
        yield fault.say()
    if len(found.faults) > _MOST_TOLD:
        yield f"and {len(found.faults) - _MOST_TOLD} more."


def _outcome(kind: str, found: Read[Any], stored: Stored, *, dry_run: bool) -> Iterator[str]:
    would = "would be" if dry_run else "were"
    if kind == OPT_OUTS.name:
        yield f"{stored.closed} people {would} opted out; {stored.known} had left before."
        yield f"{stored.added} are nobody's here: their hashes {would} kept, so that nobody brings them in later."
    else:
        yield f"{stored.added} {would} added; {stored.known} are known already and stay as they are."
    if kind == PEOPLE.name:
        if stored.silent:
            yield f"{stored.silent} have no source of consent: they are kept, and nothing is sent to them."
        if stored.suppressed:
            yield f"{stored.suppressed} asked to be erased, or are on a list of opt-outs: they are not brought in."
        if stored.closed:
            yield f"{stored.closed} {would} opted out."
    if found.faults:
        yield f"{found.bad_rows} of {found.rows} rows are wrong."
    if dry_run:
        yield "This was a dry run: nothing was stored."


# --- out --------------------------------------------------------------------------------------------------------------


def write_out(desk: Desk, name: str, now: datetime, *, to: Path | None, as_xlsx: bool) -> str | None:
    """Write a table to a file that nobody else may read, or as CSV to the terminal; return a sentence about it.

    Raises:
        MistakeError: the file is there, or cannot be written.
    """
    export = EXPORTS[name]
    with desk.database.reading() as session:
        rows = lines(session, desk.hub.id, export)
        if to is None:
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
            count = write_csv(sys.stdout, export.columns, rows)
        else:
            count = _write_file(to, export.columns, rows, name, as_xlsx=as_xlsx)
    with desk.database.session() as session:
        detail: dict[str, Any] = {"kind": name, "rows": count}
        audit.note(session, desk.hub.id, person_ref=None, author="coordinator", what="export", detail=detail, now=now)
    return (
        None if to is None else f"{count} rows are in {to}. It holds private things: keep it as you would keep paper."
    )


def _write_file(to: Path, columns: Sequence[str], rows: Iterator[list[str | int]], name: str, *, as_xlsx: bool) -> int:
    try:
        with to.open("xb") as file:
            to.chmod(0o600)
            if as_xlsx:
                content, count = write_xlsx(columns, rows, title=name)
                file.write(content)
                return count
    except FileExistsError:
        raise MistakeError(f"{to} is there already. Choose another name.") from None
    except OSError as error:
        raise MistakeError(f"{to} cannot be written: {error.strerror}.") from error
    with to.open("w", encoding="utf-8-sig", newline="") as text:  # the mark makes Excel read UTF-8
        return write_csv(text, columns, rows)
