"""What an operator types about other programs: ``peoplepower tokens | webhooks``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

tokens = typer.Typer(name="tokens", help="What lets other programs call /api/v1.", no_args_is_help=True)
webhooks = typer.Typer(name="webhooks", help="Addresses that are told of decisions.", no_args_is_help=True)

_SETTINGS: Final = Path("config.toml")
_Config = Annotated[Path, typer.Option("--config", "-c", help="The settings, see config.example.toml.")]


@tokens.command("add")
def add_token(
    name: Annotated[str, typer.Argument(help="Of the program, as the trail shall name it: crm.")],
    scope: Annotated[
        list[str],
        typer.Option(
            help="people:read, people:write, schedule:read, messages:read, messages:send or reports:read; repeatable."
        ),
    ],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is valid.")] = 365,
    config: _Config = _SETTINGS,
) -> None:
    """Make a token and show it, once."""
    from bot.app import utc_now
    from bot.mistake import MistakeError
    from bot.opening import open_hub
    from flows.files.shape import did_you_mean
    from flows.rules.programs import Scope
    from storage import programs

    known = {one.value: one for one in Scope}
    if wrong := next((one for one in scope if one not in known), None):
        raise MistakeError(f"--scope {wrong}: there is no such scope; {did_you_mean(wrong, sorted(known))}")
    now = utc_now()
    with open_hub(config, os.environ) as (database, hub), database.session() as session:
        made = programs.add_token(
            session,
            hub.id,
            name=name,
            scopes={known[one] for one in scope},
            now=now,
            expires_at=now + timedelta(days=days),
        )
    if made is None:
        raise MistakeError(f"There is a token called {name!r} already. Choose another name.")
    typer.echo(made)
    typer.echo(f"It is shown this once, and valid for {days} days. Keep it like a password.", err=True)


@tokens.command("list")
def list_tokens(config: _Config = _SETTINGS) -> None:
    """Show the tokens by their names."""
    import json

    from bot.opening import open_hub
    from storage import programs

    with open_hub(config, os.environ) as (database, hub), database.reading() as session:
        rows = programs.list_tokens(session, hub.id)
    _show(
        f"{row.name}  {', '.join(json.loads(row.scopes))}  "
        + (
            f"withdrawn {row.revoked_at:%Y-%m-%d}"
            if row.revoked_at
            else f"until {row.expires_at:%Y-%m-%d}"
            if row.expires_at
            else ""
        )
        for row in rows
    )


@tokens.command("revoke")
def revoke_token(
    name: Annotated[str, typer.Argument(help="As tokens list shows it.")], config: _Config = _SETTINGS
) -> None:
    """Let a token open nothing any more, at once."""
    from bot.app import utc_now
    from bot.mistake import MistakeError
    from bot.opening import open_hub
    from storage import programs

    with open_hub(config, os.environ) as (database, hub), database.session() as session:
        if not programs.revoke_token(session, hub.id, name, utc_now()):
            raise MistakeError(f"There is no token called {name!r}. See peoplepower tokens list.")
    typer.echo("It opens nothing any more.")


@webhooks.command("add")
def add_webhook(
    url: Annotated[str, typer.Argument(help="Where news is posted: https://crm.example.org/peoplepower.")],
    event: Annotated[
        list[str] | None, typer.Option(help="Only decisions of this kind: stage, requirement, hours …; repeatable.")
    ] = None,
    config: _Config = _SETTINGS,
) -> None:
    """Let an address be told of every decision, and show the secret that signs what it gets."""
    from bot import config as settings_file
    from bot.api.outside import fault_of
    from bot.app import utc_now
    from bot.mistake import MistakeError
    from bot.opening import open_hub
    from storage import programs

    private = settings_file.load(config, os.environ).api.private_webhooks == "yes"
    if fault := fault_of(url, private=private):
        raise MistakeError(f"{url}: {fault}.")
    with open_hub(config, os.environ) as (database, hub), database.session() as session:
        row = programs.add_webhook(session, hub.id, url=url, events=event or (), now=utc_now())
        ref, secret = row.ref, row.secret
    typer.echo(f"{ref}  {secret}")
    typer.echo("The first is its reference, the second the secret that signs what it gets.", err=True)


@webhooks.command("list")
def list_webhooks(config: _Config = _SETTINGS) -> None:
    """Show the addresses that are told."""
    from bot.opening import open_hub
    from storage import programs

    with open_hub(config, os.environ) as (database, hub), database.reading() as session:
        rows = [
            (row, programs.count_given_up(session, hub.id, row.ref)) for row in programs.list_webhooks(session, hub.id)
        ]
    _show(f"{row.ref}  {row.url}  {given_up} given up" for row, given_up in rows)


@webhooks.command("end")
def end_webhook(
    ref: Annotated[str, typer.Argument(help="The reference that webhooks list shows.")], config: _Config = _SETTINGS
) -> None:
    """Tell an address nothing more."""
    from bot.app import utc_now
    from bot.mistake import MistakeError
    from bot.opening import open_hub
    from storage import programs

    with open_hub(config, os.environ) as (database, hub), database.session() as session:
        if not programs.end_webhook(session, hub.id, ref, utc_now()):
            raise MistakeError(f"There is no webhook {ref!r}. See peoplepower webhooks list.")
    typer.echo("It is told nothing more.")


def _show(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)
