"""Conversations that people can read are the regression tests: one TOML each, on all three channels.

``uv run pytest tests/bot/test_transcripts.py --rewrite`` writes what the bot says now into the files; review the diff.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.bot.replaying import USERS, check_end, expected, opened, replay

TRANSCRIPTS = sorted(Path(__file__).parent.parent.joinpath("transcripts").glob("*.toml"))


@pytest.mark.parametrize("channel", ["sms", "slack", "telegram"])
@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_conversation_goes_as_written(
    path: Path, channel: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    script = tomllib.loads(path.read_text("utf-8"))
    channels = list(script.get("channels", USERS))
    rewrites = request.config.getoption("--rewrite")
    if channel not in channels or (rewrites and channel != channels[0]):  # one writes, however many tests run at once
        return
    async with opened(script, tmp_path) as house:
        heard = await replay(script, house, channel)

        if rewrites:
            path.write_text(_rewritten(path.read_text("utf-8"), heard), "utf-8")
            return
        assert heard == expected(script)
        check_end(script, house, channel)


def _rewritten(source: str, heard: list[list[str]]) -> str:
    """Put what was heard behind each turn, keeping everything else of the file."""
    head, *turns = source.split("[[turn]]\n")
    written = [head]
    for turn, messages in zip(turns, heard, strict=True):
        kept = turn.split("\nbot = ", maxsplit=1)[0].rstrip("\n")
        text = "\n---\n".join(messages)
        written.append(f"[[turn]]\n{kept}\nbot = '''{text}'''\n\n")
    return "".join(written).rstrip("\n") + "\n"
