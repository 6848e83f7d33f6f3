"""Who writes on two channels says where reminders and news come: there once, or where they agreed to it as well."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from flows.messages import Purpose
from flows.rules.reaching import KINDS, Way, choose, offered
from storage.operations.reminders import QUEUE, queue_params
from storage.performing import perform
from storage.statements import Operation, Statement
from storage.store import NewMessage
from tests.bot.house import HUB, House, open_house
from tests.bot.outsiders import change, rows
from tests.bot.test_linking import PHONE, SLACK, code_of, sign_up


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


@pytest.mark.parametrize("closed", ["opted_out_at = 1", "reachable = FALSE", "paused_at = 1", "consented_at = NULL"])
async def test_closed_channel_falls_back_to_the_one_they_agreed_to(house: House, closed: str) -> None:
    await linked(house)
    await house.say("sms", PHONE, "reminders by Slack")

    change(house, f"UPDATE address SET {closed} WHERE channel = 'slack'")  # noqa: S608 - of the list above

    assert await reminded(house) == [("sms", "reminder")] * 3


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


async def test_statement_that_writes_holds_the_rule(house: House) -> None:
    """Every state of two addresses, with either preferred or none: 192 cases a database."""
    await linked(house)
    (person,) = rows(house, "SELECT id, address_id FROM person")
    sms, slack = (row["id"] for row in rows(house, "SELECT id FROM address ORDER BY channel DESC"))
    assert isinstance(sms, int)
    assert isinstance(slack, int)
    cases = 0
    states = list(product((True, False), repeat=4))
    with house.app.database.session() as session:
        for consented, opted_out, reachable, paused in states:
            for preferred, last, other in product((None, sms, slack), (sms, slack), (True, False)):
                ways = []
                for number in (sms, slack):
                    is_open = number == preferred or other
                    way = Way(
                        id=number,
                        channel="",
                        consented=consented if is_open else False,
                        opted_out=opted_out,
                        reachable=reachable,
                        paused=paused,
                    )
                    ways.append(way)
                got = perform(
                    session, _queued(int(str(person["id"])), ways, preferred=preferred, last=last, case=cases)
                )
                assert got == choose(ways, preferred=preferred, last=last), (ways, preferred, last)
                cases += 1
    print(f"{cases} states of two addresses")
    assert cases == 192


def _queued(person_id: int, ways: list[Way], *, preferred: int | None, last: int, case: int) -> Operation[int]:
    """Bring the addresses into a state, write a reminder, and return where it goes."""
    yield Statement("DELETE FROM channel_preference WHERE person_id = :person_id", {"person_id": person_id})
    for way in ways:
        yield Statement(
            "UPDATE address SET consented_at = :consented, opted_out_at = :opted_out, reachable = :reachable, paused_at = :paused"
            " WHERE id = :id",
            {
                "id": way.id,
                "consented": 1 if way.consented else None,
                "opted_out": 1 if way.opted_out else None,
                "reachable": way.reachable,
                "paused": 1 if way.paused else None,
            },
        )
    yield Statement(
        "UPDATE person SET address_id = :last WHERE id = :person_id", {"last": last, "person_id": person_id}
    )
    if preferred:
        yield Statement(
            "INSERT INTO channel_preference (person_id, purpose, hub, address_id)"
            " VALUES (:person_id, 'reminder', :hub, :address_id)",
            {"person_id": person_id, "hub": HUB.id, "address_id": preferred},
        )
    message = NewMessage(dedupe_key=f"case:{case}", person_id=person_id, text="x", purpose=Purpose.REMINDER)
    yield Statement(QUEUE, queue_params(HUB.id, message, datetime.fromisoformat("2026-11-23T16:00+00:00")))
    (row,) = yield Statement("SELECT address_id FROM outbox WHERE dedupe_key = :key", {"key": f"case:{case}"})
    return int(row["address_id"])


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
