"""The command line beside a running process: broadcast, attended, check, chat, as an operator types them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.app import utc_now
from bot.mistake import MistakeError
from channels.base import PermanentError
from storage import people
from storage.database import Database
from tests.bot.house import HUB, House, open_house
from tests.bot.test_sending import VOLUNTEER, sign_up

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose database is the house's."""
    path = tmp_path / "config.toml"
    path.write_text(
        f"""
[database]
url = "sqlite:///{tmp_path / "people.db"}"
[hub]
id = "{HUB.id}"
name = "Bright Hub"
timezone = "America/Chicago"
""",
        "utf-8",
    )
    return path


async def crowd(house: House) -> None:
    await sign_up(house, VOLUNTEER)
    await sign_up(house, "U1", "slack")
    await sign_up(house, "77001", "telegram")
    await sign_up(house, "+13125550199")
    await house.say("sms", "+13125550199", "STOP")
    await house.say("sms", "+13125550198", "HI")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


async def test_dry_run_tells_whom_it_reaches_and_whom_not(config: Path, tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await crowd(house)

    told = run(
        "broadcast",
        "--to",
        "role=tutor",
        "--text",
        "We need you on Friday \u2013 please!",
        "--dry-run",
        "-c",
        str(config),
    )

    assert told.exit_code == 0, told.output
    assert "3 people would receive it." in told.output
    assert "by sms: 1" in told.output
    assert "1: The person has opted out." in told.output
    assert "1 part(s) of GSM-7" in told.output  # the long dash is folded
    assert "nothing is sent" in told.output


async def test_broadcast_needs_the_number_typed(config: Path, tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await crowd(house)
        path = str(config)

        told = CliRunner().invoke(app, ["broadcast", "--text", "Hello", "-c", path], input="99\n")

        assert "Not sent." in told.output
        assert await house.jump(house.clock.at.replace(hour=18)) == []


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [("rolle=tutor", "role=…"), ("role", "role=…"), ("role=", "role=…")],
    ids=["misspelt", "no value", "empty value"],
)
def test_wrong_filter_is_told_what_to_write(config: Path, filters: str, wanted: str) -> None:
    told = run("broadcast", "--to", filters, "--text", "Hello", "--dry-run", "-c", str(config))

    assert isinstance(told.exception, MistakeError)
    assert wanted in str(told.exception)


async def test_attended_opens_the_shifts(config: Path, tmp_path: Path) -> None:
    from datetime import datetime

    async with open_house(tmp_path) as house:
        house.add_training(datetime(2026, 12, 1, 17, 0))  # noqa: DTZ001 - wall clock of the place
        await sign_up(house)
        await house.say("sms", VOLUNTEER, "1")
        await house.say("sms", VOLUNTEER, "Ana Lopez")

        told = run("attended", "(312) 555-0123", "-c", str(config))

        assert told.output == "Noted. Stage: ready.\n"
        assert "No open shift" in (await house.say("sms", VOLUNTEER, "shifts"))[0].text


def test_attended_without_such_a_person_changes_nothing(config: Path) -> None:
    path = config
    told = run("attended", "+13125550999", "-c", str(path))

    assert isinstance(told.exception, MistakeError)
    with Database(f"sqlite:///{path.with_name('people.db')}").reading() as session:
        assert sum(people.count_by_stage(session, HUB.id).values()) == 0


async def test_trouble_tells_what_failed_and_who_waits_without_anything_private(config: Path, tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.clock.at = utc_now()
        await house.say("sms", VOLUNTEER, "HI")
        house.channels["sms"].fail_next(PermanentError("refused", code="30007"))
        await house.say("sms", VOLUNTEER, "PERSON")

    told = run("trouble", "-c", str(config))

    assert told.output.startswith("0 messages are stuck; 1 failed in the last week; 1 tasks wait.")
    assert "30007" in told.output
    assert "asked_for_a_person" in told.output
    assert VOLUNTEER not in told.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve", "--config", "nowhere.toml"], "nowhere.toml"),
        (["check", "--config", "config.example.toml"], "change-me"),
        (["attended", "x", "--config", "nowhere.toml"], "nowhere.toml"),
    ],
    ids=["serve without a file", "check of the example", "attended without a file"],
)
def test_mistake_of_an_operator_is_a_sentence_and_exit_code_2(arguments: list[str], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 2
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("channel", ["sms", "slack", "telegram"])
def test_chat_prints_the_transcript_of_a_script(tmp_path: Path, channel: str) -> None:
    script = tmp_path / "script.txt"
    script.write_text("# a test\nHola\nacepto\n/tap 2\n60608\n", "utf-8")

    told = run("chat", "--channel", channel, "--lang", "es", "--script", str(script))

    assert told.exit_code == 0, told.output
    assert "> Hola" in told.output
    assert "fecha de nacimiento" in told.output


async def test_a_drawing_tells_how_many_people_sit_where(config: Path, tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.say("sms", "+13125550197", "HI")
        await house.say("sms", "+13125550198", "HI")
        await house.say("sms", "+13125550198", "yes")

    told = run("flows", "show", "screening", "--people", "--config", str(config))
    drawn = run("flows", "show", "screening", "--people", "--config", str(config), "--format", "svg")

    assert "\nconsent (1 person)\n" in told.stdout
    assert "\nlanguage (1 person)\n" in told.stdout
    assert drawn.stdout.count('class="count"') == 2
    assert run("flows", "show", "screening").stdout.count("person)") == 0


@pytest.mark.parametrize(
    "command",
    [
        ("report", "funnel"),
        ("trouble",),
        ("hours", "list"),
        ("tokens", "list"),
        ("webhooks", "list"),
        ("broadcast", "list"),
        ("broadcast", "saved"),
        ("broadcast", "report", "nothing"),
        ("attended", "nobody"),
        ("letter", "nobody"),
        ("answers", "correct", "nobody", "zip", "60614"),
        ("sites", "list"),
        ("shifts", "list"),
        ("requirement", "list", "nobody"),
        ("audit", "verify"),
        ("organisations", "list"),
        ("users", "list"),
        ("export", "sites"),
    ],
    ids=" ".join,
)
def test_a_command_leaves_no_connection_open(config: Path, command: tuple[str, ...]) -> None:
    opened: list[object] = []
    closed: list[object] = []
    event.listen(Pool, "connect", opener := lambda connection, _: opened.append(connection))
    event.listen(Pool, "close", closer := lambda connection, _: closed.append(connection))

    try:
        told = run(*command, "--config", str(config))
    finally:
        event.remove(Pool, "connect", opener)
        event.remove(Pool, "close", closer)

    assert told.exception is None or isinstance(told.exception, SystemExit | MistakeError)
    assert opened
    assert {*map(id, opened)} == {*map(id, closed)}
