"""What an operator types about hours: ``peoplepower hours list | decide``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

app = typer.Typer(name="hours", help="Hours that wait for a decision.", no_args_is_help=True)

_SETTINGS: Final = Path("config.toml")
_Config = Annotated[Path, typer.Option("--config", "-c", help="The settings, see config.example.toml.")]


@app.command("list")
def list_hours(config: _Config = _SETTINGS) -> None:
    """Show claims that nobody has agreed to, the disputed first; no names."""
    for line in describe(config, os.environ):
        typer.echo(line)


@app.command("decide")
def decide(
    ref: Annotated[str, typer.Argument(help="The reference that hours list shows.")],
    minutes: Annotated[
        int | None, typer.Option(min=0, max=960, help="How long it was; 0 takes it away, else as claimed.")
    ] = None,
    config: _Config = _SETTINGS,
) -> None:
    """Approve hours, as claimed or as you say, or take them away."""
    typer.echo(settle(config, os.environ, ref, minutes))


@app.command("supervisor")
def supervisor(
    site: Annotated[str, typer.Argument(help="Name or number of a place.")],
    contact: Annotated[str, typer.Option(help="Their phone or e-mail; empty for nobody.")],
    name: Annotated[str, typer.Option(help="Who of the partner, never of the school.")] = "",
    config: _Config = _SETTINGS,
) -> None:
    """Say who approves the hours of a place."""
    typer.echo(name_supervisor(config, os.environ, site, name=name, contact=contact))


def describe(path: Path, environ: Mapping[str, str]) -> list[str]:
    """Say which claims wait, one a line."""
    from bot.opening import open_hub
    from storage import unsettled

    with open_hub(path, environ) as (database, hub), database.reading() as session:
        waiting = unsettled.list_open(session, hub.id)
    return [
        f"{one.ref}  {one.status.value:8}  {one.starts_local.replace('T', ' ')}  {one.minutes} min of {one.planned} planned"
        f"  {one.ledger}  {one.site or 'no place'}  (person {one.person_ref})"
        for one in waiting
    ] or ["Nothing waits for a decision."]


def settle(path: Path, environ: Mapping[str, str], ref: str, minutes: int | None) -> str:
    """Decide; return a sentence about it.

    Raises:
        MistakeError: there is no such entry, or the time is counted already.
    """
    from bot.app import utc_now
    from bot.mistake import MistakeError
    from bot.opening import open_hub
    from storage import unsettled

    with open_hub(path, environ) as (database, hub), database.session() as session:
        done = unsettled.settle(session, hub.id, ref, minutes, author="coordinator", now=utc_now())
    if done is None:
        raise MistakeError(f"There is no entry {ref!r} that counts. See peoplepower hours list.")
    if not done:
        raise MistakeError("Some of that time is counted already, for another shift. Nothing was changed.")
    return "Taken away." if minutes == 0 else "Approved."


def name_supervisor(path: Path, environ: Mapping[str, str], named: str, *, name: str, contact: str) -> str:
    """Keep who approves the hours of a place; return a sentence about it.

    Raises:
        MistakeError: there is no such place, or the contact is neither a phone number nor an e-mail address.
    """
    from bot.app import utc_now
    from bot.mistake import MistakeError
    from bot.opening import open_hub
    from flows.answers import Match, read
    from flows.answers.context import AnswerContext
    from storage import series

    with open_hub(path, environ) as (database, hub):
        outcome = read("contact", contact, AnswerContext(language="en", today=utc_now().date())) if contact else None
        if contact and not isinstance(outcome, Match):
            raise MistakeError(f"--contact {contact}: write a phone number or an e-mail address.")
        with database.session() as session:
            site = series.find_site(session, hub.id, named)
            if site is None:
                raise MistakeError(f"There is no place {named!r}. See peoplepower sites list.")
            site.supervisor, site.supervisor_contact = name, str(outcome.value) if isinstance(outcome, Match) else ""
            session.add(site)
    return (
        "Hours of this place are sent there each afternoon." if contact else "Hours of this place are sent to nobody."
    )
