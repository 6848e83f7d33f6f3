"""People are counted where they are in their flows, on both databases."""

from __future__ import annotations

from flows.conversation import Conversation, Frame
from flows.effects import Effect, MarkReachable, OptOut
from flows.messages import Address
from storage.database import Database
from storage.store import Applied, Store
from storage.whereabouts import count_at_steps
from tests.storage.cases import HUB, OTHER_HUB, loaded, message, phone, write


def at(*places: tuple[str, str]) -> str:
    """Write a conversation that stands at some steps, the current one last."""
    stack = tuple(Frame(flow=flow, revision="r", step=step) for flow, step in places)
    return Conversation(turn=1, language="en", stack=stack).encode()


async def put(store: Store, sender: Address, *places: tuple[str, str], hub: str = HUB.id) -> None:
    before = await loaded(store, sender, hub=hub)
    result = await store.apply(write(before, message(sender), state=at(*places), hub=hub))
    assert isinstance(result, Applied)


async def test_people_are_counted_by_flow_and_step(store: Store, database: Database) -> None:
    await put(store, phone(1), ("screening", "zip"))
    await put(store, phone(2), ("screening", "zip"))
    await put(store, phone(3), ("screening", "programme"), ("audiences/employee", "employer"))
    await put(store, phone(4))
    await put(store, phone(5), ("screening", "zip"), hub=OTHER_HUB.id)

    with database.reading() as session:
        counted = count_at_steps(session, HUB.id)

    assert counted == {
        ("screening", "zip"): 2,
        ("screening", "programme"): 1,
        ("audiences/employee", "employer"): 1,
    }


async def test_whoever_left_or_cannot_be_reached_is_not_counted(store: Store, database: Database) -> None:
    befell: list[tuple[Effect, ...]] = [(OptOut(cause="STOP"),), (MarkReachable(reachable=False, cause="blocked"),), ()]
    for number, effects in enumerate(befell, 1):
        await put(store, phone(number), ("screening", "zip"))
        before = await loaded(store, phone(number))
        await store.apply(write(before, message(phone(number)), *effects, state=at(("screening", "zip"))))

    with database.reading() as session:
        assert count_at_steps(session, HUB.id) == {("screening", "zip"): 1}


async def test_many_are_counted(store: Store, database: Database) -> None:
    for number in range(25):
        await put(store, phone(number), ("screening", f"step_{number % 2}"))

    with database.reading() as session:
        assert sum(count_at_steps(session, HUB.id).values()) == 25
