"""A coordinator writes to many from their own phone: a preview, a code, and nothing without it; nobody else may."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from flows.messages import Purpose
from flows.rules.access import Permission, Role, may
from storage import broadcasts
from storage.recipients import Recipients
from storage.tables import UserRow
from tests.bot.house import HUB, House, open_house
from tests.bot.test_sending import VOLUNTEER, sign_up
from tests.storage.cases import rows

COORDINATOR = "+13125550190"
WORDS = "Two tutors wanted on Friday"


def install(house: House, role: Role = Role.COORDINATOR, *, verified: bool = True, language: str = "en") -> None:
    """Add a user who has shown that a phone and a Slack account are theirs, and a saved audience."""
    now = house.clock.at
    with house.app.database.session() as session:
        session.add(
            UserRow(
                hub=HUB.id,
                email="ana@example.org",
                name="Ana",
                role=role.value,
                phone=COORDINATOR,
                phone_verified_at=now if verified else None,
                slack_user="U0ANA1",
                slack_verified_at=now if verified else None,
                language=language,
                created_at=now,
            )
        )
        broadcasts.save_audience(session, HUB.id, "Lincoln tutors", Recipients(), author="coordinator:Ana", now=now)


async def said(house: House, text: str, user: str = COORDINATOR, channel: str = "sms") -> str:
    return "\n".join(message.text for message in await house.say(channel, user, text) if message.to.user == user)


async def code_for(house: House, text: str = f"BROADCAST Lincoln tutors: {WORDS}", channel: str = "sms") -> str:
    user = COORDINATOR if channel == "sms" else "U0ANA1"
    found = re.search(r"\b\d{6}\b", await said(house, text, user, channel))
    assert found is not None
    return found[0]


def states(house: House) -> list[str]:
    return [row["status"] for row in rows(house.app.database, "SELECT status FROM broadcast ORDER BY id")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


async def test_only_the_code_sends_what_was_previewed(url: str, folder: Path) -> None:
    async with open_house(folder, url=url) as house:
        install(house)
        await sign_up(house)

        preview = await said(house, f"Broadcast lincoln TUTORS: {WORDS}")
        assert "1 people" in preview
        assert states(house) == ["draft"]
        code = re.search(r"\b\d{6}\b", preview)
        assert code is not None

        assert "1 people" in await said(house, code[0])
        await house.app.clock.tick()
        sent = await house.send()

        assert [(message.to.user, message.text, message.purpose) for message in sent] == [
            (VOLUNTEER, WORDS, Purpose.BROADCAST)
        ]
        await said(house, code[0])
        assert states(house) == ["sending"]
        noted = rows(house.app.database, "SELECT author FROM audit WHERE what = 'broadcast'")
        assert [row["author"] for row in noted] == ["coordinator:Ana"]


async def test_the_code_holds_ten_minutes_and_is_hidden_once_it_has_left(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        install(house)
        await sign_up(house)
        code = await code_for(house)

        house.clock.at += timedelta(minutes=10, seconds=1)
        await said(house, code)

        assert states(house) == ["draft"]


async def test_a_wrong_code_sends_nothing_and_may_be_tried_a_few_times_only(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        install(house)
        await sign_up(house)
        code = await code_for(house)
        wrong = f"{(int(code) + 1) % 1_000_000:06}"

        for _ in range(10):
            await said(house, wrong)
        assert "Too many" in await said(house, code)

        assert states(house) == ["draft"]


async def test_of_two_of_one_name_each_sends_by_codes_of_their_own_alone(tmp_path: Path) -> None:
    other = "+13125550191"
    async with open_house(tmp_path) as house:
        install(house)
        with house.app.database.session() as session:
            mine = session.exec(select(UserRow)).one()
            same = {name: getattr(mine, name) for name in ("hub", "name", "role", "phone_verified_at", "created_at")}
            session.add(UserRow(**same, email="ana2@example.org", phone=other))
        await sign_up(house)  # somebody to send to
        code = await code_for(house)

        told = await said(house, code, other)
        assert states(house) == ["draft"], told

        await said(house, code)
        assert states(house) != ["draft"]


async def test_an_older_draft_cannot_be_sent_once_there_is_another(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        install(house)
        await sign_up(house)
        older, _newer = await code_for(house), await code_for(house)

        assert "does not work" in await said(house, older)


async def test_the_running_one_is_paused_let_go_on_and_stopped(url: str, folder: Path) -> None:
    async with open_house(folder, url=url) as house:
        install(house)
        await sign_up(house)
        assert "no broadcast" in await said(house, "BROADCAST STOP")
        await said(house, await code_for(house))

        assert "Paused" in await said(house, "BROADCAST PAUSE")
        assert states(house) == ["paused"]
        assert "paused" in await said(house, "broadcast status")
        assert "goes on" in await said(house, "difusión seguir")
        assert "Stopped" in await said(house, "BROADCAST STOP")
        assert states(house) == ["stopped"]

        await house.app.clock.tick()
        assert [message for message in await house.send() if message.purpose is Purpose.BROADCAST] == []


async def test_slack_will_do_as_well(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        install(house)
        await sign_up(house)
        code = await code_for(house, channel="slack")

        await said(house, code, "U0ANA1", "slack")

        assert states(house) == ["confirmed"]


@pytest.mark.parametrize("role", [role for role in Role if not may(role, Permission.BROADCAST)])
async def test_a_role_that_may_not_is_answered_like_anybody(tmp_path: Path, role: Role) -> None:
    async with open_house(tmp_path) as house:
        install(house, role)

        heard = await said(house, f"BROADCAST Lincoln tutors: {WORDS}")

        assert heard == await said(house, f"BROADCAST Lincoln tutors: {WORDS}", "+13125550177")
        assert states(house) == []


async def test_a_phone_that_is_not_proved_is_nobodys(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        install(house, verified=False)

        await said(house, f"BROADCAST Lincoln tutors: {WORDS}")

        assert states(house) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("BROADCAST", "Lincoln tutors"),
        ("DIFUSION", "Lincoln tutors"),
        ("BROADCAST Nobody: hello", "No audience"),
        ("BROADCAST Lincoln tutors: {nickname}", "cannot be sent"),
        (f"BROADCAST Lincoln tutors: {WORDS}", "Nobody would get it"),
    ],
)
async def test_what_cannot_be_sent_is_told(tmp_path: Path, text: str, told: str) -> None:
    async with open_house(tmp_path) as house:
        install(house)

        assert told in await said(house, text)
        assert states(house) == []


async def test_a_coordinator_is_a_volunteer_as_well(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        install(house)
        await sign_up(house, COORDINATOR)

        assert "1 people" in await said(house, f"BROADCAST Lincoln tutors: {WORDS}")
        await said(house, "STOP")
        assert await said(house, f"BROADCAST Lincoln tutors: {WORDS}") == ""
