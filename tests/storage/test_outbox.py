"""Messages on their way: claimed, settled, reported on, put back, found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from flows.messages import Consequence, DeliveryReport, DeliveryStatus, Purpose
from storage import outbox
from storage.database import Database
from storage.store import Claimed, NewMessage, OutboxStatus, Settlement, Store
from tests.storage.cases import HUB, MARIA, NOW, OMAR, OTHER_HUB, applied, change, loaded, phone, rows, say, value

SOON = NOW + timedelta(minutes=1)


async def claim(store: Store, limit: int = 10) -> list[Claimed]:
    """Claim as the text sender does."""
    return await store.claim(HUB.id, "sms", "MG1", limit, NOW)


async def claim_one(store: Store) -> Claimed:
    """Claim the only ready message."""
    (claimed,) = await claim(store)
    return claimed


def status(database: Database) -> OutboxStatus:
    """Read the only message's status."""
    return OutboxStatus(value(database, "SELECT status FROM outbox"))


def report(
    provider_id: str = "SM9", status: DeliveryStatus = DeliveryStatus.DELIVERED, **fields: object
) -> DeliveryReport:
    """Make a provider's word on a message."""
    return DeliveryReport(channel="sms", account="MG1", provider_id=provider_id, status=status, **fields)  # type: ignore[arg-type]


# --- claim ------------------------------------------------------------------------------------------------------------


async def test_an_address_gets_one_message_at_a_time_in_order(store: Store) -> None:
    await applied(store, say("1"), say("2"), say("3"))
    seen = []

    while claimed := await claim(store):
        assert len(claimed) == 1
        assert await claim(store) == []
        seen.append(claimed[0].message.text)
        await store.settle([Settlement(id=claimed[0].id, status=OutboxStatus.SENT)], NOW)

    assert seen == ["1", "2", "3"]


async def test_priority_goes_before_age_and_age_before_nothing(store: Store) -> None:
    await applied(store, say("old notice", Purpose.NOTICE), sender=phone(1))
    await applied(store, say("first reply"), sender=phone(2))
    await applied(store, say("second reply"), sender=phone(3))

    claimed = await claim(store)

    assert [one.message.text for one in claimed] == ["first reply", "second reply", "old notice"]


async def test_a_later_reply_overtakes_a_notice_to_the_same_address(store: Store) -> None:
    await applied(store, say("notice", Purpose.NOTICE))
    await applied(store, say("reply"))

    assert (await claim_one(store)).message.text == "reply"


async def test_a_claim_is_limited_and_keeps_senders_and_hubs_apart(store: Store) -> None:
    for number in range(5):
        await applied(store, say(), sender=phone(number))
    await applied(store, say("other account"), sender=replace(MARIA, account="MG2"))
    await applied(store, say("other hub"), hub=OTHER_HUB.id)

    assert len(await claim(store, 3)) == 3
    assert len(await claim(store)) == 2
    assert await claim(store) == []
    assert await store.waiting_senders(HUB.id) == [("sms", "MG2")]
    assert await store.waiting_senders(OTHER_HUB.id) == [("sms", "MG1")]


async def test_waiting_senders_are_listed_once_each(store: Store) -> None:
    for number in range(4):
        await applied(store, say(), sender=phone(number))
    await applied(store, say(), sender=replace(MARIA, channel="slack", account="T1"))
    await applied(store, say(), sender=replace(MARIA, account="MG0"))

    assert await store.waiting_senders(HUB.id) == [("slack", "T1"), ("sms", "MG0"), ("sms", "MG1")]


async def test_a_claim_knows_what_the_contact_rule_needs(store: Store, database: Database) -> None:
    result = await applied(store, say())
    change(database, "UPDATE person SET zone = 'America/Denver'")
    change(database, "UPDATE address SET reachable = FALSE")

    claimed = await claim_one(store)

    to = claimed.recipient
    assert (claimed.person_id, to.zone) == (result.person_id, "America/Denver")
    assert (to.opted_out, to.reachable, to.consented, to.held) == (False, False, False, False)


# --- settle -----------------------------------------------------------------------------------------------------------


async def test_a_sent_message_keeps_what_the_provider_called_it(store: Store, database: Database) -> None:
    await applied(store, say())
    claimed = await claim_one(store)

    await store.settle([Settlement(id=claimed.id, status=OutboxStatus.SENT, provider_id="SM9", segments=2)], SOON)

    (row,) = rows(database, "SELECT status, provider_id, segments, attempts FROM outbox")
    assert tuple(row.values()) == (OutboxStatus.SENT, "SM9", 2, 1)


