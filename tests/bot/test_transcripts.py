"""Conversations that people can read are the regression tests: one TOML each, on all three channels.

``uv run pytest tests/bot/test_transcripts.py --rewrite`` writes what the bot says now into the files; review the diff.
"""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.attendance import note_attended
from storage import people
from tests.bot.house import HUB, House, open_house, shown

TRANSCRIPTS = sorted(Path(__file__).parent.parent.joinpath("transcripts").glob("*.toml"))
USERS = {"sms": "+13125550123", "slack": "U0VOLUNTEER", "telegram": "77001"}


@pytest.mark.parametrize("channel", ["sms", "slack", "telegram"])
@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_conversation_goes_as_written(
    path: Path, channel: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    script = tomllib.loads(path.read_text("utf-8"))
    if channel not in script.get("channels", USERS):
        return
    async with open_house(tmp_path) as house:
        for starts in script.get("trainings", []):
            house.add_training(datetime.fromisoformat(starts))
        for starts in script.get("shifts", []):
            house.add_shift(datetime.fromisoformat(starts))

        heard = [await _take(house, channel, turn) for turn in script["turn"]]

        if request.config.getoption("--rewrite"):
            path.write_text(_rewritten(path.read_text("utf-8"), heard), "utf-8")
            return
        expected = [turn["bot"].split("\n---\n") if turn["bot"] else [] for turn in script["turn"]]
        assert heard == expected
        _check_end(house, channel, script.get("end", {}))


async def _take(house: House, channel: str, turn: dict[str, Any]) -> list[str]:
    if "until" in turn:
        until = datetime.fromisoformat(turn["until"]).replace(tzinfo=ZoneInfo(HUB.zone))
        return [shown(message) for message in await house.jump(until)]
    if turn.get("attended"):
        app = house.app
        with app.database.reading() as session:
            person = people.find_by_user(session, HUB.id, USERS[channel], channel=channel)
        assert person
        note_attended(app.database, HUB, app.library.phrases, person.ref, house.clock.at)
        return [shown(message) for message in await house.send()]
    return [shown(message) for message in await house.say(channel, USERS[channel], turn["you"])]


def _check_end(house: House, channel: str, end: dict[str, Any]) -> None:
    if not end:
        return
    with house.app.database.reading() as session:
        person = people.find_by_user(session, HUB.id, USERS[channel], channel=channel)
        assert {name: getattr(person, name) for name in end} == end


def _rewritten(source: str, heard: list[list[str]]) -> str:
    """Put what was heard behind each turn, keeping everything else of the file."""
    head, *turns = source.split("[[turn]]\n")
    written = [head]
    for turn, messages in zip(turns, heard, strict=True):
        kept = turn.split("bot = ", maxsplit=1)[0].rstrip("\n")
        text = "\n---\n".join(messages)
        written.append(f"[[turn]]\n{kept}\nbot = '''{text}'''\n\n")
    return "".join(written).rstrip("\n") + "\n"
