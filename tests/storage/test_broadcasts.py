"""The same to many: previewed, written once to each, counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.effects import MarkReachable, MoveStage, OptOut, RecordConsent, Remember
from flows.messages import Purpose
from flows.stages import Stage
from storage import broadcasts, people
from storage.broadcasts import Group
from storage.database import Database
from storage.recipients import Recipients
from storage.store import OutboxStatus, Settlement, Store
from tests.storage.announcing import announced
from tests.storage.cases import HUB, NOW, OTHER_HUB, applied, change, loaded, phone, rows, value

AGREED = RecordConsent(purpose="texts", wording="w")
EVERYBODY = Recipients()


async def gather(store: Store, number: int, *, hub: str = HUB.id, **facts: str) -> None:
    """Let people agree to be written to."""
    effects = [Remember(field=name, value=fact) for name, fact in facts.items()]
    for one in range(number):
        await applied(store, AGREED, *effects, sender=phone(one), hub=hub)


def confirm(database: Database, recipients: Recipients = EVERYBODY, cap: int | None = None, **body: str) -> str:
    """Confirm a broadcast; return its reference."""
    with database.session() as session:
        return announced(
            session,
            HUB,
            recipients=recipients,
            body=body or {"en": "News", "es": "Noticias"},
            now=NOW,
            expires_at=NOW + timedelta(days=1),
            cap=cap,
        )


async def write_out(store: Store, broadcast: str, limit: int = 100) -> list[int]:
    """Write a broadcast to its end; return the sizes of the batches."""
    sizes = []
    while size := await store.fan_out(HUB.id, broadcast, limit, NOW):
        sizes.append(size)
    return sizes


async def test_everybody_who_agreed_gets_it_once_in_batches(store: Store, database: Database) -> None:
    await gather(store, 5)
    broadcast = confirm(database)
    assert await store.open_broadcasts(HUB.id) == [broadcast]

    sizes = await write_out(store, broadcast, limit=2)

    assert sizes == [2, 2, 1]
    assert await store.fan_out(HUB.id, broadcast, 2, NOW) == 0
    claimed = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
    assert [one.message.to for one in claimed] == [phone(number) for number in range(5)]
    assert {one.purpose for one in claimed} == {Purpose.BROADCAST}
    assert {one.message.expires_at for one in claimed} == {NOW + timedelta(days=1)}
    assert len({one.message.reference for one in claimed}) == 5
    assert rows(database, "SELECT DISTINCT priority FROM outbox") == [{"priority": 9}]


async def test_writing_a_batch_again_after_a_crash_doubles_nobody(store: Store, database: Database) -> None:
    await gather(store, 4)
    broadcast = confirm(database)
    await store.fan_out(HUB.id, broadcast, 3, NOW)
    change(database, "UPDATE broadcast SET last_person_id = 0")  # as if its progress had been lost

    await write_out(store, broadcast)

    assert value(database, "SELECT count(*) FROM outbox") == 4
    assert value(database, "SELECT count(DISTINCT address_id) FROM outbox") == 4


async def test_everybody_reads_it_in_their_language_else_in_english(store: Store, database: Database) -> None:
    for number, language in enumerate(["es", "en", "fr"]):
        await applied(store, AGREED, Remember(field="language", value=language), sender=phone(number))
    await applied(store, AGREED, sender=phone(3))

    await write_out(store, confirm(database, en="News", es="Noticias"))

    claimed = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
    assert [one.message.text for one in claimed] == ["Noticias", "News", "News", "News"]


async def test_who_may_not_be_written_to_is_left_out_with_a_reason(store: Store, database: Database) -> None:
    await gather(store, 4, zone="America/Denver", language="es")
    await applied(store, OptOut(cause="STOP"), sender=phone(0))
    await applied(store, MarkReachable(reachable=False, cause="x"), sender=phone(1))
    await applied(store, sender=phone(8))  # never agreed
    await gather(store, 3, hub=OTHER_HUB.id)
    with database.session() as session:
        homeless = people.add_person(session, HUB.id, phone(9), NOW)
        assert homeless is not None
        homeless.address_id = None

    with database.reading() as session:
        preview = broadcasts.preview(session, HUB, EVERYBODY, NOW)
        counted = broadcasts.count_recipients(session, HUB, EVERYBODY, NOW)
    await write_out(store, confirm(database))

    assert preview.groups == (Group(channel="sms", zone="America/Denver", language="es", people=2, country="US"),)
    assert preview.left_out == {"no_address": 1, "no_consent": 1, "opted_out": 1, "unreachable": 1}
    assert preview.people == counted == 2
    assert value(database, "SELECT count(*) FROM outbox") == 2
    assert value(database, "SELECT total FROM broadcast") == 2


@pytest.mark.parametrize(
    ("recipients", "expected"),
    [
        (Recipients(role="tutor"), [0, 1]),
        (Recipients(audience="older_adult"), [1, 2]),
        (Recipients(stage="ready"), [2]),
        (Recipients(language="es"), [1]),
        (Recipients(language="en"), [0, 2]),
        (Recipients(role="tutor", audience="older_adult"), [1]),
        (Recipients(role="mentor"), []),
        (EVERYBODY, [0, 1, 2]),
    ],
    ids=lambda value: value.to_json() if isinstance(value, Recipients) else None,
)
async def test_count_preview_and_outbox_mean_the_same_people(
    store: Store, database: Database, recipients: Recipients, expected: list[int]
) -> None:
    tutor, older = Remember(field="role", value="tutor"), Remember(field="audience", value="older_adult")
    await applied(store, AGREED, tutor, sender=phone(0))
    await applied(store, AGREED, tutor, older, Remember(field="language", value="es"), sender=phone(1))
    await applied(store, AGREED, older, MoveStage(stage=Stage.READY, cause="x"), sender=phone(2))

    with database.reading() as session:
        preview = broadcasts.preview(session, HUB, recipients, NOW)
    await write_out(store, confirm(database, recipients))

    claimed = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
    assert [one.message.to for one in claimed] == [phone(number) for number in expected]
    assert preview.people == len(expected)
    assert Recipients.from_json(recipients.to_json()) == recipients


async def test_a_person_with_two_addresses_gets_it_where_they_last_wrote(store: Store, database: Database) -> None:
    await gather(store, 1)
    change(
        database,
        'INSERT INTO address (hub, channel, account, "user", person_id, reachable, created_at, consented_at) '
        "SELECT hub, 'telegram', '7', '99', person_id, TRUE, 0, 0 FROM address",
    )

    await write_out(store, confirm(database))

    assert [row["channel"] for row in rows(database, "SELECT channel FROM outbox")] == ["sms"]


async def test_progress_is_counted_by_status(store: Store, database: Database) -> None:
    await gather(store, 3)
    await write_out(store, confirm(database))
    first, *_ = await store.claim(HUB.id, "sms", "MG1", 2, NOW)
    await store.settle([Settlement(id=first.id, status=OutboxStatus.SENT)], NOW)

    with database.reading() as session:
        (broadcast,) = broadcasts.list_broadcasts(session, HUB.id)
        progress = broadcasts.progress(session, broadcast)
        assert broadcasts.find(session, HUB.id, broadcast.ref) is broadcast
        assert broadcasts.find(session, OTHER_HUB.id, broadcast.ref) is None

    assert progress == {OutboxStatus.READY: 1, OutboxStatus.SENDING: 1, OutboxStatus.SENT: 1}


async def test_an_opt_out_drops_a_broadcast_that_waits(store: Store, database: Database) -> None:
    await gather(store, 1)
    await write_out(store, confirm(database))

    await applied(store, OptOut(cause="STOP"), sender=phone(0))

    assert rows(database, "SELECT status, reason FROM outbox") == [{"status": 8, "reason": "opted_out"}]
    assert (await loaded(store, phone(0))).person.opted_out


async def test_a_broadcast_without_english_is_refused(store: Store, database: Database) -> None:
    with pytest.raises(ValueError, match="English"):
        confirm(database, es="Noticias")


async def test_another_hub_cannot_write_out_a_broadcast(store: Store, database: Database) -> None:
    await gather(store, 1)

    assert await store.fan_out(OTHER_HUB.id, confirm(database), 10, NOW) == 0
    assert value(database, "SELECT count(*) FROM outbox") == 0
