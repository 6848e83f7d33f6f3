"""A broadcast is drafted, confirmed by its number, paused, stopped and done; and its report adds up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.broadcast_text import Text
from flows.effects import OptOut, RecordConsent, Remember
from flows.facts import ContactPolicy
from flows.messages import Address
from flows.rules.contact import BroadcastState
from storage import broadcast_report, broadcasts, consent, people
from storage.broadcasts import Confirmed, NoDraft, OtherNumber
from storage.database import Database
from storage.recipients import Recipients
from storage.store import OutboxStatus, Settlement, Store
from storage.tables import AddressRow, PersonRow
from tests.storage.announcing import AUTHOR, announced
from tests.storage.cases import HUB, NOW, OTHER_HUB, applied, change, message, new_slot, phone, rows, value
from tests.storage.test_broadcasts import AGREED, EVERYBODY, confirm, gather, write_out

LATER = NOW + timedelta(hours=1)


async def tend(store: Store, broadcast: str, limit: int = 100) -> list[int]:
    """Bring a broadcast's rows into line; return the sizes of the batches."""
    sizes = []
    while size := await store.tend(HUB.id, broadcast, limit, LATER):
        sizes.append(size)
    return sizes


def decide(database: Database, what: str, broadcast: str, hub: str = HUB.id) -> bool:
    acts = {"pause": broadcasts.pause, "resume": broadcasts.resume, "stop": broadcasts.stop}
    with database.session() as session:
        return acts[what](session, hub, broadcast, author=AUTHOR, now=LATER)


def statuses(database: Database) -> list[int]:
    return [row["status"] for row in rows(database, "SELECT status FROM outbox ORDER BY id")]


def state(database: Database) -> dict[str, object]:
    (row,) = rows(database, "SELECT status, is_open FROM broadcast")
    return {**row, "is_open": bool(row["is_open"])}


async def test_a_draft_is_confirmed_by_the_number_of_people_alone(store: Store, database: Database) -> None:
    await gather(store, 3)
    with database.session() as session:
        draft = broadcasts.save_draft(
            session, HUB, recipients=EVERYBODY, body={"en": "News"}, author=AUTHOR, now=NOW, expires_at=LATER
        )
        ref = draft.ref
    assert await store.fan_out(HUB.id, ref, 10, NOW) == 0
    texts = {"en": Text(body="News", instead={})}
    with database.session() as session:
        found = broadcasts.find(session, HUB.id, ref)
        assert found is not None
        draft = found
        wrong = broadcasts.confirm(session, HUB, draft, texts, typed=4, author=AUTHOR, now=NOW)
        late = broadcasts.confirm(session, HUB, draft, texts, typed=3, author=AUTHOR, now=LATER)
        right = broadcasts.confirm(session, HUB, draft, texts, typed=3, author=AUTHOR, now=NOW)
        again = broadcasts.confirm(session, HUB, draft, texts, typed=3, author=AUTHOR, now=NOW)

    assert (wrong, right) == (OtherNumber(people=3), Confirmed(people=3))
    assert late == NoDraft(status=BroadcastState.DRAFT)
    assert again == NoDraft(status=BroadcastState.CONFIRMED)


async def test_a_pause_sets_the_rest_aside_and_going_on_puts_it_back(store: Store, database: Database) -> None:
    await gather(store, 5)
    broadcast = confirm(database)
    await write_out(store, broadcast)
    first, *_ = await store.claim(HUB.id, "sms", "MG1", 1, NOW)

    assert decide(database, "pause", broadcast)
    (again,) = await store.look_again(HUB.id, [first], NOW)
    assert again.broadcast is BroadcastState.PAUSED  # at once, whatever its row says
    assert await tend(store, broadcast, limit=3) == [3, 1]
    assert statuses(database) == [2, 0, 0, 0, 0]
    assert await store.promote(NOW + timedelta(days=9)) == 0
    assert await store.open_broadcasts(HUB.id) == [broadcast]

    assert not decide(database, "pause", broadcast)
    assert decide(database, "resume", broadcast)
    assert await tend(store, broadcast) == [4]
    assert statuses(database) == [2, 1, 1, 1, 1]


