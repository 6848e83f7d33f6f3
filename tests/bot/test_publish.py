"""Flows are edited under people in the middle of them: everybody comes to the end, and nobody hears of the edit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.mistake import MistakeError
from flows.conversation import Conversation, Frame
from flows.model import Ask
from storage import conversations, people, publications
from storage.conversations import Stored
from storage.database import Database
from tests.bot.edited_flows import FIRST, REPLIES, SCREENING, SECOND
from tests.bot.house import HUB, House, open_house

USERS = [
    (channel, f"+1312555{1000 + n}" if channel == "sms" else f"U{n}" if channel == "slack" else str(7000 + n), n)
    for n, channel in enumerate(["sms", "slack", "telegram", "sms"] * 5)
]


@pytest.fixture
def config(tmp_path: Path, url: str) -> Path:
    """A configuration whose database is the house's."""
    path = tmp_path / "config.toml"
    hub = f'[hub]\nid = "{HUB.id}"\nname = "Bright Hub"\ntimezone = "America/Chicago"\n'
    path.write_text(f'[database]\nurl = "{url}"\n{hub}', "utf-8")
    return path


@pytest.fixture
async def house(config: Path, tmp_path: Path, url: str) -> AsyncIterator[House]:
    """Return a house that runs the first edition."""
    publish(config, tmp_path, FIRST)
    async with open_house(tmp_path, url=url) as opened:
        yield opened


@pytest.fixture
async def busy(house: House) -> House:
    """Return it with twenty people in the middle of every question of the flow and the one it calls, the summary too."""
    for channel, user, number in USERS:
        for _ in range(1 + number % 8):
            await answer(house, channel, user, number)
    return house


def folder(path: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text, "utf-8")
    return str(path)


def run(config: Path, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["flows", "publish", *arguments, "-c", str(config)], input=typed)


def publish(config: Path, tmp_path: Path, files: dict[str, str]) -> str:
    told = run(config, folder(tmp_path / f"flows-{id(files)}", files), "--yes")
    assert told.exit_code == 0, told.output + repr(told.exception)
    return told.output


def frame_of(house: House, channel: str, user: str) -> Frame | None:
    with house.app.database.reading() as session:
        person = people.find_by_user(session, HUB.id, user, channel=channel)
        if person is None:
            return None
        assert person.id
        (stored,) = conversations.some(session, HUB.id, [person.id])
        return Conversation.decode(stored.state).frame


def asked(house: House, frame: Frame | None) -> Ask | None:
    step = house.app.library.flow(frame.flow, frame.revision).steps.get(frame.step) if frame else None
    return step.ask if step else None


async def answer(house: House, channel: str, user: str, number: int) -> str:
    """Write what answers the question that waits; return what comes back."""
    ask = asked(house, frame_of(house, channel, user))
    spanish = number % 2
    text = REPLIES[ask.save_as][spanish] if ask else ("HI", "HOLA")[spanish]
    return "\n".join(message.text for message in await house.say(channel, user, text))


async def finish(house: House, most: int = 12) -> set[str]:
    """Let everybody answer to the end; return the stages they come to."""
    stages = set()
    for channel, user, number in USERS:
        for _ in range(most):
            await house.app.shelf.look()
            await answer(house, channel, user, number)
            if frame_of(house, channel, user) is None:
                break
        with house.app.database.reading() as session:
            person = people.find_by_user(session, HUB.id, user, channel=channel)
            assert person
            stages.add(person.stage)
    return stages


def states(house: House) -> list[Stored]:
    with house.app.database.reading() as session:
        return list(conversations.batch(session, HUB.id, after=0))


def hand_offs(house: House) -> int:
    from storage import tasks

    with house.app.database.reading() as session:
        return sum(task.reason == "agreed" for task, _ in tasks.list_open(session, HUB.id))


async def test_flow_is_edited_under_twenty_people_and_all_of_them_finish(
    config: Path, tmp_path: Path, busy: House
) -> None:
    plan = run(config, folder(tmp_path / "second", SECOND), "--plan").output
    told = run(config, str(tmp_path / "second"), "--yes").output

    assert "20 people in the middle:" in plan
    assert "nothing was changed" in plan
    assert plan.splitlines()[-2] in told
    assert await busy.send() == [], "somebody was texted because a file was edited"
    assert await finish(busy) == {"eligible"}
    assert hand_offs(busy) == 20, "what had been done was done again"
    with busy.app.database.reading() as session:
        for channel, user, _ in USERS:
            person = people.find_by_user(session, HUB.id, user, channel=channel)
            assert person
            assert '"desk"' in person.answers, "a new question was passed over"


