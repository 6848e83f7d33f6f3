"""What an operator types about who works with the console: ``peoplepower users``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from flows.rules.access import Role

app = typer.Typer(name="users", help="Who may sign in to the console.", no_args_is_help=True)

_SETTINGS: Final = Path("config.toml")
_Config = Annotated[Path, typer.Option("--config", "-c", help="The settings, see config.example.toml.")]
_Email = Annotated[str, typer.Argument(help="What they sign in with.")]
_Sites = Annotated[list[str] | None, typer.Option("--site", help="A site that a site lead looks after; repeatable.")]
_Partner = Annotated[str | None, typer.Option(help="The partner organization of a partner's user.")]


@app.command("add")
def add(
    email: _Email,
    name: Annotated[str, typer.Option(help="As others know them.")],
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.COORDINATOR,
    site: _Sites = None,
    partner: _Partner = None,
    lang: Annotated[str, typer.Option(help="en or es.")] = "en",
    config: _Config = _SETTINGS,
) -> None:
    """Add a user and print a link by which they choose a password; it works once, for three days."""
    from bot.commands import user_desk

    with user_desk.open_users(config, os.environ) as desk:
        typer.echo(user_desk.add(desk, email, name=name, role=role, sites=site or [], partner=partner, language=lang))


@app.command("list")
def list_users(config: _Config = _SETTINGS) -> None:
    """Show who may sign in."""
    from bot.commands import user_desk

    with user_desk.open_users(config, os.environ) as desk:
        for line in user_desk.list_users(desk):
            typer.echo(line)


@app.command("link")
def link(email: _Email, config: _Config = _SETTINGS) -> None:
    """Print a new one-time link, for a forgotten password."""
    from bot.commands import user_desk

    with user_desk.open_users(config, os.environ) as desk:
        typer.echo(user_desk.link(desk, email))


@app.command("role")
def role(
    email: _Email,
    to: Annotated[Role, typer.Argument(help="What they may do from now on.")],
    site: _Sites = None,
    partner: _Partner = None,
    config: _Config = _SETTINGS,
) -> None:
    """Give a user another role; they are signed out."""
    from bot.commands import user_desk

    with user_desk.open_users(config, os.environ) as desk:
        typer.echo(user_desk.change(desk, email, role=to, sites=site or [], partner=partner))


@app.command("disable")
def disable(email: _Email, config: _Config = _SETTINGS) -> None:
    """Let a user in no more; they are signed out at once."""
    from bot.commands import user_desk

    with user_desk.open_users(config, os.environ) as desk:
        typer.echo(user_desk.disable(desk, email))


@app.command("enable")
def enable(email: _Email, config: _Config = _SETTINGS) -> None:
    """Let a user in again."""
    from bot.commands import user_desk

    with user_desk.open_users(config, os.environ) as desk:
        typer.echo(user_desk.enable(desk, email))
