"""A started store, and sessions on the same database, on each of the two databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from storage.database import Database
from storage.opening import open_store
from storage.store import Store
from tests.storage.cases import HUB, OTHER_HUB


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """Return a started store on a fresh database."""
    store = open_store(url, HUB, OTHER_HUB)
    await store.start()
    yield store
    await store.close()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """Return sessions on the same database."""
    database = Database(url)
    yield database
    database.close()
