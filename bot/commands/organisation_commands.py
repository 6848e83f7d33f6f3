"""What an operator types about organisations: ``peoplepower organisations add | list | show | confirm``."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

app = typer.Typer(name="organisations", help="Employers, colleges and school districts.", no_args_is_help=True)

_SETTINGS: Final = Path("config.toml")
_Config = Annotated[Path, typer.Option("--config", "-c", help="The settings, see config.example.toml.")]


class Kind(StrEnum):
    """What kind of organisation it is."""

    EMPLOYER = "employer"
    COLLEGE = "college"
    DISTRICT = "district"


@app.command("add")
def add(
    kind: Annotated[Kind, typer.Argument(help="What it is.")],
    name: Annotated[str, typer.Argument(help="As its people know it: Acme Bakeries.")],
    code: Annotated[
        str, typer.Option(help="What its people text to be recognised: 6 letters and digits or more; else one is made.")
    ] = "",
    slack_team: Annotated[str | None, typer.Option(help="Its Slack workspace, like T012AB3CD.")] = None,
    contact: Annotated[str, typer.Option(help="Phone or e-mail of its aid office, or of whoever approves.")] = "",
    policy: Annotated[
        list[str] | None,
        typer.Option(help="NAME=VALUE: hours_per_year=20, needs_manager=true, schools='A, B'; repeatable."),
    ] = None,
    config: _Config = _SETTINGS,
) -> None:
    """Enter an employer, a college or a district, and what it wants."""
    from bot.commands import entering, places
    from flows.rules.organisations import OrganisationKind

    with places.open_desk(config, os.environ) as desk:
        _show(
            entering.add(
                desk,
                OrganisationKind(kind.value),
                name,
                code=code,
                slack_team=slack_team,
                contact=contact,
                policy=policy or [],
            )
        )


@app.command("list")
def list_all(config: _Config = _SETTINGS) -> None:
    """Show the organisations, with their codes and members."""
    from bot.commands import entering, places

    with places.open_desk(config, os.environ) as desk:
        _show(entering.list_all(desk))


@app.command("show")
def show(
    organisation: Annotated[str, typer.Argument(help="Its name, code or number.")], config: _Config = _SETTINGS
) -> None:
    """Show what an organisation wants, and how many belong to it."""
    from bot.commands import entering, places

    with places.open_desk(config, os.environ) as desk:
        _show(entering.show(desk, organisation))


@app.command("confirm")
def confirm(
    organisation: Annotated[str, typer.Argument(help="Its name, code or number.")],
    person: Annotated[str, typer.Argument(help="Their reference, or the phone or id they write from.")],
    hours: Annotated[float | None, typer.Option(min=0.5, help="Of a work-study award: hours in all.")] = None,
    weekly: Annotated[float | None, typer.Option(min=0.5, help="Of a work-study award: hours a week.")] = None,
    until: Annotated[str | None, typer.Option(help="Of a work-study award: its last day, like 2027-05-15.")] = None,
    config: _Config = _SETTINGS,
) -> None:
    """Note what an organisation told you by phone or on paper; the person is told."""
    from bot.commands import entering, places

    with places.open_desk(config, os.environ) as desk:
        typer.echo(entering.confirm(desk, organisation, person, hours=hours, weekly=weekly, until=until))


def _show(lines: list[str]) -> None:
    for line in lines:
        typer.echo(line)