async def test_a_message_that_must_wait_comes_back_when_its_time_has_come(store: Store, database: Database) -> None:
    await applied(store, say())
    claimed = await claim_one(store)

    await store.settle([Settlement(id=claimed.id, status=OutboxStatus.WAITING, not_before=SOON, reason="429")], NOW)

    assert await store.promote(SOON - timedelta(microseconds=1)) == 0
    assert await claim(store) == []
    assert await store.promote(SOON) == 1
    assert (await claim_one(store)).attempts == 1


async def test_a_claim_without_asking_the_provider_is_no_attempt(store: Store) -> None:
    await applied(store, say())
    claimed = await claim_one(store)

    await store.settle([Settlement(id=claimed.id, status=OutboxStatus.WAITING, not_before=NOW, asked=False)], NOW)
    await store.promote(NOW)

    assert (await claim_one(store)).attempts == 0


async def test_a_settlement_never_undoes_an_earlier_report(store: Store, database: Database) -> None:
    await applied(store, say())
    claimed = await claim_one(store)
    await store.report(HUB.id, report("SM9", reference=claimed.message.reference), NOW)

    await store.settle([Settlement(id=claimed.id, status=OutboxStatus.UNKNOWN, reason="timeout")], NOW)

    assert status(database) is OutboxStatus.DELIVERED
    assert value(database, "SELECT provider_id FROM outbox") == "SM9"


@pytest.mark.parametrize(
    ("consequence", "opted_out", "reachable"),
    [
        (Consequence.NONE, False, True),
        (Consequence.OPTED_OUT, True, True),
        (Consequence.UNREACHABLE, False, False),
        (Consequence.CHANNEL_DOWN, False, True),
    ],
)
async def test_a_refusal_tells_about_the_address(
    store: Store, database: Database, consequence: Consequence, opted_out: bool, reachable: bool
) -> None:
    await applied(store, say("refused"), say("next in line"))
    claimed = await claim_one(store)

    refused = Settlement(id=claimed.id, status=OutboxStatus.FAILED, reason="21610", consequence=consequence)
    await store.settle([refused], NOW)

    assert (await loaded(store)).person.opted_out is opted_out
    assert bool(value(database, "SELECT reachable FROM address")) is reachable
    assert value(database, "SELECT count(*) FROM consent WHERE NOT granted AND wording = '21610'") == opted_out
    in_line = value(database, "SELECT status FROM outbox WHERE body = 'next in line'")
    assert in_line == (OutboxStatus.DROPPED if opted_out else OutboxStatus.READY)


# --- reports ----------------------------------------------------------------------------------------------------------


async def test_reports_only_move_forward(store: Store, database: Database) -> None:
    await applied(store, say())
    claimed = await claim_one(store)
    await store.settle([Settlement(id=claimed.id, status=OutboxStatus.SENT, provider_id="SM9")], NOW)

    assert await store.report(HUB.id, report(status=DeliveryStatus.DELIVERED, segments=3), NOW)
    assert not await store.report(HUB.id, report(status=DeliveryStatus.DELIVERED), NOW)
    assert not await store.report(HUB.id, report(status=DeliveryStatus.SENT), NOW)

    assert status(database) is OutboxStatus.DELIVERED
    assert value(database, "SELECT segments FROM outbox") == 3


@pytest.mark.parametrize("before", [OutboxStatus.SENDING, OutboxStatus.UNKNOWN, OutboxStatus.READY])
async def test_a_report_proves_acceptance_though_the_answer_was_lost(
    store: Store, database: Database, before: OutboxStatus
) -> None:
    await applied(store, say())
    claimed = await claim_one(store)
    if before is not OutboxStatus.SENDING:
        await store.settle([Settlement(id=claimed.id, status=before, reason="timeout")], NOW)

    word = report("SM9", DeliveryStatus.SENT, reference=claimed.message.reference)
    assert await store.report(HUB.id, word, NOW)

    assert status(database) is OutboxStatus.SENT
    assert value(database, "SELECT provider_id FROM outbox") == "SM9"
    assert await claim(store) == []
    assert await store.unsettled(HUB.id, SOON, 10) == []


async def test_a_report_on_an_opt_out_records_it(store: Store, database: Database) -> None:
    await applied(store, say("refused"), say("next"))
    claimed = await claim_one(store)
    await store.settle([Settlement(id=claimed.id, status=OutboxStatus.SENT, provider_id="SM9")], NOW)

    await store.report(HUB.id, report(status=DeliveryStatus.UNDELIVERED, code="21610", opted_out=True), NOW)

    assert (await loaded(store)).person.opted_out
    assert rows(database, "SELECT status, reason FROM outbox ORDER BY id") == [
        {"status": OutboxStatus.UNDELIVERED, "reason": "21610"},
        {"status": OutboxStatus.DROPPED, "reason": "opted_out"},
    ]


