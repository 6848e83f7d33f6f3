"""Open the database of a configuration for one command, and close it behind that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot import config
from flows.facts import Hub
from storage.database import Database, migrate


@contextmanager
def open_hub(path: Path, environ: Mapping[str, str]) -> Iterator[tuple[Database, Hub]]:
    """Open the database that the settings name, its schema up to date, with the hub beside it, for as long as the block."""
    settings = config.load(path, environ)
    url = settings.database.url.get_secret_value()
    migrate(url)
    database = Database(url, key=settings.privacy.key_in_clear)
    try:
        yield database, settings.hub.facts()
    finally:
        database.close()
