"""Open the store of the hot path by its URL."""

from __future__ import annotations

from flows.facts import Hub
from storage.database import parse_url
from storage.hot_store import HotStore
from storage.sqlite_driver import SqliteDriver
from storage.store import Store


def open_store(url: str, *hubs: Hub, key: str = "") -> Store:
    """Prepare the store behind a database URL for one hub or several; ``start`` opens it.

    Args:
        key: the secret under which addresses of erased people are recognised.

    Raises:
        StorageError: when the URL cannot be used.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        assert parsed.database is not None
        return HotStore(SqliteDriver(parsed.database, key=key), hubs)
    from storage.postgres_driver import PostgresDriver  # asyncpg takes a while, and most hubs have no use for it

    dsn = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    return HotStore(PostgresDriver(dsn, key=key), hubs)