async def test_what_is_paused_before_it_is_written_is_written_once_it_goes_on(store: Store, database: Database) -> None:
    await gather(store, 4)
    broadcast = confirm(database)
    assert await store.fan_out(HUB.id, broadcast, 2, NOW) == 2

    decide(database, "pause", broadcast)
    assert await store.fan_out(HUB.id, broadcast, 2, NOW) == 0
    decide(database, "resume", broadcast)
    await write_out(store, broadcast)

    assert value(database, "SELECT count(*) FROM outbox") == 4


async def test_a_stop_is_for_ever(store: Store, database: Database) -> None:
    await gather(store, 4)
    broadcast = confirm(database)
    await write_out(store, broadcast)
    first, second = await store.claim(HUB.id, "sms", "MG1", 2, NOW)
    waits = Settlement(id=second.id, status=OutboxStatus.WAITING, not_before=LATER, reason="quiet_hours", asked=False)
    await store.settle([waits], NOW)

    assert decide(database, "stop", broadcast)
    assert await tend(store, broadcast) == [2, 1]
    assert state(database) == {"status": "stopped", "is_open": True}  # one is on its way
    await store.settle([Settlement(id=first.id, status=OutboxStatus.SENT)], NOW)
    await tend(store, broadcast)

    assert statuses(database) == [4, 8, 8, 8]
    assert state(database) == {"status": "stopped", "is_open": False}
    assert not decide(database, "resume", broadcast)
    assert {row["reason"] for row in rows(database, "SELECT reason FROM outbox WHERE status = 8")} == {
        "broadcast_stopped"
    }


async def test_it_is_done_when_nothing_is_left(store: Store, database: Database) -> None:
    await gather(store, 2)
    broadcast = confirm(database)
    await write_out(store, broadcast)
    claimed = await store.claim(HUB.id, "sms", "MG1", 5, NOW)
    await tend(store, broadcast)
    assert state(database) == {"status": "sending", "is_open": True}

    await store.settle([Settlement(id=one.id, status=OutboxStatus.SENT) for one in claimed], NOW)
    await tend(store, broadcast)

    assert state(database) == {"status": "done", "is_open": False}
    assert await store.open_broadcasts(HUB.id) == []
    assert not decide(database, "stop", broadcast)


async def test_nobody_of_another_hub_decides(store: Store, database: Database) -> None:
    await gather(store, 1)
    broadcast = confirm(database)

    assert not any(decide(database, what, broadcast, OTHER_HUB.id) for what in ("pause", "resume", "stop"))


async def test_a_cap_holds_over_all_batches_and_in_the_preview(store: Store, database: Database) -> None:
    await gather(store, 7)
    await applied(store, OptOut(cause="STOP"), sender=phone(0))
    with database.reading() as session:
        assert broadcasts.preview(session, HUB, EVERYBODY, NOW, cap=4).people == 4

    await write_out(store, confirm(database, cap=4), limit=3)

    claimed = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
    assert [one.message.to for one in claimed] == [phone(number) for number in (1, 2, 3, 4)]


async def test_who_comes_after_the_confirmation_does_not_get_it(store: Store, database: Database) -> None:
    await gather(store, 2)
    broadcast = confirm(database)
    await applied(store, AGREED, sender=phone(9))

    await write_out(store, broadcast)

    assert value(database, "SELECT count(*) FROM outbox") == value(database, "SELECT total FROM broadcast") == 2


