"""The statements that write to people hold the rule of where: every state of three addresses, on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from sqlalchemy import text

from flows.messages import Purpose
from flows.rules.reaching import KINDS, Way, choose
from storage.database import Database
from storage.operations.preferences import people_reached, reached
from storage.statements import Value
from storage.store import Store
from tests.storage.cases import HUB, NOW, change, rows

#: Open, and closed for each reason.
STATES = (
    Way(id=0, channel="", consented=True),
    Way(id=0, channel="", consented=False),
    Way(id=0, channel="", consented=True, opted_out=True),
    Way(id=0, channel="", consented=True, reachable=False),
    Way(id=0, channel="", consented=True, paused=True),
)
#: Both kinds, what goes with one of them, and what belongs to the talk.
ASKED = (*KINDS, Purpose.BROADCAST, Purpose.ANSWER)


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody with three addresses."""

    person_id: int
    ways: tuple[Way, ...]
    preferred: int | None
    last: int | None


def cases() -> Iterator[Case]:
    """Make every state of three addresses, with each of them, or none, preferred and written from last."""
    nobody_or_any = (None, 0, 1, 2)
    drawn = product(product(STATES, repeat=3), nobody_or_any, nobody_or_any)
    for person_id, (states, preferred, last) in enumerate(drawn, start=1):
        ids = [3 * person_id + nth for nth in range(3)]
        ways = tuple(replace(state, id=number) for state, number in zip(states, ids, strict=True))
        yield Case(
            person_id,
            ways,
            None if preferred is None else ids[preferred],
            None if last is None else ids[last],
        )


async def test_statements_hold_the_rule_of_where_somebody_is_written_to(database: Database) -> None:
    known = list(cases())
    assert len(known) == 2000
    _bring(database, known)

    one_by_one = rows(
        database,
        f"""SELECT p.id, s.purpose, {reached("s.purpose")} AS address_id FROM person AS p
            JOIN (SELECT 'reminder' AS purpose UNION ALL SELECT 'notice' UNION ALL SELECT 'answer') AS s ON TRUE""",  # noqa: S608 - a constant
    )
    many = rows(
        database,
        f"SELECT p.id, 'broadcast' AS purpose, a.id AS address_id FROM {people_reached(Purpose.BROADCAST)}",  # noqa: S608 - a constant
    )

    found = {(row["id"], row["purpose"]): row["address_id"] for row in (*one_by_one, *many)}
    for case in known:
        for purpose in ASKED:
            wanted = choose(case.ways, purpose=purpose, preferred=case.preferred, last=case.last)
            assert found.pop((case.person_id, purpose.value)) == wanted, (case, purpose)
    assert not found


async def test_talk_that_goes_on_by_itself_holds_it_too(store: Store, database: Database) -> None:
    known = [case for case in cases() if case.preferred is None]
    _bring(database, known)
    change(database, "INSERT INTO timer (person_id, hub, turn, kind, due_at) SELECT id, hub, 1, 'nudge', 0 FROM person")

    due = await store.due_timers(HUB.id, NOW, len(known))

    found = {one.person_id: one.address.user if one.address else None for one in due}
    for case in known:
        wanted = choose(case.ways, purpose=Purpose.NUDGE, preferred=case.ways[0].id, last=case.last)
        assert found.pop(case.person_id) == (None if wanted is None else f"u{wanted}"), case
    assert not found


def _bring(database: Database, known: list[Case]) -> None:
    """Write them down, a table by one statement."""
    people: list[Mapping[str, Value]] = [
        {"id": case.person_id, "hub": HUB.id, "ref": f"p{case.person_id}", "last": case.last} for case in known
    ]
    addresses: list[Mapping[str, Value]] = [
        {
            "id": way.id,
            "hub": HUB.id,
            "person_id": case.person_id,
            "user": f"u{way.id}",
            "consented": 1 if way.consented else None,
            "opted_out": 1 if way.opted_out else None,
            "reachable": way.reachable,
            "paused": 1 if way.paused else None,
        }
        for case in known
        for way in case.ways
    ]
    preferences: list[Mapping[str, Value]] = [
        {"person_id": case.person_id, "purpose": kind.value, "hub": HUB.id, "address_id": case.preferred}
        for case in known
        for kind in KINDS
        if case.preferred is not None
    ]
    with database.session() as session:
        connection = session.connection()
        for sql, many in ((_PERSON, people), (_ADDRESS, addresses), (_PREFERENCE, preferences)):
            if many:
                connection.execute(text(sql), many)


_PERSON = """
    INSERT INTO person (id, hub, ref, stage, answers, address_id, created_at, changed_at)
    VALUES (:id, :hub, :ref, 'ready', '{}', :last, 0, 0)
"""
_ADDRESS = """
    INSERT INTO address (id, hub, channel, account, "user", person_id, consented_at, opted_out_at, reachable, paused_at,
        created_at)
    VALUES (:id, :hub, 'sms', 'MG1', :user, :person_id, :consented, :opted_out, :reachable, :paused, 0)
"""
_PREFERENCE = """
    INSERT INTO channel_preference (person_id, purpose, hub, address_id) VALUES (:person_id, :purpose, :hub, :address_id)
"""
