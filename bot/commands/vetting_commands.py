"""What an operator types about vetting: ``peoplepower requirement | audit``."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import Annotated, Final

import typer

requirement = typer.Typer(
    name="requirement", help="What people have to bring before a shift, and what came of it.", no_args_is_help=True
)
audit = typer.Typer(name="audit", help="The trail of decisions: who decided what, and when.", no_args_is_help=True)

_SETTINGS: Final = Path("config.toml")
_Config = Annotated[Path, typer.Option("--config", "-c", help="The settings, see config.example.toml.")]
_Person = Annotated[str, typer.Argument(help="The person's reference, or the phone or id they write from.")]
_Kind = Annotated[str, typer.Argument(help="A requirement, like background_check.")]
_By = Annotated[str | None, typer.Option(help="Who decides; else whoever is logged in.")]


def named(by: str | None) -> str:
    """Return who decides: whoever is named, else whoever is logged in."""
    try:
        return by or getpass.getuser()
    except (KeyError, OSError):  # no name for this user id, as in a container
        return "operator"


@requirement.command("list")
def list_requirements(person: _Person, config: _Config = _SETTINGS) -> None:
    """Show what somebody has to bring, and what they have."""
    from bot.commands import vetting_desk

    with vetting_desk.open_vetting(config, os.environ) as desk:
        for line in vetting_desk.list_requirements(desk, person):
            typer.echo(line)


@requirement.command("set")
def set_requirement(
    person: _Person,
    kind: _Kind,
    status: Annotated[str, typer.Argument(help="met, refused or pending.")],
    nth: Annotated[int, typer.Option(help="Which, where there are several: the first or second reference.")] = 1,
    since: Annotated[
        str | None, typer.Option("--from", help="The day it holds from, like 2026-11-21; else today.")
    ] = None,
    reference: Annotated[str, typer.Option(help="The checking office's number; never a report or an SSN.")] = "",
    by: _By = None,
    config: _Config = _SETTINGS,
) -> None:
    """Note what became of a requirement; the person is told what changes for them."""
    from bot.commands import vetting_desk

    with vetting_desk.open_vetting(config, os.environ) as desk:
        typer.echo(
            vetting_desk.set_requirement(
                desk, person, kind, status, nth=nth, since=since, reference=reference, by=named(by)
            )
        )


@requirement.command("need")
def need(
    kind: _Kind,
    site: Annotated[str, typer.Option(help="The name of the place.")],
    needed: Annotated[bool, typer.Option("--needed/--not-needed", help="Whether the place asks for it.")] = True,
    months: Annotated[int | None, typer.Option(help="How long it holds there; else as everywhere.")] = None,
    by: _By = None,
    config: _Config = _SETTINGS,
) -> None:
    """Say what one place asks, whatever is asked elsewhere."""
    from bot.commands import vetting_desk

    with vetting_desk.open_vetting(config, os.environ) as desk:
        typer.echo(vetting_desk.need_at_site(desk, kind, site, needed=needed, months=months, by=named(by)))


@audit.command("show")
def show(person: _Person, config: _Config = _SETTINGS) -> None:
    """List what was decided about somebody, by whom and when."""
    from bot.commands import places, vetting_desk

    with places.open_desk(config, os.environ) as desk:
        for line in vetting_desk.show_trail(desk, person):
            typer.echo(line)


@audit.command("verify")
def verify(
    noted: Annotated[str | None, typer.Option(help="An end of the chain that was noted before.")] = None,
    config: _Config = _SETTINGS,
) -> None:
    """Walk the chain of all decisions, and name the first entry that was changed, removed or put in."""
    from bot.commands import places, vetting_desk

    with places.open_desk(config, os.environ) as desk:
        for line in vetting_desk.verify_trail(desk, noted):
            typer.echo(line)