async def test_everybody_is_called_by_their_name_in_their_language(store: Store, database: Database) -> None:
    for number, (name, language) in enumerate([("Ana", "es"), (None, "es"), ("Bo", "en"), (None, None)]):
        facts = {"given_name": name, "language": language}
        effects = [Remember(field=field, value=fact) for field, fact in facts.items() if fact]
        await applied(store, AGREED, *effects, sender=phone(number))
    slot = new_slot(database)
    with database.session() as session:
        announced(
            session,
            HUB,
            recipients=EVERYBODY,
            body={"en": "Hi {first_name|friend} of {hub}, {site|us}", "es": "Hola {first_name|amiga}, {site|aca}"},
            now=NOW,
        )
    change(
        database,
        "INSERT INTO site (id, hub, name, street, city, state, zip, zone) VALUES (7, 'hub', 'Lincoln', '', '', '', '', '')",
    )
    change(database, "UPDATE slot SET site_id = 7 WHERE ref = :ref", ref=slot)
    change(
        database,
        "INSERT INTO booking (hub, ref, person_id, slot_id, status, asked, created_at, changed_at) SELECT 'hub', 'b', "
        "(SELECT min(id) FROM person), id, 'booked', FALSE, 0, 0 FROM slot",
    )
    (broadcast,) = await store.open_broadcasts(HUB.id)

    await write_out(store, broadcast)

    bodies = [row["body"] for row in rows(database, "SELECT body FROM outbox ORDER BY id")]
    assert bodies == [
        "Hola Ana, Lincoln",
        "Hola amiga, aca",
        "Hi Bo of Riverside Tutors, us",
        "Hi friend of Riverside Tutors, us",
    ]
    with database.reading() as session:
        readings = broadcasts.readings(session, HUB, EVERYBODY, NOW)
    assert {(one.language, one.first_name, one.site, one.people) for one in readings} == {
        ("es", "Ana", "Lincoln", 1),
        ("es", None, None, 1),
        ("en", "Bo", None, 1),
        ("en", None, None, 1),
    }


async def test_a_follow_up_means_those_who_got_it_and_did_not_answer(store: Store, database: Database) -> None:
    await gather(store, 4)
    broadcast = confirm(database)
    await write_out(store, broadcast)
    claimed = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
    sent = [Settlement(id=one.id, status=OutboxStatus.SENT, segments=2) for one in claimed[:3]]
    failed = Settlement(id=claimed[3].id, status=OutboxStatus.FAILED, reason="30007")
    await store.settle([*sent, failed], NOW)
    await applied(store, inbound=message(phone(0), "yes"), now=LATER)
    await applied(store, OptOut(cause="STOP"), inbound=message(phone(1), "STOP"), now=LATER)

    with database.reading() as session:
        row = broadcasts.find(session, HUB.id, broadcast)
        assert row is not None
        report = broadcast_report.report(session, row)
        lines = list(broadcast_report.list_messages(session, row))
        silent = broadcasts.list_recipients(session, HUB, Recipients(not_answered=broadcast), NOW)
        answered = broadcasts.list_recipients(session, HUB, Recipients(answered=broadcast), NOW)
        asked = [(one.id, two.id) for one, two in zip(silent, answered, strict=True)]

    assert (report.people, report.sent, report.answered, report.opted_out, report.texts) == (4, 3, 2, 1, 6)
    assert [(cause.status, cause.reason, cause.people) for cause in report.causes] == [
        (OutboxStatus.FAILED, "30007", 1)
    ]
    assert [line["answered"] for line in lines] == ["yes", "yes", "no", "no"]
    assert [line["status"] for line in lines] == ["sent", "sent", "sent", "failed"]
    assert asked == [(claimed[2].person_id, claimed[0].person_id)]


async def test_spending_is_counted_by_the_day_of_the_hub(store: Store, database: Database) -> None:
    await gather(store, 2)
    await write_out(store, confirm(database))
    first, second = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
    late = NOW + timedelta(hours=12)  # 23:00 in New York is still the same day

    await store.settle([Settlement(id=first.id, status=OutboxStatus.SENT, segments=3)], NOW)
    await store.settle([Settlement(id=second.id, status=OutboxStatus.UNKNOWN, segments=2)], late)

    assert await store.spent(HUB.id, NOW) == await store.spent(HUB.id, late) == 5
    assert await store.spent(HUB.id, NOW + timedelta(days=1)) == await store.spent(OTHER_HUB.id, NOW) == 0


async def test_who_was_written_to_often_is_left_out_and_held_back(store: Store, database: Database) -> None:
    await gather(store, 1)
    for number in range(ContactPolicy().unasked_a_week):
        await write_out(store, confirm(database, en=f"News {number}"))
        (one,) = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
        assert one.recipient.crowded_at is None
        await store.settle([Settlement(id=one.id, status=OutboxStatus.SENT)], NOW)

    with database.reading() as session:
        preview = broadcasts.preview(session, HUB, EVERYBODY, LATER)
        next_week = broadcasts.preview(session, HUB, EVERYBODY, NOW + timedelta(days=8))

    assert (preview.people, preview.left_out) == (0, {"too_often": 1})
    assert next_week.people == 1


