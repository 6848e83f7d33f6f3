"""What an operator types about what somebody has told us: ``peoplepower answers``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.commands.vetting_commands import named

app = typer.Typer(name="answers", help="What people have told us.", no_args_is_help=True)

_SETTINGS: Final = Path("config.toml")


@app.command("correct")
def correct(
    person: Annotated[str, typer.Argument(help="The person's reference, or the phone or id they write from.")],
    answer: Annotated[str, typer.Argument(help="Which answer, like birth_date, zip, role or audience.")],
    value: Annotated[str, typer.Argument(help="What it is, as the person would write it.")],
    by: Annotated[str | None, typer.Option(help="Who corrects it; else whoever is logged in.")] = None,
    config: Annotated[Path, typer.Option("--config", "-c", help="The settings, see config.example.toml.")] = _SETTINGS,
) -> None:
    """Correct an answer; every later gate is looked at again, and the person is told in one message."""
    from bot.commands import answer_desk

    typer.echo(answer_desk.correct(config, os.environ, person=person, answer=answer, value=value, by=named(by)))