async def test_reports_on_what_we_never_sent_change_nothing(store: Store, database: Database) -> None:
    await applied(store, say())
    claimed = await claim_one(store)
    await store.settle([Settlement(id=claimed.id, status=OutboxStatus.SENT, provider_id="SM9")], NOW)

    assert not await store.report(HUB.id, report("SM-unknown"), NOW)
    assert not await store.report(OTHER_HUB.id, report("SM9"), NOW)
    assert not await store.report(HUB.id, replace(report("SM9"), account="MG2"), NOW)
    assert status(database) is OutboxStatus.SENT


# --- found again ------------------------------------------------------------------------------------------------------


async def test_messages_without_an_answer_are_found_again(store: Store) -> None:
    await applied(store, say("left sending"), sender=MARIA)
    await applied(store, say("unknown"), sender=OMAR)
    await applied(store, say("sent"), sender=phone(1))
    sending, unknown, sent = await claim(store)
    await store.settle([Settlement(id=unknown.id, status=OutboxStatus.UNKNOWN, reason="timeout")], NOW)
    await store.settle([Settlement(id=sent.id, status=OutboxStatus.SENT)], NOW)

    found = await store.unsettled(HUB.id, SOON, 10)

    assert [(one.message.text, one.attempts) for one in found] == [("left sending", 1), ("unknown", 1)]
    assert found[0].message == sending.message
    assert await store.unsettled(HUB.id, NOW, 10) == []
    assert await store.unsettled(OTHER_HUB.id, SOON, 10) == []


async def test_a_lost_message_can_be_sent_once_more(store: Store) -> None:
    await applied(store, say())
    claimed = await claim_one(store)
    await store.settle([Settlement(id=claimed.id, status=OutboxStatus.UNKNOWN)], NOW)

    await store.settle([Settlement(id=claimed.id, status=OutboxStatus.READY, reason="resend")], SOON)

    assert (await claim_one(store)).attempts == 1


async def test_many_waiting_messages_are_promoted_at_once(store: Store, database: Database) -> None:
    result = await applied(store, say())
    change(
        database,
        """INSERT INTO outbox (hub, ref, dedupe_key, channel, account, address_id, person_id, purpose, priority, status,
               body, choices, step, forget, attempts, created_at, not_before)
           WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
           SELECT hub, ref || i, dedupe_key || i, channel, account, address_id, person_id, purpose, 9, 0,
               body, choices, step, forget, 0, 0, i FROM outbox, n""",
    )

    assert await store.promote(NOW) == 6000
    assert await store.promote(NOW) == 0
    assert result.messages == 1


# --- for people to see ------------------------------------------------------------------------------------------------


async def test_the_stuck_and_the_failed_are_visible(store: Store, database: Database) -> None:
    for number, words in enumerate(["ready", "sending", "waiting", "failed", "fine"]):
        await applied(store, say(words), sender=phone(number))
    hour_later = NOW + timedelta(hours=1)
    change(database, "UPDATE outbox SET status = 2, claimed_at = created_at WHERE body = 'sending'")
    change(database, "UPDATE outbox SET status = 0, not_before = created_at WHERE body = 'waiting'")
    change(database, "UPDATE outbox SET status = 7, settled_at = created_at WHERE body = 'failed'")
    change(database, "UPDATE outbox SET status = 5 WHERE body = 'fine'")

    with database.reading() as session:
        stuck = outbox.list_stuck(session, HUB.id, hour_later)
        not_yet = outbox.list_stuck(session, HUB.id, NOW)
        failed = outbox.list_failed(session, HUB.id, NOW)

    assert [row.body for row in stuck] == ["ready", "sending", "waiting"]
    assert not_yet == []
    assert [row.body for row in failed] == ["failed"]


async def test_a_colleagues_answer_is_written_once(store: Store, database: Database) -> None:
    result = await applied(store)
    answer = NewMessage(dedupe_key="note:1", person_id=result.person_id, text="Call me", purpose=Purpose.NOTICE)

    with database.session() as session:
        first = outbox.enqueue(session, HUB.id, answer, NOW)
        again = outbox.enqueue(session, HUB.id, answer, NOW)
        foreign = outbox.enqueue(session, OTHER_HUB.id, replace(answer, dedupe_key="note:2"), NOW)

    assert (first, again, foreign) == (True, False, False)
    assert (await claim_one(store)).message.text == "Call me"
