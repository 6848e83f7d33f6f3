"""The command line: ``peoplepower demo | serve | chat | check | attended | broadcast | trouble | understand | flows | sites | holidays | shifts | requirement | audit | organisations``."""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.commands import (
    answer_commands,
    backup_commands,
    broadcast_commands,
    flow_commands,
    hours_commands,
    organisation_commands,
    planning_commands,
    program_commands,
    spreadsheet_commands,
    user_commands,
    vetting_commands,
)

#: An operator's mistake ends the program with this code and a sentence.
EXIT_MISTAKE: Final = 2

app = typer.Typer(
    name="peoplepower",
    help="Recruit, train, place and remind the people schools need, by text, Slack and Telegram.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(broadcast_commands.app)
app.add_typer(flow_commands.app)
app.add_typer(planning_commands.sites)
app.add_typer(planning_commands.holidays)
app.add_typer(planning_commands.shifts)
app.add_typer(vetting_commands.requirement)
app.add_typer(vetting_commands.audit)
app.add_typer(organisation_commands.app)
app.add_typer(hours_commands.app)
app.add_typer(answer_commands.app)
app.add_typer(user_commands.app)
app.add_typer(program_commands.tokens)
app.add_typer(program_commands.webhooks)
app.command()(backup_commands.backup)
app.command()(backup_commands.restore)
app.command("import")(spreadsheet_commands.bring_in)
app.command("export")(spreadsheet_commands.write_out)

_Config = Annotated[Path, typer.Option("--config", "-c", help="The settings, see config.example.toml.")]


class ChannelName(StrEnum):
    """The channels that the terminal can act as."""

    SMS = "sms"
    SLACK = "slack"
    TELEGRAM = "telegram"


class Language(StrEnum):
    """The languages people are answered in."""

    EN = "en"
    ES = "es"


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the page is served; 0 takes a free port.")] = 8000,
) -> None:
    """Try everything with an invented hub: no accounts, no network, nothing is sent to anybody."""
    from bot.demo import run_demo
    from bot.serve import run

    run(run_demo(port, announce=typer.echo))


@app.command()
def serve(config: _Config = Path("config.toml")) -> None:
    """Run the real process: webhooks, senders and clock."""
    from bot import config as settings_file
    from bot import logs
    from bot.serve import run
    from bot.serve import serve as serve_forever

    settings = settings_file.load(config, os.environ, serving=True)
    logs.configure(settings.logs.format, settings.logs.level)
    run(serve_forever(settings))


@app.command()
def chat(
    channel: Annotated[ChannelName, typer.Option(help="The channel to act as.")] = ChannelName.SMS,
    lang: Annotated[Language, typer.Option(help="The language to begin in.")] = Language.EN,
    script: Annotated[
        Path | None, typer.Option(help="A file with one reply a line; prints the transcript and ends.")
    ] = None,
) -> None:
    """Talk to the bot in this terminal, as a volunteer would."""
    from bot.commands.chat import run_chat
    from bot.serve import run

    lines = script.read_text("utf-8").splitlines() if script else None
    run(run_chat(channel.value, lang.value, lines=lines, show=typer.echo))


