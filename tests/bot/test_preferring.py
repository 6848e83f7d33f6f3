"""Who writes on two channels says where reminders and news come: there once, or where they agreed to it as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from channels.base import PermanentError
from flows.messages import Consequence, Purpose
from flows.rules.reaching import KINDS, Way, offered
from storage import broadcasts, consent
from storage.broadcast_people import list_reached
from storage.recipients import Recipients
from storage.tables import AddressRow
from tests.bot.house import HUB, House, open_house
from tests.bot.outsiders import change, rows
from tests.bot.test_linking import PHONE, SLACK, code_of, sign_up
from tests.bot.test_sending import announce

EVERYBODY = Recipients()


#: Every way in which an address is closed to what nobody has just asked for.
CLOSED = ("opted_out_at = 1", "reachable = FALSE", "paused_at = 1", "consented_at = NULL")


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url) as opened:
        opened.add_training(datetime.fromisoformat("2026-12-01T17:00"))
        yield opened


async def linked(house: House) -> None:
    """Sign up by text, and be known in Slack as well; the last word is by text."""
    await sign_up(house)
    await house.say("slack", SLACK, "LINK " + await code_of(house))
    await house.say("sms", PHONE, "STATUS")


async def reminded(house: House) -> list[tuple[str, str]]:
    """Let all reminders of the training leave; return where each went."""
    left = await house.jump(datetime.fromisoformat("2026-12-01T21:30+00:00"), step=timedelta(hours=1))
    return [(message.to.channel, message.purpose.value) for message in left]


async def test_reminders_come_where_they_are_wanted_and_once(house: House) -> None:
    await linked(house)

    (reply,) = await house.say("sms", PHONE, "please send my reminders by Slack")

    assert reply.to.channel == "sms"  # answers come where somebody writes
    assert reply.text.startswith("Reminders come by Slack from now on.")
    assert await reminded(house) == [("slack", "reminder")] * 3
    (told,) = await house.say("slack", SLACK, "C")
    assert "See you" in told.text


async def test_without_a_wish_they_come_where_somebody_wrote_last(house: House) -> None:
    await linked(house)

    assert await reminded(house) == [("sms", "reminder")] * 3


async def test_each_kind_has_its_own_channel(house: House) -> None:
    await linked(house)
    await house.say("slack", SLACK, "news by text")
    await house.say("slack", SLACK, "reminders by slack")

    kept = rows(house, "SELECT purpose, channel FROM channel_preference AS f JOIN address AS a ON a.id = f.address_id")
    assert {(str(row["purpose"]), str(row["channel"])) for row in kept} == {("notice", "sms"), ("reminder", "slack")}
    await house.say("slack", SLACK, "todo por texto")
    kept = rows(house, "SELECT purpose, channel FROM channel_preference AS f JOIN address AS a ON a.id = f.address_id")
    assert {str(row["channel"]) for row in kept} == {"sms"}


@pytest.mark.parametrize("closed", CLOSED)
async def test_closed_channel_falls_back_to_the_one_they_agreed_to(house: House, closed: str) -> None:
    await linked(house)
    await house.say("sms", PHONE, "reminders by Slack")

    change(house, f"UPDATE address SET {closed} WHERE channel = 'slack'")  # noqa: S608 - of the list above

    assert await reminded(house) == [("sms", "reminder")] * 3


@pytest.mark.parametrize("closed", CLOSED)
async def test_closed_last_channel_falls_back_to_another_open_one(house: House, closed: str) -> None:
    await linked(house)

    change(house, f"UPDATE address SET {closed} WHERE channel = 'sms'")  # noqa: S608 - of the list above
    announce(house)

    assert await reminded(house) == [("slack", "broadcast"), *[("slack", "reminder")] * 3]


async def test_reminder_that_is_refused_goes_to_any_other_open_channel(house: House) -> None:
    await linked(house)
    await house.say("sms", PHONE, "reminders by Slack")
    change(house, "UPDATE address SET consented_at = NULL WHERE channel = 'sms'")
    change(
        house,
        'INSERT INTO address (hub, channel, account, "user", person_id, consented_at, reachable, created_at)'
        " SELECT hub, 'telegram', 'telegram-account', '77', person_id, 1, TRUE, 0 FROM address WHERE channel = 'sms'",
    )
    gone = PermanentError("no such user", code="user_not_found", consequence=Consequence.UNREACHABLE)
    house.channels["slack"].fail_next(gone)

    assert await reminded(house) == [("telegram", "reminder")] * 3


async def test_stop_on_the_preferred_channel_leaves_the_other(house: House) -> None:
    await linked(house)
    await house.say("sms", PHONE, "everything by Slack")

    await house.say("slack", SLACK, "STOP")

    assert await reminded(house) == [("sms", "reminder")] * 3


async def test_nothing_goes_to_a_channel_without_consent(house: House) -> None:
    await linked(house)
    await house.say("sms", PHONE, "reminders by Slack")

    change(house, "UPDATE address SET opted_out_at = 1 WHERE channel = 'slack'")
    change(house, "UPDATE address SET consented_at = NULL WHERE channel = 'sms'")

    assert await reminded(house) == []


async def test_channel_that_is_not_linked_is_not_taken(house: House) -> None:
    await sign_up(house)

    (english,) = await house.say("sms", PHONE, "send reminders by Telegram")
    await house.say("sms", PHONE, "ESPAÑOL")
    (spanish,) = await house.say("sms", PHONE, "quiero los recordatorios por Slack")

    assert english.text.startswith("We cannot write to you by Telegram yet. Text LINK")
    assert "VINCULAR" in spanish.text
    assert rows(house, "SELECT person_id FROM channel_preference") == []


async def test_preference_goes_with_the_person_and_is_theirs_to_see(house: House) -> None:
    await linked(house)
    await house.say("sms", PHONE, "everything by Slack")

    await house.say("sms", PHONE, "please delete my data")
    await house.say("sms", PHONE, "DELETE")

    assert rows(house, "SELECT person_id FROM channel_preference") == []


# --- broadcasts are news ----------------------------------------------------------------------------------------------


def planned(house: House, recipients: Recipients = EVERYBODY) -> dict[str, int]:
    """Count by channel whom a broadcast would reach, as every page says it."""
    with house.app.database.session() as session:
        preview = broadcasts.preview(session, HUB, recipients, house.clock.at)
        shown = list_reached(session, HUB, recipients, house.clock.at)
        counted = broadcasts.count_recipients(session, HUB, recipients, house.clock.at)
    assert preview.people == counted == len(shown)
    assert dict(preview.by_channel) == Counter(str(one.channel) for one in shown)
    return dict(preview.by_channel)


async def told(house: House) -> list[tuple[str, str]]:
    """Announce something and let it leave; return where it went, and how often."""
    announce(house)
    left = await house.jump(house.clock.at + timedelta(hours=1))
    return [(message.to.channel, message.purpose.value) for message in left]


@pytest.mark.parametrize("words", ["news by Slack", "everything by Slack"])
async def test_broadcast_comes_where_news_is_wanted_and_once(house: House, words: str) -> None:
    await linked(house)
    await house.say("sms", PHONE, words)

    assert planned(house) == planned(house, Recipients(channel="slack")) == {"slack": 1}
    assert planned(house, Recipients(channel="sms")) == {}
    assert await told(house) == [("slack", "broadcast")]


async def test_channel_of_reminders_is_not_that_of_broadcasts(house: House) -> None:
    await linked(house)
    await house.say("sms", PHONE, "reminders by Slack")

    assert planned(house) == {"sms": 1}
    assert await told(house) == [("sms", "broadcast")]


@pytest.mark.parametrize("closed", CLOSED)
async def test_broadcast_falls_back_like_all_else_and_the_page_says_so(house: House, closed: str) -> None:
    await linked(house)
    await house.say("sms", PHONE, "news by Slack")

    change(house, f"UPDATE address SET {closed} WHERE channel = 'slack'")  # noqa: S608 - of the list above

    assert planned(house) == {"sms": 1}
    assert await told(house) == [("sms", "broadcast")]


async def test_nobody_is_reached_where_no_channel_is_open(house: House) -> None:
    await linked(house)
    await house.say("sms", PHONE, "news by Slack")

    change(house, "UPDATE address SET opted_out_at = 1 WHERE channel = 'slack'")
    change(house, "UPDATE address SET consented_at = NULL WHERE channel = 'sms'")

    assert planned(house) == {}
    with house.app.database.session() as session:
        assert broadcasts.preview(session, HUB, EVERYBODY, house.clock.at).left_out == {"no_consent": 1}
    assert await told(house) == []


async def test_follow_up_knows_who_answered_on_another_channel(house: House) -> None:
    await linked(house)
    await house.say("sms", PHONE, "news by Slack")
    first = announce(house)
    await house.jump(house.clock.at + timedelta(hours=1))
    silent, answering = Recipients(not_answered=first), Recipients(answered=first)
    assert (planned(house, silent), planned(house, answering)) == ({"slack": 1}, {})

    await house.say("sms", PHONE, "STATUS")

    assert (planned(house, silent), planned(house, answering)) == ({}, {"slack": 1})


@pytest.mark.parametrize("is_linked_first", [True, False])
async def test_whoever_wants_no_broadcasts_gets_them_on_no_channel(house: House, is_linked_first: bool) -> None:
    await (linked if is_linked_first else sign_up)(house)
    with house.app.database.session() as session:
        phone = session.exec(select(AddressRow).where(col(AddressRow.channel) == "sms")).one()
        consent.refuse_broadcasts(session, phone, cause="phoned", source="phone", now=house.clock.at)
    if not is_linked_first:
        await house.say("slack", SLACK, "LINK " + await code_of(house))
    await house.say("sms", PHONE, "news by Slack")

    with house.app.database.session() as session:
        assert broadcasts.preview(session, HUB, EVERYBODY, house.clock.at).left_out == {"no_broadcasts": 1}
    assert await told(house) == []


def test_latest_open_address_of_a_channel_is_taken() -> None:
    ways = [
        Way(id=1, channel="slack", consented=True),
        Way(id=2, channel="slack", consented=True),
        Way(id=3, channel="slack", consented=True, reachable=False),
        Way(id=4, channel="sms", consented=False),
    ]
    taken = offered(ways, "slack")

    assert taken
    assert taken.id == 2
    assert offered(ways, "sms") is None
    assert Purpose.REPLY not in KINDS
