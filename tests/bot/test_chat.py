"""The terminal's talk can be kept as a test."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bot.commands.chat import run_chat
from bot.mistake import MistakeError
from tests.bot.replaying import check_end, expected, opened, replay


@pytest.mark.parametrize(("channel", "lang"), [("sms", "en"), ("telegram", "es"), ("slack", "es")])
async def test_a_kept_talk_is_played_again_as_it_went(channel: str, lang: str, tmp_path: Path) -> None:
    file, shown = tmp_path / "an-evening_talk.toml", list[str]()
    birth = {"en": "5/14/1956", "es": "14/5/1956"}[lang]
    lines = ["hi", "/tap 1", "/tap 1" if lang == "en" else "2", "60614", "/wait 3h", birth, "HELP", f"/keep {file}"]

    await run_chat(channel, lang, lines=lines, show=shown.append)

    script = tomllib.loads(file.read_text("utf-8"))
    async with opened(script, tmp_path) as house:
        assert await replay(script, house, channel) == expected(script)
        check_end(script, house, channel)
    assert script["name"] == "An evening talk"
    assert script["hint"] == script["end"]["language"] == lang
    assert {next(iter(turn)) for turn in script["turn"]} == {"you", "tap", "until"}
    assert shown[-1] == f"* kept in {file}; tests/transcripts/ is the place for it"


async def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("mine", "utf-8")

    with pytest.raises(MistakeError, match="there already"):
        await run_chat("sms", "en", lines=["hi", f"/keep {file}"], show=lambda _: None)

    assert file.read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("lines", "told"), [([], "no talk to keep"), (["hi"], "No such file")], ids=["silence", "no folder"]
)
async def test_what_cannot_be_kept_is_said(lines: list[str], told: str, tmp_path: Path) -> None:
    with pytest.raises(MistakeError, match=told):
        await run_chat("sms", "en", lines=[*lines, f"/keep {tmp_path}/none/x.toml"], show=lambda _: None)
