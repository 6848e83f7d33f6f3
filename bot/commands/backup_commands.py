"""What an operator types to keep a copy of everything, and to go back to one: ``peoplepower backup | restore``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final

import typer

_SETTINGS: Final = Path("config.toml")
_Config = Annotated[Path, typer.Option("--config", "-c", help="The settings, see config.example.toml.")]


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there.")],
    config: _Config = _SETTINGS,
) -> None:
    """Copy everything into one file, while everybody goes on working."""
    from bot import config as settings_file
    from storage.backup import back_up

    url = settings_file.load(config, os.environ).database.url.get_secret_value()
    rows = back_up(url, file)
    typer.echo(f"{rows['person']} people and {rows['outbox']} messages are in {file}: {file.stat().st_size} bytes.")
    typer.echo("It was read again and is whole. It holds private things: encrypt it before it leaves this machine.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that backup wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    without_present: Annotated[
        bool,
        typer.Option(
            "--without-present", help="Although the present database cannot tell who was erased or left since."
        ),
    ] = False,
    config: _Config = _SETTINGS,
) -> None:
    """Go back to a copy: nothing old is sent, and who was erased or has left since stays so."""
    from bot import config as settings_file
    from bot.app import utc_now
    from storage.restoring import restore as put_back

    settings = settings_file.load(config, os.environ)
    if not yes and not typer.confirm(f"Replace {settings.database.shown} by what {file} holds?"):
        typer.echo("Nothing was changed.")
        return
    done = put_back(
        settings.database.url.get_secret_value(),
        file,
        utc_now(),
        key=settings.privacy.key_in_clear,
        without_present=without_present,
    )
    typer.echo(f"Restored: {done.rows['person']} people, {done.rows['outbox']} messages.")
    for kind, number in done.held.items():
        typer.echo(f"  held, not sent: {number} {kind}")
    if done.erased:
        typer.echo(f"  erased again: {done.erased} people")
    if not done.carried:
        typer.echo("Nobody could say who was erased or has left since the back-up: look to it before you start serve.")
    if done.replaced:
        typer.echo(f"What was there before is {done.replaced}. Delete it once you no longer need it.")
