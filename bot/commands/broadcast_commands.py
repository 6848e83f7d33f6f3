"""``peoplepower broadcast``: write to many, after showing what it would do; pause it, let it go on, stop it, tell what came of it."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="broadcast",
    help="Send the same message to many, after showing whom it reaches, whom not, what it costs and when it is done.",
    invoke_without_command=True,
)

_Config = Annotated[Path, typer.Option("--config", "-c", help="The settings, see config.example.toml.")]
_Ref = Annotated[str, typer.Argument(help="The broadcast's reference, as the list shows it.")]
_To = Annotated[
    list[str] | None,
    typer.Option(
        help="Whom: role=tutor, audience=employee, stage=ready, language=es, channel=sms, site=NAME, organisation=CODE,"
        " answered=REFERENCE, not_answered=REFERENCE, saved=NAME; repeatable."
    ),
]


@app.callback()
def send(
    context: typer.Context,
    text: Annotated[
        str | None, typer.Option(help="What to say; {first_name|friend}, {site|our site} and {hub} are filled in.")
    ] = None,
    to: _To = None,
    text_es: Annotated[str | None, typer.Option("--text-es", help="The same in Spanish.")] = None,
    hours: Annotated[
        int, typer.Option(min=1, max=720, help="Whoever it has not reached by then does not get it.")
    ] = 72,
    cap: Annotated[
        int | None, typer.Option(min=1, help="At most so many people, those who have been with you longest.")
    ] = None,
    test: Annotated[
        str | None, typer.Option(help="Send it to this one person alone: a reference, phone or id; you, as a rule.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    config: _Config = Path("config.toml"),
) -> None:
    """Send the same message to many, after showing whom it reaches, whom not, and when it is done."""
    if context.invoked_subcommand is not None:
        return
    if text is None:
        raise typer.BadParameter("Say what to write with --text, or name a command: list, pause, resume, stop, report.")
    from bot.commands.broadcast_desk import run_broadcast, run_test

    texts = {"en": text, "es": text_es or text}
    if test is not None:
        run_test(config, os.environ, texts=texts, person=test, show=typer.echo)
        return
    run_broadcast(
        config,
        os.environ,
        to=to or [],
        texts=texts,
        useful_for=timedelta(hours=hours),
        cap=cap,
        dry_run=dry_run,
        confirmed=yes,
        show=typer.echo,
    )


@app.command("list")
def list_all(config: _Config = Path("config.toml")) -> None:
    """List the latest broadcasts: reference, state, people, day."""
    from bot.commands.broadcast_desk import list_lines

    for line in list_lines(config, os.environ):
        typer.echo(line)


@app.command()
def pause(ref: _Ref, config: _Config = Path("config.toml")) -> None:
    """Let nothing more of a broadcast leave for the time being; it holds within a moment."""
    _decide("pause", ref, config)


@app.command()
def resume(ref: _Ref, config: _Config = Path("config.toml")) -> None:
    """Let a paused broadcast go on; what has expired meanwhile is not sent."""
    _decide("resume", ref, config)


@app.command()
def stop(ref: _Ref, config: _Config = Path("config.toml")) -> None:
    """Let nothing more of a broadcast leave, ever."""
    _decide("stop", ref, config)


def _decide(what: str, ref: str, config: Path) -> None:
    from bot.commands.broadcast_desk import decide

    typer.echo(decide(config, os.environ, what, ref))


@app.command()
def report(
    ref: _Ref,
    as_csv: Annotated[bool, typer.Option("--csv", help="One line a person, for spreadsheets.")] = False,
    lang: Annotated[str, typer.Option(help="The language of the reasons: en or es.")] = "en",
    config: _Config = Path("config.toml"),
) -> None:
    """Tell what came of a broadcast: who got it, who answered, what failed and why."""
    from bot.commands.broadcast_desk import report_lines, report_rows

    if as_csv:
        sys.stdout.buffer.write(write_csv(report_rows(config, os.environ, ref, lang)).encode("utf-8"))
        return
    for line in report_lines(config, os.environ, ref, lang):
        typer.echo(line)


def write_csv(rows: Sequence[Mapping[str, object]]) -> str:
    """Write rows for a spreadsheet; text stays text there, whatever it begins with."""
    from storage.cells import harmless

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if rows:
        writer.writerow(rows[0])
    writer.writerows([harmless(str(value)) for value in row.values()] for row in rows)
    return out.getvalue()


@app.command()
def save(
    name: Annotated[str, typer.Argument(help="What to call the people; use them with --to saved=NAME.")],
    to: _To = None,
    drop: Annotated[bool, typer.Option("--drop", help="Forget the name instead.")] = False,
    config: _Config = Path("config.toml"),
) -> None:
    """Keep a choice of people under a name; the same name again replaces it."""
    from bot.commands.broadcast_desk import drop_audience, save_audience

    typer.echo(drop_audience(config, os.environ, name) if drop else save_audience(config, os.environ, name, to or []))


@app.command()
def saved(config: _Config = Path("config.toml")) -> None:
    """List the choices of people that were kept, and how many each would reach now."""
    from bot.commands.broadcast_desk import saved_lines

    for line in saved_lines(config, os.environ):
        typer.echo(line)