async def test_audiences_are_kept_by_name(store: Store, database: Database) -> None:
    tutors, mentors = Recipients(role="tutor", language="es"), Recipients(role="mentor")
    with database.session() as session:
        broadcasts.save_audience(session, HUB.id, " Tutors ", tutors, author=AUTHOR, now=NOW)
        broadcasts.save_audience(session, HUB.id, "Tutors", mentors, author=AUTHOR, now=NOW)
        found = broadcasts.find_audience(session, HUB.id, "Tutors")
        assert found is not None
        assert Recipients.from_json(found.recipients) == mentors
        assert [row.name for row in broadcasts.list_audiences(session, HUB.id)] == ["Tutors"]
        assert broadcasts.find_audience(session, OTHER_HUB.id, "Tutors") is None
        assert broadcasts.drop_audience(session, HUB.id, "Tutors")
        assert not broadcasts.drop_audience(session, HUB.id, "Tutors")


# --- consent ----------------------------------------------------------------------------------------------------------


def brought_in(database: Database) -> int:
    """Bring somebody in without their consent; return their number."""
    with database.session() as session:
        person = people.add_person(session, HUB.id, phone(1), NOW)
        assert person is not None
        assert person.id is not None
        return person.id


def address_of(session: object, person_id: int) -> AddressRow:
    person = session.get(PersonRow, person_id)  # type: ignore[attr-defined]
    found = session.get(AddressRow, person.address_id)  # type: ignore[attr-defined]
    assert isinstance(found, AddressRow)
    return found


def test_whoever_was_brought_in_is_written_to_only_with_evidence(store: Store, database: Database) -> None:
    person = brought_in(database)
    with database.session() as session:
        assert broadcasts.preview(session, HUB, EVERYBODY, NOW).left_out == {"no_consent": 1}
        address = address_of(session, person)

        assert consent.give(session, address, purpose="recruitment", wording="form 3", source="paper", now=NOW)
        assert broadcasts.preview(session, HUB, EVERYBODY, NOW).people == 1
        consent.refuse_broadcasts(session, address, cause="phoned", source="phone", now=NOW)
        assert broadcasts.preview(session, HUB, EVERYBODY, NOW).left_out == {"no_broadcasts": 1}
        consent.opt_out(session, address, cause="phoned again", source="phone", now=NOW)
        assert not consent.give(session, address, purpose="recruitment", wording="form 3", source="paper", now=NOW)

        told = [(row.purpose, row.granted, row.wording, row.source) for _, row in consent.evidence(session, person)]
    assert told == [
        ("recruitment", True, "form 3", "paper"),
        ("broadcasts", False, "phoned", "phone"),
        ("all", False, "phoned again", "phone"),
    ]


async def test_evidence_by_text_tells_the_channel(store: Store, database: Database) -> None:
    await applied(store, RecordConsent(purpose="recruitment", wording="screening@1"), sender=phone(0))
    telegram = Address(channel="telegram", account="7", user="77")
    await applied(store, RecordConsent(purpose="recruitment", wording="screening@1"), sender=telegram)

    assert [row["source"] for row in rows(database, "SELECT source FROM consent ORDER BY id")] == ["sms", "telegram"]


@pytest.mark.parametrize(("days", "left"), [(4 * 365, 3), (4 * 365 + 2, 1)], ids=["four years", "longer"])
def test_evidence_is_kept_four_years_after_a_consent_has_ended(
    store: Store, database: Database, days: int, left: int
) -> None:
    person = brought_in(database)
    later = NOW + timedelta(days=days)
    with database.session() as session:
        address = address_of(session, person)
        consent.give(session, address, purpose="recruitment", wording="w", source="paper", now=NOW - timedelta(days=99))
        consent.refuse_broadcasts(session, address, cause="x", source="phone", now=NOW - timedelta(days=9))
        consent.opt_out(session, address, cause="STOP", source="sms", now=NOW)
        address.opted_out_at = None
        consent.give(session, address, purpose="recruitment", wording="w", source="paper", now=NOW + timedelta(days=9))
        consent.prune(session, OTHER_HUB.id, later)

        consent.prune(session, HUB.id, later)

        assert len(consent.evidence(session, person)) == left
        assert consent.evidence(session, person)[-1][1].granted
