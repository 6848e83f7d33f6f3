"""What one turn leaves behind, and what it leaves alone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from flows.effects import (
    Alert,
    HandOff,
    MarkReachable,
    MoveStage,
    OptIn,
    OptOut,
    RecordConsent,
    Remember,
    Say,
)
from flows.messages import Choice, InboundKind, Purpose, Tap
from flows.stages import Stage
from storage import people
from storage.database import Database
from storage.store import Applied, Known, Loaded, Stale, Store
from tests.storage.cases import (
    HUB,
    MARIA,
    NOW,
    OMAR,
    OTHER_HUB,
    applied,
    change,
    loaded,
    message,
    moves,
    rows,
    say,
    turn,
    value,
    write,
)

LATER = NOW + timedelta(minutes=5)


async def test_a_strangers_first_text_makes_a_person(store: Store, database: Database) -> None:
    inbound = message(words="hello there")

    before = await store.load(HUB.id, inbound, NOW)
    result = await applied(store, say("Welcome"), inbound=inbound)

    assert isinstance(before, Loaded)
    assert (before.person_id, before.version, before.conversation) == (None, 0, None)
    assert result.messages == 1
    after = await loaded(store)
    assert (after.person_id, after.version, after.conversation) == (result.person_id, 1, '{"turn":1}')
    assert after.person.stage is Stage.ENQUIRED
    assert rows(database, "SELECT body, kind, turn, trace, person_id FROM inbound") == [
        {"body": "hello there", "kind": "message", "turn": 1, "trace": '["thought"]', "person_id": result.person_id}
    ]
    assert rows(database, "SELECT dedupe_key, status, priority, body, turn FROM outbox") == [
        {"dedupe_key": f"turn:{result.person_id}:1:0", "status": 1, "priority": 0, "body": "Welcome", "turn": 1}
    ]


async def test_each_turn_moves_the_conversation_on_by_one(store: Store, database: Database) -> None:
    await applied(store)
    await applied(store)
    await applied(store)

    assert (await loaded(store)).version == 3
    assert [row["turn"] for row in rows(database, "SELECT turn FROM inbound ORDER BY id")] == [1, 2, 3]


async def test_a_redelivered_text_changes_nothing(store: Store, database: Database) -> None:
    inbound = message()
    start = await store.load(HUB.id, inbound, NOW)
    assert isinstance(start, Loaded)
    await store.apply(write(start, inbound, say()))
    await applied(store)  # the conversation has moved on

    again = await store.apply(write(start, inbound, say()))
    asked = await store.load(HUB.id, inbound, NOW)
    with_newest_version = await store.apply(write(await loaded(store), inbound, say()))

    assert again == asked == with_newest_version == Known()
    assert (await loaded(store)).version == 2
    assert value(database, "SELECT count(*) FROM outbox") == 1


async def test_the_same_provider_id_at_another_account_is_another_text(store: Store) -> None:
    await applied(store, inbound=message(provider_id="SM-same"))

    other = replace(MARIA, account="MG2")
    result = await turn(store, inbound=message(other, provider_id="SM-same"))

    assert isinstance(result, Applied)


async def test_a_turn_that_started_from_an_older_version_is_stale(store: Store, database: Database) -> None:
    await applied(store)
    start = await loaded(store)
    await applied(store)

    result = await store.apply(write(start, message(), say("too late"), Remember(field="x", value=1)))

    assert result == Stale()
    assert (await loaded(store)).version == 2
    assert value(database, "SELECT count(*) FROM outbox") == 0
    assert value(database, "SELECT count(*) FROM inbound") == 2


async def test_a_stranger_who_became_known_meanwhile_makes_the_turn_stale(store: Store, database: Database) -> None:
    start = await loaded(store)
    await applied(store)

    result = await store.apply(write(start, message()))

    assert result == Stale()
    assert value(database, "SELECT count(*) FROM person") == 1


async def test_hubs_do_not_see_each_other(store: Store, database: Database) -> None:
    await applied(store, Remember(field="secret", value="x"))

    elsewhere = await loaded(store, hub=OTHER_HUB.id)
    assert elsewhere.person_id is None
    mine = await loaded(store)
    intruding = await store.apply(replace(write(mine, message()), hub=OTHER_HUB.id))

    assert intruding == Stale()
    assert value(database, "SELECT version FROM conversation") == 1


async def test_someone_brought_in_by_a_coordinator_keeps_their_facts(store: Store, database: Database) -> None:
    with database.session() as session:
        person = people.add_person(session, HUB.id, MARIA, NOW, given_name="Maria", language="es")
        assert person is not None

    start = await loaded(store)
    result = await applied(store, say())

    assert (start.person_id, start.version, start.conversation) == (person.id, 0, None)
    assert start.person.language == "es"
    assert result.person_id == person.id
    assert (await loaded(store)).version == 1


async def test_first_texts_of_someone_brought_in_do_not_overwrite_each_other(store: Store, database: Database) -> None:
    with database.session() as session:
        people.add_person(session, HUB.id, MARIA, NOW)
    start = await loaded(store)

    first = await store.apply(write(start, message()))
    second = await store.apply(write(start, message()))

    assert isinstance(first, Applied)
    assert second == Stale()


# --- messages ---------------------------------------------------------------------------------------------------------


async def test_messages_keep_their_order_and_their_choices(store: Store, database: Database) -> None:
    choices = (Choice(id="C", label="Sí, voy", key="C", also=("confirmo",)), Choice(id="N", label="No"))

    await applied(store, say("one"), Say(text="two", choices=choices, step="shift"), say("three", Purpose.NOTICE))

    claims = [await store.claim(HUB.id, "sms", "MG1", 10, NOW) for _ in range(1)]
    assert [claimed.message.text for claimed in claims[0]] == ["one"]  # one at a time to one address
    kept = rows(database, "SELECT body, priority, purpose FROM outbox ORDER BY id")
    assert [(row["body"], row["priority"], row["purpose"]) for row in kept] == [
        ("one", 0, "reply"),
        ("two", 0, "reply"),
        ("three", 3, "notice"),
    ]


async def test_choices_and_step_come_back_from_the_outbox(store: Store) -> None:
    choices = (Choice(id="C", label="Sí, voy", key="C", also=("confirmo", "sí")), Choice(id="N", label="No"))
    await applied(store, Say(text="Coming?", choices=choices, step="shift"))

    (claimed,) = await store.claim(HUB.id, "sms", "MG1", 10, NOW)

    assert claimed.message.choices == choices
    assert (claimed.message.step, claimed.message.to, claimed.message.purpose) == ("shift", MARIA, Purpose.REPLY)
    assert (claimed.attempts, claimed.created_at) == (0, NOW)


# --- facts and stages -------------------------------------------------------------------------------------------------


async def test_facts_are_merged_and_none_takes_one_back(store: Store, database: Database) -> None:
    await applied(store, Remember(field="a", value=1), Remember(field="days", value={"mon": True, "tue": None}))
    await applied(store, Remember(field="a", value=None), Remember(field="b", value=["x", "ñ"]))

    assert (await loaded(store)).person.answers == {"days": {"mon": True, "tue": None}, "b": ["x", "ñ"]}
    assert "ñ" in value(database, "SELECT answers FROM person")


async def test_facts_with_a_column_fill_it(store: Store, database: Database) -> None:
    facts = {
        "language": "es",
        "zone": "America/Denver",
        "given_name": "Ana",
        "family_name": "Ruiz",
        "zip": "02134",
        "audience": "older_adult",
        "role": "tutor",
        "campaign": "flyer7",
        "birth_date": "1956-05-14",
    }

    await applied(store, *(Remember(field=name, value=fact) for name, fact in facts.items()))
    await applied(store, Remember(field="color", value="red"))

    (row,) = rows(database, f"SELECT {', '.join(facts)} FROM person")  # noqa: S608
    assert {**row, "birth_date": str(row["birth_date"])} == facts
    person = (await loaded(store)).person
    assert (person.language, person.zone) == ("es", "America/Denver")
    with database.reading() as session:
        (listed,) = people.list_people(session, HUB.id)
        assert listed.birth_date == date(1956, 5, 14)

    await applied(store, *(Remember(field=name, value=None) for name in facts))

    (row,) = rows(database, f"SELECT {', '.join(facts)} FROM person")  # noqa: S608
    assert set(row.values()) == {None}
    assert (await loaded(store)).person.answers == {"color": "red"}


async def test_a_move_is_recorded_only_when_the_stage_differs(store: Store, database: Database) -> None:
    await applied(store, MoveStage(stage=Stage.SCREENING, cause="agreed"))
    await applied(
        store,
        MoveStage(stage=Stage.SCREENING, cause="again"),
        MoveStage(stage=Stage.IN_REVIEW, cause="answered"),
    )

    assert (await loaded(store)).person.stage is Stage.IN_REVIEW
    assert moves(database) == [
        ("person", {"from": "enquired", "to": "screening", "cause": "agreed"}),
        ("person", {"from": "screening", "to": "in_review", "cause": "answered"}),
    ]


async def test_hand_offs_and_alerts_become_tasks(store: Store, database: Database) -> None:
    result = await applied(store, HandOff(reason="asked for a person"), Alert(kind="running_late"))

    kept = rows(database, "SELECT person_id, kind, reason, closed_at FROM task ORDER BY id")
    assert [tuple(row.values()) for row in kept] == [
        (result.person_id, "hand_off", "asked for a person", None),
        (result.person_id, "running_late", "running_late", None),
    ]


# --- consent, opt-out, reach ------------------------------------------------------------------------------------------


async def test_consent_is_kept_as_evidence(store: Store, database: Database) -> None:
    await applied(store, RecordConsent(purpose="texts", wording="sha256:abc"), say())

    assert [tuple(row.values()) for row in rows(database, "SELECT purpose, wording FROM consent WHERE granted")] == [
        ("texts", "sha256:abc")
    ]
    (claimed,) = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
    assert claimed.recipient.consented


async def test_an_opt_out_empties_the_line_but_lets_its_own_farewell_leave(store: Store, database: Database) -> None:
    await applied(store, say("queued before"), say("queued before, too"))
    change(database, "UPDATE outbox SET status = 0, not_before = 99 WHERE body = 'queued before, too'")

    await applied(store, OptOut(cause="STOP"), say("Goodbye", Purpose.FAREWELL), say("never"))

    kept = rows(database, "SELECT body, status, reason FROM outbox ORDER BY id")
    assert [tuple(row.values()) for row in kept] == [
        ("queued before", 8, "opted_out"),
        ("queued before, too", 8, "opted_out"),
        ("Goodbye", 1, None),
        ("never", 8, "opted_out"),
    ]
    assert (await loaded(store)).person.opted_out
    (claimed,) = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
    assert claimed.recipient.opted_out


async def test_opt_outs_and_opt_ins_are_evidence_once_each(store: Store, database: Database) -> None:
    await applied(store, OptOut(cause="STOP"))
    await applied(store, OptOut(cause="END"))
    await applied(store, OptIn(cause="START"))
    await applied(store, OptIn(cause="START"))

    assert not (await loaded(store)).person.opted_out
    kept = rows(database, "SELECT granted, wording FROM consent ORDER BY id")
    assert [(bool(row["granted"]), row["wording"]) for row in kept] == [(False, "STOP"), (True, "START")]


async def test_an_opt_out_stops_one_address_only(store: Store, database: Database) -> None:
    await applied(store, say("to Omar"), sender=OMAR)

    await applied(store, OptOut(cause="STOP"))

    assert value(database, "SELECT status FROM outbox") == 1
    assert not (await loaded(store, OMAR)).person.opted_out


async def test_whoever_writes_can_be_reached_again(store: Store, database: Database) -> None:
    await applied(store, MarkReachable(reachable=False, cause="403"), inbound=message(kind=InboundKind.BLOCKED))
    assert not value(database, "SELECT reachable FROM address")
    await applied(store, inbound=message(kind=InboundKind.BLOCKED))
    assert not value(database, "SELECT reachable FROM address")

    await applied(store)

    assert value(database, "SELECT reachable FROM address")


async def test_we_write_to_where_a_person_last_wrote_from(store: Store, database: Database) -> None:
    first = await applied(store)
    change(
        database,
        'INSERT INTO address (hub, channel, account, "user", person_id, reachable, created_at) '
        "VALUES ('hub', 'telegram', '7', '99', :person, TRUE, 0)",
        person=first.person_id,
    )
    telegram = replace(MARIA, channel="telegram", account="7", user="99")

    await applied(store, sender=telegram)
    after_telegram = value(database, "SELECT channel FROM address JOIN person ON address.id = address_id")
    await applied(store, inbound=message(MARIA, kind=InboundKind.BLOCKED))
    after_block = value(database, "SELECT channel FROM address JOIN person ON address.id = address_id")
    await applied(store, sender=MARIA)
    after_sms = value(database, "SELECT channel FROM address JOIN person ON address.id = address_id")

    assert (after_telegram, after_block, after_sms) == ("telegram", "telegram", "sms")


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"words": "see you"}, "see you"),
        ({"words": "", "kind": InboundKind.TAP, "tap": Tap(step="role", choice="tutor")}, "role|tutor"),
        ({"words": "", "kind": InboundKind.START, "campaign": "flyer7"}, "flyer7"),
        ({"words": "", "kind": InboundKind.BLOCKED}, ""),
    ],
    ids=["text", "tap", "start", "blocked"],
)
async def test_what_came_in_is_kept_readable(
    store: Store, database: Database, fields: dict[str, object], body: str
) -> None:
    await applied(store, inbound=message(**fields))  # type: ignore[arg-type]

    assert value(database, "SELECT body FROM inbound") == body


async def test_a_held_conversation_says_so(store: Store, database: Database) -> None:
    await applied(store, say())
    with database.session() as session:
        (person,) = people.list_people(session, HUB.id)
        assert people.hold(session, person, coordinator="dana", now=LATER)
        assert not people.hold(session, person, coordinator="eli", now=LATER)

    assert (await loaded(store)).person.held
    (claimed,) = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
    assert claimed.recipient.held

    with database.session() as session:
        (person,) = people.list_people(session, HUB.id)
        people.hand_back(session, person, now=LATER)
    assert not (await loaded(store)).person.held
    assert json.loads((await loaded(store)).conversation or "") == {"turn": 1}
