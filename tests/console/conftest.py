"""The demo's hub for the tests of its pages: seeded once a session, copied for each test."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bot.demo import build_page, open_demo, simulation
from bot.demo_staff import add_staff
from bot.seed import seed
from bot.simulator.movable_clock import MovableClock
from tests.console.demo_process import DemoProcess, running_demo
from tests.console.opened import HERE, MONDAY, Demo


@pytest.fixture(scope="session")
def seed_into() -> Callable[[Path], None]:
    """Return a function that seeds a database file."""

    async def run(path: Path) -> None:
        clock = MovableClock(begins_at=MONDAY)
        async with open_demo(path, clock, public_url=HERE) as app:
            await seed(app, clock)
            add_staff(app)

    return lambda path: asyncio.run(run(path))


@pytest.fixture(scope="session")
def seeded(seed_into: Callable[[Path], None], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a seeded database file to copy."""
    path = tmp_path_factory.mktemp("seeded") / "demo.db"
    seed_into(path)
    return path


@pytest.fixture
async def demo(seeded: Path, tmp_path: Path) -> AsyncIterator[Demo]:
    """Return an open demo of one's own."""
    path = tmp_path / "demo.db"
    shutil.copy(seeded, path)
    clock = MovableClock(begins_at=MONDAY)
    async with open_demo(path, clock, public_url=HERE) as app:
        web = build_page(app, simulation(app, clock))
        transport = httpx.ASGITransport(web)
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            yield Demo(app=app, clock=clock, client=client)


@pytest.fixture(scope="session")
def running() -> Iterator[DemoProcess]:
    """Return a demo that runs as a process of its own, for all tests that ask it from outside."""
    with running_demo() as demo:
        yield demo
