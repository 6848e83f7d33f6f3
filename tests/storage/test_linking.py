"""What cannot be delivered on one channel goes to another one on which the same person agreed to it."""

from __future__ import annotations

import pytest

from flows.effects import RecordConsent
from flows.messages import Consequence, Purpose
from storage.database import Database
from storage.store import OutboxStatus, Settlement, Store
from storage.tables import AddressRow
from tests.storage.cases import HUB, NOW, applied, rows, say, value


@pytest.mark.parametrize("consequence", [Consequence.UNREACHABLE, Consequence.OPTED_OUT])
@pytest.mark.parametrize(("consented", "elsewhere"), [(True, ["slack"]), (False, [])])
async def test_a_notice_goes_elsewhere_only_where_they_agreed(
    store: Store, database: Database, consequence: Consequence, consented: bool, elsewhere: list[str]
) -> None:
    await applied(store, RecordConsent(purpose="texts", wording="w"), say("Your shift moved", purpose=Purpose.NOTICE))
    with database.session() as session:
        person = value(database, "SELECT id FROM person")
        session.add(
            AddressRow(
                hub=HUB.id,
                channel="slack",
                account="T1",
                user="U77",
                person_id=person,
                consented_at=NOW if consented else None,
                created_at=NOW,
            )
        )
    (claimed,) = await store.claim(HUB.id, "sms", "MG1", 10, NOW)

    await store.settle([Settlement(id=claimed.id, status=OutboxStatus.FAILED, consequence=consequence)], NOW)

    again = rows(database, "SELECT channel, body FROM outbox WHERE status = 1")
    assert again == [{"channel": channel, "body": "Your shift moved"} for channel in elsewhere]


async def test_a_reply_stays_where_it_was_asked_for(store: Store, database: Database) -> None:
    await applied(store, RecordConsent(purpose="texts", wording="w"), say("Hello"))
    with database.session() as session:
        person = value(database, "SELECT id FROM person")
        row = AddressRow(hub=HUB.id, channel="slack", account="T1", user="U77", person_id=person, created_at=NOW)
        row.consented_at = NOW
        session.add(row)
    (claimed,) = await store.claim(HUB.id, "sms", "MG1", 10, NOW)

    gone = Settlement(id=claimed.id, status=OutboxStatus.FAILED, consequence=Consequence.UNREACHABLE)
    await store.settle([gone], NOW)

    assert rows(database, "SELECT channel FROM outbox WHERE status = 1") == []
