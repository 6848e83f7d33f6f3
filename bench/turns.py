"""How many durable turns a second, and what one costs, against its own statements in a bare loop on the same driver.

uv run python bench/turns.py [--turns 3000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from bench.measuring import Cost, Costs, at_once, cpu_us, measured, show
from bench.recording import Recording, Turn, open_inbox, opened, record
from bench.signups import HUB, NOW, Person, copy_of, make_template, people
from bot.memory import settle_in
from flows.answers import read
from flows.conversation import Conversation
from flows.engine import advance
from flows.events import SlotsFound
from flows.facts import Facts
from flows.library import Library, shipped
from storage.database import prepare_sqlite
from storage.sqlite_driver import SqliteDriver
from storage.statements import SQLITE, Batch, Keyed, Statement, Step
from storage.store import Applied, Loaded, Store

_AT_ONCE: Final = 64
#: Turns through the store, 64 people at once, against the bare loop.
_LEAST_FASTER: Final = 1.2
#: Processor time of a whole turn against the bare loop.
_MOST_DEARER: Final = 3.0


# --- what is compared -------------------------------------------------------------------------------------------------


def replay(path: Path, recording: Recording, into: list[Cost]) -> None:
    """Execute the recorded statements in one thread, one commit a turn, with nothing around them."""
    connection = sqlite3.connect(path, cached_statements=512)
    prepare_sqlite(connection)
    turns = [(_rendered(turn.reads), _rendered(turn.writes)) for turn in recording.turns]
    with measured(into, len(turns)):
        for reads, writes in turns:
            for sql, params in reads:
                connection.execute(sql, params).fetchall()
            connection.execute("BEGIN IMMEDIATE")
            for sql, params in writes:
                connection.execute(sql, params).fetchall()
            connection.execute("COMMIT")
    connection.close()


def _rendered(steps: Iterable[Step]) -> list[tuple[str, Mapping[str, object]]]:
    rendered: list[tuple[str, Mapping[str, object]]] = []
    for step in steps:
        match step:
            case Statement(sql, params):
                rendered.append((SQLITE.render(sql), params))
            case Batch(sql, many):
                rendered += [(SQLITE.render(sql), params) for params in many]
            case Keyed():  # a hash in memory: the bare loop need not
                pass
            case _:
                raise AssertionError(f"a sign-up asked for {step}")
    return rendered


async def store_turns(store: Store, recording: Recording, *, lanes: int, into: list[Cost]) -> None:
    """Load and apply the recorded turns without thinking, as many people at once as the inbox would."""
    by_person: dict[str, list[Turn]] = defaultdict(list)
    for turn in recording.turns:
        by_person[turn.inbound.sender.user].append(turn)

    async def go_on(turns: Sequence[Turn]) -> None:
        for turn in turns:
            loaded = await store.load(HUB.id, turn.inbound, NOW)
            assert isinstance(loaded, Loaded)
            assert turn.write
            write = replace(turn.write, person_id=loaded.person_id, version=loaded.version)
            assert isinstance(await store.apply(write), Applied)

    with measured(into, len(recording.turns)):
        await at_once(go_on, list(by_person.values()), lanes)


async def take_turns(
    store: Store, library: Library, everybody: Sequence[Person], *, lanes: int, into: list[Cost]
) -> None:
    """Let people sign up through the inbox, some number of them at once."""
    inbox = open_inbox(store, library)

    async def sign_up(person: Person) -> None:
        for inbound in person.inbounds:
            await inbox.deliver([inbound])

    with measured(into, sum(len(person.inbounds) for person in everybody)):
        await at_once(sign_up, everybody, lanes)


def think(library: Library, recording: Recording, into: list[Cost]) -> None:
    """Decide the recorded turns with the engine alone, reading and writing the stored conversation included."""
    with measured(into, len(recording.turns)):
        for turn in recording.turns:
            assert turn.loaded
            facts = Facts(hub=HUB, person=turn.loaded.person, bookings=turn.loaded.bookings)
            part = advance(library, Conversation.decode(turn.loaded.conversation), turn.inbound, facts, NOW)
            trace = part.trace
            for slots in turn.slots:
                part = advance(library, part.conversation, SlotsFound(slots=tuple(slots)), facts, NOW)
                trace += part.trace
            part.conversation.encode()
            json.dumps(trace, ensure_ascii=False)


def read_replies(recording: Recording, into: Mapping[str, list[Cost]]) -> None:
    """Read the recorded replies again, one answer type after the other."""
    by_type = defaultdict(list)
    for type_name, text, context in recording.replies:
        by_type[type_name].append((text, context))
    for type_name, replies in by_type.items():
        with measured(into[type_name], len(replies)):
            for text, context in replies:
                read(type_name, text, context)


# --- rounds and table -------------------------------------------------------------------------------------------------


async def compare(folder: Path, *, turns: int, rounds: int) -> tuple[Costs, Costs]:
    """Take turns between all that is compared; return costs by name, and by answer type."""
    template = folder / "template.db"
    make_template(f"sqlite:///{template}")
    library, everybody = shipped(), people(turns)
    recording = await record(SqliteDriver(str(copy_of(template))), library, everybody)
    settle_in()  # as the program does once it serves
    costs: dict[str, list[Cost]] = defaultdict(list)
    types: dict[str, list[Cost]] = defaultdict(list)
    for _ in range(rounds):
        path = copy_of(template)
        replay(path, recording, costs["bare"])
        _check(path, turns)
        async with opened(f"sqlite:///{copy_of(template)}") as store:
            await store_turns(store, recording, lanes=_AT_ONCE, into=costs["store"])
        _check(path, turns)
        for name, lanes in (("many", _AT_ONCE), ("one", 1)):
            async with opened(f"sqlite:///{copy_of(template)}") as store:
                await take_turns(store, library, everybody, lanes=lanes, into=costs[name])
            _check(path, turns)
        think(library, recording, costs["engine"])
        read_replies(recording, types)
    return costs, types


def _check(path: Path, turns: int) -> None:
    connection = sqlite3.connect(path)
    (inbound, outbox) = connection.execute(
        "SELECT (SELECT count(*) FROM inbound), (SELECT count(*) FROM outbox)"
    ).fetchone()
    connection.close()
    assert inbound == outbox == turns, f"{turns} turns, {inbound} of them stored, {outbox} answered"


def show_all(costs: Costs, types: Costs) -> None:
    """Print what was seen, beside the goals."""
    show(
        costs,
        bare="bare",
        labels={
            "bare": "its statements, bare loop, one at a time",
            "store": f"store alone, {_AT_ONCE} at once",
            "many": f"inbox, engine and store, {_AT_ONCE} at once",
            "one": "inbox, engine and store, one at a time",
        },
        goals={"store": f"turns >= {_LEAST_FASTER}x", "many": f"CPU <= {_MOST_DEARER}x"},
    )
    print(f"\n{'engine alone, CPU us a turn':44} {cpu_us(costs['engine']):9.0f}")
    for name, seen in sorted(types.items(), key=lambda item: -cpu_us(item[1])):
        print(f"{'  reading one reply: ' + name:44} {cpu_us(seen):9.0f}")


def main() -> None:
    """Run the comparison in a folder of its own and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="peoplepower-bench-") as folder:
        show_all(*asyncio.run(compare(Path(folder), turns=options.turns, rounds=options.rounds)))


if __name__ == "__main__":
    main()