@app.command()
def check(
    config: _Config = Path("config.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say what is wrong with a configuration, and how to mend it."""
    from bot.commands import check as checking

    findings = checking.check(config, os.environ)
    typer.echo(checking.report(findings, as_json=as_json))
    raise typer.Exit(checking.exit_code(findings))


@app.command()
def attended(
    person: Annotated[str, typer.Argument(help="The person's reference, or the phone or id they write from.")],
    session: Annotated[str | None, typer.Option(help="The training session's reference; else the latest one.")] = None,
    config: _Config = Path("config.toml"),
) -> None:
    """Note that somebody attended their training: from now on they may take shifts."""
    from bot.commands.operate import note_attended

    typer.echo(note_attended(config, os.environ, person=person, session=session))


@app.command()
def trouble(config: _Config = Path("config.toml")) -> None:
    """Show messages that are stuck or failed, and who waits for a human."""
    from bot.commands.operate import list_trouble

    for line in list_trouble(config, os.environ):
        typer.echo(line)


@app.command()
def letter(
    person: Annotated[
        str | None, typer.Argument(help="The person's reference, or the phone or id they write from.")
    ] = None,
    lang: Annotated[Language | None, typer.Option(help="The language of the letter; else the person's own.")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; else letter-REFERENCE.pdf here.")] = None,
    revoke: Annotated[str | None, typer.Option(help="The code of a letter that shall be genuine no more.")] = None,
    config: _Config = Path("config.toml"),
) -> None:
    """Write the letter about somebody's approved hours as PDF, with a code by which anybody can check it."""
    from bot.commands.letter_command import revoke_letter, write_letter

    if (person is None) == (revoke is None):
        raise typer.BadParameter("Name a person, or --revoke CODE.")
    if revoke is not None:
        typer.echo(revoke_letter(config, os.environ, revoke))
    if person is not None:
        typer.echo(write_letter(config, os.environ, person=person, language=lang.value if lang else None, to=out))


@app.command()
def report(
    name: Annotated[str, typer.Argument(help="people, hours, retention, funnel or no_shows.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="For spreadsheets; this is the usual.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    since: Annotated[str | None, typer.Option("--from", help="The first day, like 2026-08-15.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="The last day.")] = None,
    organisation: Annotated[
        str | None, typer.Option(help="Name or code of an employer, college or district: only its own people.")
    ] = None,
    config: _Config = Path("config.toml"),
) -> None:
    """Write a report: numbers of people and minutes, nobody's name."""
    from bot.reporting import run_report

    if as_csv and as_json:
        raise typer.BadParameter("Choose --csv or --json.")
    text = run_report(
        config, os.environ, name, since=since, until=until, organisation=organisation, as_json_list=as_json
    )
    sys.stdout.buffer.write(text.encode("utf-8") + (b"\n" if as_json else b""))


@app.command()
def understand(
    text: Annotated[str | None, typer.Argument(help="The reply.")] = None,
    kind: Annotated[
        str, typer.Option("--type", help="Type of the answer: date, yes_no, role …; any for intent alone.")
    ] = "any",
    lang: Annotated[Language | None, typer.Option(help="The language of the question; else both are tried.")] = None,
    today: Annotated[str | None, typer.Option(help="The day of the reply, like 2026-11-21; else today.")] = None,
    asked: Annotated[str | None, typer.Option(help="The words of the question.")] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read questions as lines of JSON from standard input.")
    ] = False,
) -> None:
    """Show how the bot reads a reply: what outranks the question, and the answer."""
    from datetime import date

    from bot.commands import understand as understanding

    if text is None and not jsonl:
        raise typer.BadParameter("Write the reply, or --jsonl to read many.")
    one = {"type": kind, "lang": lang, "today": today, "asked": asked, "text": text}
    answered = understanding.answer_lines(
        sys.stdin if jsonl else [json.dumps(one)],
        today=date.today(),  # noqa: DTZ011 - the day where the command is typed
    )
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    mistakes = 0
    for line, good in answered:
        sys.stdout.write(line + "\n")
        mistakes += not good
    if mistakes:
        raise typer.Exit(EXIT_MISTAKE)


def main() -> None:
    """Run the command line; an operator's mistake is told in a sentence."""
    try:
        app()
    except SystemExit:
        raise
    except _mistakes() as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one place where the program talks to its operator
        raise SystemExit(EXIT_MISTAKE) from None


def _mistakes() -> tuple[type[Exception], ...]:
    """Return the errors that an operator can mend; asked for only once there is one, as they bring most of us along."""
    from bot.config import ConfigError
    from bot.mistake import MistakeError
    from flows.files.shape import FlowError
    from storage.errors import StorageError

    return ConfigError, FlowError, MistakeError, StorageError


if __name__ == "__main__":
    main()
