"""What one turn leaves behind."""

from __future__ import annotations

from storage.database import Database
from storage.store import Applied, Store
from tests.storage.cases import HUB, NOW, loaded, message, rows, say, turn


async def test_a_strangers_first_text_makes_a_person(store: Store, database: Database) -> None:
    inbound = message(words="hello there")

    before = await store.load(HUB.id, inbound, NOW)
    result = await turn(store, say("Welcome"), inbound=inbound)

    assert before.person_id is None and before.version == 0 and before.conversation is None
    assert isinstance(result, Applied) and result.messages == 1
    after = await loaded(store)
    assert (after.person_id, after.version, after.conversation) == (result.person_id, 1, '{"turn":1}')
    (kept,) = rows(database, "SELECT body, kind, turn, trace, person_id FROM inbound")
    assert kept == {
        "body": "hello there",
        "kind": "message",
        "turn": 1,
        "trace": '["thought"]',
        "person_id": result.person_id,
    }
    (queued,) = rows(database, "SELECT dedupe_key, status, priority, body, turn FROM outbox")
    assert queued == {
        "dedupe_key": f"turn:{result.person_id}:1:0",
        "status": 1,
        "priority": 0,
        "body": "Welcome",
        "turn": 1,
    }
