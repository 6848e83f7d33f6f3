"""What a flow's author does from the command line: look through the flows, see one drawn, help an editor along."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:  # commands start sooner without
    from flows.drawing.heads import Heads
    from flows.library import Library

app = typer.Typer(name="flows", help="Look through flow files and see them drawn.", no_args_is_help=True)

_Folder = Annotated[Path | None, typer.Option("--folder", help="Another folder of flows than the program's own.")]


class Format(StrEnum):
    """What a flow is drawn as."""

    SVG = "svg"
    MERMAID = "mermaid"
    DOT = "dot"
    TEXT = "text"


@app.command("lint")
def lint_flows(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False, folder: _Folder = None
) -> None:
    """Look for what would go wrong in a conversation; ends with 1 when there are errors."""
    findings = look_through(folder)
    typer.echo(json.dumps(findings, ensure_ascii=False, indent=2) if as_json else report(findings))
    raise typer.Exit(int(any(finding["severity"] == "error" for finding in findings)))


@app.command("show")
def show_flow(
    name: Annotated[str, typer.Argument(help="The flow: screening, or audiences/employee.")],
    as_: Annotated[Format, typer.Option("--format", help="What to draw.")] = Format.TEXT,
    folder: _Folder = None,
    people: Annotated[bool, typer.Option("--people", help="Tell how many people sit at each step.")] = False,
    config: Annotated[Path, typer.Option("--config", "-c", help="With --people: the settings.")] = Path("config.toml"),
) -> None:
    """Draw a flow; steps with findings are coloured, and with --people those where people sit."""
    from bot.mistake import MistakeError
    from flows.drawing.svg import as_svg
    from flows.drawing.text import as_dot, as_mermaid, as_text
    from flows.files.shape import did_you_mean
    from flows.lint import lint

    library = _library(folder)
    if name not in library.flows:
        raise MistakeError(f"There is no flow {name!r}; {did_you_mean(name, sorted(library.flows))}")
    findings = lint(library, phrases=_phrases(folder))
    draw: Mapping[Format, Callable[..., str]] = {
        Format.SVG: as_svg,
        Format.MERMAID: as_mermaid,
        Format.DOT: as_dot,
        Format.TEXT: as_text,
    }
    here = _heads(library, name, config) if people else None
    typer.echo(draw[as_](library, name, findings, here))
    if here and here.gone:
        told = ", ".join(f"{step} ({number})" for step, number in here.gone.items())
        typer.echo(f"At steps that only an earlier version has: {told}", err=True)


def _heads(library: Library, name: str, config: Path) -> Heads:
    from bot.commands.operate import count_at_steps
    from flows.drawing.heads import heads

    return heads(library.flows[name], name, count_at_steps(config, os.environ))


@app.command("publish")
def publish_flows(
    folder: Annotated[
        Path | None,
        typer.Argument(help="A folder with the files that differ from the program's own; else those alone."),
    ] = None,
    back: Annotated[bool, typer.Option("--back", help="Take the last publication back.")] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would become of whom.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    config: Annotated[Path, typer.Option("--config", "-c", help="The settings.")] = Path("config.toml"),
) -> None:
    """Put flows into use and carry over everybody who is in the middle of one; --back undoes it."""
    from bot.commands.publish_command import run_publish

    if folder and back:
        raise typer.BadParameter("--back takes no folder: it brings back what was there before.")
    published = run_publish(
        config, os.environ, folder=folder, back=back, only_plan=plan, confirmed=yes, show=typer.echo
    )
    raise typer.Exit(int(not published))


@app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of a flow file, for editors that complete and check as you type."""
    from flows.files.schema import file_schema

    typer.echo(json.dumps(file_schema(), ensure_ascii=False, indent=2))


#: A finding as programs get it.
_Told = Mapping[str, str | int]
#: Files that cannot be read are told in the same form.
_UNREADABLE: Final = "the file cannot be used, and the program does not start"


def look_through(folder: Path | None) -> list[_Told]:
    """List what the linter finds in a folder, or why it cannot be read; what it lacks is taken as shipped."""
    from flows.files.shape import FlowError
    from flows.files.sources import FAQ, PHRASES, changed, check_places, overlaid, shipped_sources, sources_in
    from flows.library import library_of
    from flows.lint import lint

    shipped = shipped_sources()
    try:
        own = changed(shipped, sources_in(folder)) if folder else {}
        check_places(own)
        sources = overlaid(shipped, own)
        library = library_of(sources)
    except FlowError as error:
        return [_unreadable(fault) for fault in error.faults]
    except OSError as error:  # no such folder, or not to be opened
        return [_unreadable(f"{error.filename}: {error.strerror}; write the folder that holds the files")]
    except ValueError as error:  # a file that is no text, or words of an intent that cannot be read
        return [_unreadable(f"{folder}: {error}; write TOML in UTF-8")]
    base = library_of(shipped) if folder else None
    findings = lint(library, phrases=sources[PHRASES], faq=sources.get(FAQ, ""), base=base)
    return [asdict(finding) for finding in findings]


def _unreadable(fault: str) -> _Told:
    where, _, told = fault.partition(": ")
    file, _, line = where.partition(":")
    found, _, write = told.rpartition("; ")
    at = int(line) if line.isdigit() else 1
    step = told.split(".")[1].split(":")[0] if told.startswith("step.") else ""
    return {
        "severity": "error",
        "file": file,
        "line": at,
        "step": step,
        "rule": "unreadable",
        "found": found or told,
        "why": _UNREADABLE,
        "write": write if found else "mend it",
    }


def report(findings: Sequence[_Told]) -> str:
    """Tell findings to a person, place by place."""
    lines: list[str] = []
    last = ""
    for finding in findings:
        place = f"{finding['file']}:{finding['line']}" + (f" {finding['step']}" if finding["step"] else "")
        lines += [place] if place != last else []
        last = place
        lines += [
            f"  {finding['severity']} [{finding['rule']}] {finding['found']}",
            f"    {finding['why']}",
            f"    To mend it: {finding['write']}.",
        ]
    return "\n".join([*lines, _sum(findings)])


def _sum(findings: Iterable[_Told]) -> str:
    severities = [finding["severity"] for finding in findings]
    errors, warnings = severities.count("error"), severities.count("warning")
    return f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"


def _library(folder: Path | None) -> Library:
    from flows.library import read_library, shipped

    return read_library(folder) if folder else shipped()


def _phrases(folder: Path | None) -> str:
    from importlib.resources import files

    return ((folder or files("flows")) / "phrases.toml").read_text("utf-8")
