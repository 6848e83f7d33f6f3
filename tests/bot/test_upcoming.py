"""What is due is all found in one look: a clock that skips to it does what one does that looks every quarter of an hour."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.bot.replaying import USERS, expected, opened, replay

TRANSCRIPTS = Path(__file__).parent.parent / "transcripts"


@pytest.mark.parametrize("name", ["cover_en", "here_and_done_en"])
async def test_every_quarter_of_an_hour_finds_no_more_than_what_was_coming(name: str, tmp_path: Path) -> None:
    script = tomllib.loads((TRANSCRIPTS / f"{name}.toml").read_text("utf-8"))
    async with opened(script, tmp_path) as house:
        house.skips = False

        heard = await replay(script, house, script.get("channels", list(USERS))[0])

    assert heard == expected(script)


async def test_at_rest_nothing_is_due_before_what_is_coming(tmp_path: Path) -> None:
    script = tomllib.loads((TRANSCRIPTS / "here_and_done_en.toml").read_text("utf-8"))
    async with opened(script, tmp_path) as house:
        await replay(script, house, script.get("channels", list(USERS))[0])
        await house.jump(house.clock.at.replace(hour=3))
        await house.app.clock.tick()

        assert (await house.app.clock.coming())[0] > house.clock.at
