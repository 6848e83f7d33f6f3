"""Who wants no news gets no broadcast on any channel, not even one in line, and everything else as before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from storage import broadcasts, consent, own_data
from storage.store import OutboxStatus
from storage.tables import AddressRow
from tests.bot.house import HUB, House, open_house
from tests.bot.outsiders import rows
from tests.bot.test_linking import PHONE, SLACK, sign_up
from tests.bot.test_preferring import EVERYBODY, linked, reminded
from tests.bot.test_sending import announce

WAITING, READY, DROPPED = map(int, (OutboxStatus.WAITING, OutboxStatus.READY, OutboxStatus.DROPPED))


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url) as opened:
        opened.add_training(datetime.fromisoformat("2026-12-01T17:00"))
        yield opened


def evidence(house: House) -> list[tuple[str, bool, str, str]]:
    """List what is on record about broadcasts: channel, granted, wording, source."""
    with house.app.database.reading() as session:
        person_id = session.exec(select(AddressRow.person_id).limit(1)).one()
        kept = consent.evidence(session, person_id)
        return [(at.channel, row.granted, row.wording, row.source) for at, row in kept if row.purpose == "broadcasts"]


def refused(house: House) -> list[bool]:
    return [row["no_broadcasts_at"] is not None for row in rows(house, "SELECT no_broadcasts_at FROM address")]


def in_line(house: House) -> list[tuple[object, object]]:
    found = rows(house, "SELECT status, reason FROM outbox WHERE purpose = 'broadcast' ORDER BY id")
    return [(row["status"], row["reason"]) for row in found]


async def test_broadcasts_in_line_do_not_leave_after_no_news_and_reminders_do(house: House) -> None:
    await sign_up(house)
    house.clock.at = datetime.fromisoformat("2026-11-24T04:00+00:00")  # ten in the evening
    announce(house)
    await house.app.clock.tick()
    assert await house.send() == []
    announce(house, "And on Monday.")
    await house.app.clock.tick()
    assert in_line(house) == [(WAITING, "quiet_hours"), (READY, None)]

    (reply,) = await house.say("sms", PHONE, "no news")

    assert reply.text.startswith("Bright Hub: we send you no more news.")
    assert await reminded(house) == [("sms", "reminder")] * 3
    assert in_line(house) == [(DROPPED, "no_broadcasts")] * 2


async def test_refusal_holds_on_every_channel_with_evidence_once(house: House) -> None:
    await linked(house)

    await house.say("slack", SLACK, "No more news")
    await house.say("sms", PHONE, "sin noticias")

    assert refused(house) == [True, True]
    assert evidence(house) == [("slack", False, "No more news", "slack")]
    with house.app.database.session() as session:
        assert broadcasts.preview(session, HUB, EVERYBODY, house.clock.at).left_out == {"no_broadcasts": 1}


async def test_news_comes_again_on_their_own_word_and_not_by_start(house: House) -> None:
    await linked(house)
    await house.say("sms", PHONE, "no news")
    await house.say("sms", PHONE, "STOP")
    await house.say("sms", PHONE, "START")
    assert refused(house) == [True, True]
    assert "NEWS AGAIN" in (await house.say("sms", PHONE, "STATUS"))[0].text

    await house.say("slack", SLACK, "news again")
    await house.say("slack", SLACK, "news again")

    assert refused(house) == [False, False]
    assert evidence(house)[1:] == [("slack", True, "news again", "slack")]
    announce(house)
    left = await house.jump(house.clock.at + timedelta(hours=1))
    assert [message.purpose.value for message in left] == ["broadcast"]


async def test_it_stands_in_what_they_are_shown_of_themselves(house: House) -> None:
    await sign_up(house)
    await house.say("sms", PHONE, "no news")

    with house.app.database.reading() as session:
        person_id = session.exec(select(AddressRow.person_id).order_by(col(AddressRow.id)).limit(1)).one()
        shown = own_data.gather(session, HUB.id, person_id)

    assert shown
    assert [one["no_broadcasts_at"] is not None for one in shown["addresses"]] == [True]
    assert shown["consents"][-1]["purpose"] == "broadcasts"
