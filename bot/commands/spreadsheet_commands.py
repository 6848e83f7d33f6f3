"""What an operator types about spreadsheets: ``peoplepower import | export``."""

from __future__ import annotations

import os
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

_SETTINGS: Final = Path("config.toml")
_Config = Annotated[Path, typer.Option("--config", "-c", help="The settings, see config.example.toml.")]
#: The same as for any mistake.
_EXIT_BAD: Final = 2


class Incoming(StrEnum):
    """What a file may hold that is brought in."""

    PEOPLE = "people"
    OPT_OUTS = "optouts"
    SITES = "sites"
    SHIFTS = "shifts"


class Outgoing(StrEnum):
    """What can be written to a file."""

    PEOPLE = "people"
    OPT_OUTS = "optouts"
    SITES = "sites"
    SHIFTS = "shifts"
    BOOKINGS = "bookings"
    HOURS = "hours"


class DayOrder(StrEnum):
    """How days like 3/4/2026 are meant."""

    MDY = "mdy"
    DMY = "dmy"


def bring_in(
    what: Annotated[Incoming, typer.Argument(help="people, optouts, sites or shifts.")],
    file: Annotated[Path, typer.Argument(help="CSV or XLSX; its first row names the columns.")],
    columns: Annotated[
        list[str] | None, typer.Option("--map", help="Heading or number of a column, and what it holds: Cell=phone.")
    ] = None,
    dates: Annotated[DayOrder, typer.Option(help="The order in days like 3/4/2026.")] = DayOrder.MDY,
    consent_source: Annotated[
        str,
        typer.Option("--consent-source", help="Where and how everybody in the file agreed, if their row is silent."),
    ] = "",
    consent_on: Annotated[str | None, typer.Option("--consent-on", help="When they did, like 2026-09-01.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is wrong and what would happen.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave wrong rows out; else nothing is stored.")] = False,
    config: _Config = _SETTINGS,
) -> None:
    """Bring in a spreadsheet: all of it, or nothing."""
    from bot import bringing
    from bot.app import utc_now

    parted = [one.partition("=") for one in columns or ()]
    if wrong := next((heading for heading, sign, _ in parted if not sign), None):
        raise typer.BadParameter(f"--map {wrong}: write HEADING=NAME.")
    wishes = bringing.Wishes(
        columns={heading: name for heading, _, name in parted},
        day_order=dates.value,
        consent_source=consent_source.strip(),
        consented_on=_day(consent_on),
    )
    with bringing.open_desk(config, os.environ) as desk:
        good = bringing.bring_in(
            desk, what.value, file, wishes, utc_now(), dry_run=dry_run, skip_bad=skip_bad, show=typer.echo
        )
    if not good:
        raise typer.Exit(_EXIT_BAD)


def write_out(
    what: Annotated[Outgoing, typer.Argument(help="people, optouts, sites, shifts, bookings or hours.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="For any program; this is the usual.")] = False,
    as_xlsx: Annotated[bool, typer.Option("--xlsx", help="For spreadsheets.")] = False,
    out: Annotated[Path | None, typer.Option(help="The file to write; else CSV is shown.")] = None,
    config: _Config = _SETTINGS,
) -> None:
    """Write a table to a file, with nothing in it that a spreadsheet would run."""
    from bot import bringing
    from bot.app import utc_now

    if as_csv and as_xlsx:
        raise typer.BadParameter("Choose --csv or --xlsx.")
    if as_xlsx and out is None:
        raise typer.BadParameter("Say where to: --out FILE.xlsx")
    with bringing.open_desk(config, os.environ) as desk:
        told = bringing.write_out(desk, what.value, utc_now(), to=out, as_xlsx=as_xlsx)
    if told:
        typer.echo(told)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"--consent-on {text}: write a day like 2026-09-01.") from None