async def test_reply_to_a_question_that_is_gone_is_not_taken_for_another(
    config: Path, tmp_path: Path, house: House
) -> None:
    for _ in range(6):
        await answer(house, "sms", "+13125550100", 0)
    ask = asked(house, frame_of(house, "sms", "+13125550100"))
    assert ask
    assert ask.save_as == "colour"
    publish(config, tmp_path, SECOND)

    (said,) = await house.say("sms", "+13125550100", "1")  # the first of the list that they were shown

    assert said.text == "What is on your desk?"
    frame = frame_of(house, "sms", "+13125550100")
    assert frame
    assert "colour" not in frame.answers


async def test_roll_back_brings_everybody_to_the_end_as_well(config: Path, tmp_path: Path, busy: House) -> None:
    publish(config, tmp_path, SECOND)
    for channel, user, number in USERS[::2]:
        await answer(busy, channel, user, number)

    told = run(config, "--back", "--yes").output

    assert "Taken back." in told
    await busy.app.shelf.look()
    assert busy.app.library.flows["screening"].source == SCREENING
    assert await finish(busy) == {"eligible"}
    assert "Taken back." in run(config, "--back", "--yes").output
    assert isinstance(run(config, "--back", "--yes").exception, MistakeError)


async def test_crash_between_two_batches_is_finished_by_a_second_run(
    config: Path, tmp_path: Path, busy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {stored.person_id: stored.version for stored in states(busy)}
    monkeypatch.setattr(conversations, "LARGEST_BATCH", 5)
    with monkeypatch.context() as crash:
        crash.setattr(conversations, "rewrite", _dying_after(conversations.rewrite, 2))
        assert run(config, folder(tmp_path / "second", SECOND), "--yes").exit_code == 1
    halfway = sum(stored.version > before[stored.person_id] for stored in states(busy))

    assert run(config, str(tmp_path / "second"), "--yes").exit_code == 0

    assert 0 < halfway < 20
    assert {stored.version - before[stored.person_id] for stored in states(busy)} == {1}, "somebody was moved twice"
    with busy.app.database.reading() as session:
        assert len(publications.history(session, HUB.id)) == 2
    assert await finish(busy) == {"eligible"}


def _dying_after(rewrite: Callable[..., list[int]], calls: int) -> Callable[..., list[int]]:
    left = iter(range(calls))

    def dying(*arguments: object) -> list[int]:
        next(left)
        return rewrite(*arguments)

    return dying


async def test_whoever_takes_a_turn_meanwhile_is_moved_from_where_they_are_then(
    config: Path, tmp_path: Path, busy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite = conversations.rewrite

    def overtaken(session: object, hub: str, batch: list[Stored], *rest: object) -> list[int]:
        monkeypatch.setattr(conversations, "rewrite", rewrite)
        return [stored.person_id for stored in batch]

    monkeypatch.setattr(conversations, "rewrite", overtaken)
    publish(config, tmp_path, SECOND)

    assert await finish(busy) == {"eligible"}
    assert hand_offs(busy) == 20


def test_errors_of_the_linter_block_publishing(config: Path, tmp_path: Path, url: str) -> None:
    wrong = {**FIRST, "catalog/screening.toml": SCREENING.replace("Is that right?", "Reply QUIT. Is that right?")}

    told = run(config, folder(tmp_path / "wrong", wrong), "--yes")

    assert told.exit_code == 1
    assert "carrier-word-offered" in told.output
    with closing(Database(url)) as database, database.reading() as session:
        assert publications.history(session, HUB.id) == []


def test_publishing_asks_first(config: Path, tmp_path: Path) -> None:
    told = run(config, folder(tmp_path / "first", FIRST), typed="n\n")

    assert "Nothing was changed." in told.output


async def test_running_process_takes_up_a_publication_by_itself(config: Path, tmp_path: Path, url: str) -> None:
    async with open_house(tmp_path, url=url) as house:
        publish(config, tmp_path, FIRST)

        await house.app.clock.tick()

        (said,) = await house.say("sms", "+13125550100", "HI")
        assert said.text == "May we write to you?"
