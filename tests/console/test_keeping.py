"""A talk that was kept in the simulator can be held again by the tests of transcripts, word for word."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.keeping import _text as written_down
from bot.simulator.keeping import file_name
from tests.bot.replaying import check_end, expected, opened, replay
from tests.console.opened import REFERENCES, Demo

NEW = {"sms": "+16305550177", "slack": "U0NEW177", "telegram": "800000177"}
SIGN_UP = ("1", "1", "60614", "5/14/1956", "3", "1", "1", "2", "weekday afternoons", "1", "Ana O'Hara")
TO_TRAINING = (*SIGN_UP, *REFERENCES)


async def held_again(source: str, folder: Path) -> tuple[dict[str, Any], list[list[str]]]:
    """Return a transcript, and what is heard when it is played."""
    script = tomllib.loads(source)
    (channel,) = script["channels"]
    async with opened(script, folder) as house:
        heard = await replay(script, house, channel)
        check_end(script, house, channel)
    return script, heard


async def keep(demo: Demo, channel: str, name: str = "Kept") -> str:
    return await demo.open(f"/simulator/{channel}/{NEW[channel]}/keep?name={name}")


@pytest.mark.parametrize("channel", NEW)
async def test_a_talk_with_waits_taps_and_a_training_is_played_again_as_it_went(
    demo: Demo, channel: str, tmp_path: Path
) -> None:
    base = f"/simulator/{channel}/{NEW[channel]}"
    await demo.do(f"{base}/network", kind="start")
    await demo.do(f"{base}/tap", value="consent|yes")
    await demo.say(NEW[channel], *TO_TRAINING[1:], channel=channel)
    await demo.do(f"{base}/checked")
    await demo.say(NEW[channel], "TRAINING", channel=channel)
    await demo.do(f"{base}/tap", value=_first_slot(demo, channel))
    await demo.do("/simulator/clock", by="reminder", channel=channel, user=NEW[channel])
    await demo.say(NEW[channel], "C", channel=channel)
    await demo.do("/simulator/clock", by="day")
    await demo.do("/simulator/clock", by="day")
    await demo.do(f"{base}/attended", slot=demo.talk(NEW[channel], channel=channel).places[0].slot.ref)
    await demo.say(NEW[channel], "SHIFTS", "1", channel=channel)
    await demo.do("/simulator/clock", by="reminder", channel=channel, user=NEW[channel])

    script, heard = await held_again(await keep(demo, channel), tmp_path)

    assert heard == expected(script)
    assert script["end"] == {"stage": "placed", "language": "en"}
    assert {kind for turn in script["turn"] for kind in turn} == {
        "you",
        "tap",
        "network",
        "until",
        "checked",
        "attended",
        "bot",
    }
    assert sum(len(messages) for messages in heard) >= len(TO_TRAINING) + 6


def _first_slot(demo: Demo, channel: str) -> str:
    message = demo.talk(NEW[channel], channel=channel).messages[-1]
    return f"{message.step}|{message.choices[0].id}"


async def test_an_old_button_is_pressed_again_by_its_step_and_words(demo: Demo, tmp_path: Path) -> None:
    await demo.say(NEW["sms"], "HOLA", "1")
    await demo.do(f"/simulator/sms/{NEW['sms']}/tap", value="consent|no")

    script, heard = await held_again(await keep(demo, "sms"), tmp_path)

    assert script["turn"][-1]["tap"] == {"step": "consent", "label": "No, gracias"}
    assert heard == expected(script)


async def test_the_last_seat_is_still_the_last_one(demo: Demo, tmp_path: Path) -> None:
    await demo.say(NEW["sms"], "HI", *TO_TRAINING)
    await demo.do(f"/simulator/sms/{NEW['sms']}/checked")
    await demo.say(NEW["sms"], "TRAINING")

    script, _ = await held_again(await keep(demo, "sms"), tmp_path)

    assert [slot["capacity"] for slot in script["slot"]][:2] == [1, 6]


async def test_signs_of_every_kind_survive(demo: Demo, tmp_path: Path) -> None:
    texts = ["it's '''here'''", "[[turn]]\nyou = 'x'\nbot = ''", '\nC:\\dir \x7f \t"', "ends with '", "¿Señor? 🙂"]
    await demo.say(NEW["sms"], "HI", *texts)

    script, heard = await held_again(await keep(demo, "sms", "It%27s%20%22odd%22"), tmp_path)

    assert [turn["you"] for turn in script["turn"][1:]] == [text.strip() for text in texts]
    assert script["name"] == 'It\'s "odd"'
    assert heard == expected(script)


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    source = f"{written_down(text)}\nbot = "

    assert tomllib.loads(f"you = {source}''''''")["you"] == text
    assert source.index("\nbot = ") == len(source) - len("\nbot = ")
    assert "[[turn]]\n" not in source


async def test_the_file_is_offered_under_the_name_that_was_typed(demo: Demo) -> None:
    await demo.say(NEW["sms"], "HI")

    answer = await demo.client.get(f"/simulator/sms/{NEW['sms']}/keep", params={"name": 'A "late" shift;\r\n'})

    assert answer.headers["content-disposition"] == 'attachment; filename="a_late_shift.toml"'


@pytest.mark.parametrize("name", ["", "¿?", "../../etc/passwd", "x" * 200], ids=["empty", "signs", "path", "long"])
def test_a_file_name_is_never_empty_long_or_a_path(name: str) -> None:
    assert set(file_name(name).removesuffix(".toml")) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
    assert len("x.toml") <= len(file_name(name)) <= len("x" * 60 + ".toml")


async def test_invented_pasts_and_silence_cannot_be_kept(demo: Demo) -> None:
    page = await demo.open("/simulator")
    href = page.split('href="/simulator/sms/%2B')[-1] if "%2B" in page else page.split('href="/simulator/sms/')[2]
    seeded = href.split('"')[0]

    for user in (seeded, NEW["sms"]):
        answer = await demo.client.get(f"/simulator/sms/{user}/keep")
        assert answer.status_code == 409
    assert "Begin as someone new to keep a talk." in await demo.open(f"/simulator/sms/{seeded}")


async def test_a_pause_is_written_down_though_nothing_left_in_it(demo: Demo, tmp_path: Path) -> None:
    await demo.say(NEW["sms"], "HI")
    demo.clock.forward_to(demo.clock() + timedelta(hours=2))
    await demo.say(NEW["sms"], "yes")

    script, heard = await held_again(await keep(demo, "sms"), tmp_path)

    assert script["turn"][1]["bot"] == ""
    assert "until" in script["turn"][1]
    assert heard == expected(script)
