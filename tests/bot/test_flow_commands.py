"""Authors of flows look through them, see them, and help their editor, from the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app

ROOT = Path(__file__).parents[2]


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["flows", *words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the flows that may be spoilt."""
    ignored = shutil.ignore_patterns("*.py", "__pycache__")
    return Path(shutil.copytree(ROOT / "flows", tmp_path / "flows", ignore=ignored))


def spoil(folder: Path, old: str, new: str, *, file: str = "catalog/shifts.toml") -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_shipped_flows_are_clean() -> None:
    result = run("lint")

    assert (result.exit_code, result.stdout) == (0, "0 errors, 0 warnings\n")


def test_error_is_told_with_its_place_and_ends_with_one(folder: Path) -> None:
    spoil(folder, "To change it, reply R.", "To change it, reply CANCEL.")
    spoil(folder, "Para cambiar, responda R.", "Para cambiar, responda PERSONA.")

    result = run("lint", "--folder", str(folder))

    first, second, why, write, total = result.stdout.splitlines()
    assert result.exit_code == 1
    assert first.startswith("catalog/shifts.toml:")
    assert "error [carrier-word-offered] the en text offers CANCEL" in second
    assert "accident" in why
    assert "To mend it: " in write
    assert total == "1 error, 0 warnings"


def test_warnings_alone_end_with_zero(folder: Path) -> None:
    spoil(folder, "De acuerdo. Escriba TURNOS para ver otra vez. Responda PERSONA para hablar.", "X")
    spoil(
        folder, "All right. Text SHIFTS when you want to look again. Reply PERSON to talk to us.", "See you there soon."
    )
    spoil(folder, "'''X'''", "'''See you there soon.'''")

    result = run("lint", "--json", "--folder", str(folder))

    assert result.exit_code == 0
    assert [(told["rule"], told["severity"]) for told in json.loads(result.stdout)] == [("untranslated", "warning")]


def test_file_that_cannot_be_read_is_a_finding_too(folder: Path) -> None:
    spoil(folder, 'to = "kept"', 'to = "kep"')

    result = run("lint", "--json", "--folder", str(folder))

    (told,) = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (told["rule"], told["file"], told["step"]) == ("unreadable", "catalog/shifts.toml", "offer")
    assert "did you mean 'kept'?" in told["write"]


BROKEN = {
    "not TOML": ("faq.toml", b"[faq.paid", "faq.toml"),
    "no text": ("catalog/shifts.toml", b"\xff\xfe\x00", ""),
    "unknown command": ("commands.toml", b"[command.stopp]\nen = ['x']\n[greeting]\nes = []\n", "commands.toml"),
    "words of no intent": ("intents/words.toml", b"= 3", ""),
    "wrong place": ("shifts.toml", b"id = 'shifts'", "shifts.toml"),
    "role": ("roles/tutor.toml", b"id = 'tutor'", "roles/tutor.toml"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_any_broken_file_is_told_as_json(what: str, folder: Path) -> None:
    path, content, named = BROKEN[what]
    (folder / path).write_bytes(content)

    result = run("lint", "--json", "--folder", str(folder))

    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert {told["rule"] for told in found} == {"unreadable"}
    assert found[0]["file"] == (named or str(folder))


def test_folder_that_is_not_there_is_told_as_json(tmp_path: Path) -> None:
    result = run("lint", "--json", "--folder", str(tmp_path / "nowhere"))

    (told,) = json.loads(result.stdout)
    assert result.exit_code == 1
    assert "No such file" in told["found"]


def test_single_file_of_a_hub_is_looked_at_among_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "phrases.toml").write_text("[idle]\nen = 'Text QUIT.'\nes = 'Escriba ESTADO.'\n", "utf-8")

    found = json.loads(run("lint", "--json", "--folder", str(tmp_path)).stdout)

    assert [(told["file"], told["line"], told["rule"]) for told in found] == [
        ("phrases.toml", 2, "carrier-word-offered")
    ]


def test_language_that_stayed_behind_the_shipped_file_is_a_warning(folder: Path) -> None:
    spoil(folder, "Which shift will you take?", "Which shift do you like best?")

    result = run("lint", "--json", "--folder", str(folder))

    (told,) = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (told["rule"], told["severity"], told["file"]) == ("stale-translation", "warning", "catalog/shifts.toml")
    assert "the English text of 'ask' was changed, and the Spanish one was not" in told["found"]


@pytest.mark.parametrize(("format_", "begins"), [("text", "screening,"), ("mermaid", "flowchart"), ("dot", "digraph")])
def test_flow_is_shown_in_each_format(format_: str, begins: str) -> None:
    result = run("show", "screening", "--format", format_)

    assert result.exit_code == 0
    assert result.stdout.startswith(begins)


def test_drawing_is_coloured_by_what_is_wrong(folder: Path) -> None:
    spoil(folder, "Which shift will you take?", "Which shift? Which day?")

    result = run("show", "shifts", "--format", "svg", "--folder", str(folder))

    root = ElementTree.fromstring(result.stdout)  # noqa: S314  # our own
    (wrong,) = (group for group in root.iter() if "error" in str(group.get("class")))
    assert wrong.get("id") == "step-offer"


def test_unknown_flow_is_a_mistake_with_a_hint() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "bot", "flows", "show", "screning"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )

    assert result.returncode == 2
    assert result.stderr == "There is no flow 'screning'; did you mean 'screening'?\n"


def test_schema_knows_and_explains_every_key() -> None:
    schema = json.loads(run("schema").stdout)

    tables = {"FlowTable": schema, **schema["$defs"]}
    explained = {
        (name, key): told.get("description")
        for name, table in tables.items()
        for key, told in table.get("properties", {}).items()
    }
    assert ("StepTable", "save_as") in explained
    assert [place for place, told in explained.items() if not told] == []
    assert {"type": "string"} in schema["$defs"]["StepTable"]["properties"]["next"]["anyOf"]
