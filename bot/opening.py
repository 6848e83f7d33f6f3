"""Open the database of a configuration for one command, and close it behind that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot import config
from bot.config import Settings
from flows.facts import Hub
from storage.database import Database, migrate


@contextmanager
def open_hub(path: Path, environ: Mapping[str, str]) -> Iterator[tuple[Database, Hub]]:
    """Open the database that the settings name, with the hub beside it, for as long as the block."""
    settings = config.load(path, environ)
    with open_database(settings) as database:
        yield database, settings.hub.facts()


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """Open a database, its schema up to date, for as long as the block."""
    url = settings.database.url.get_secret_value()
    migrate(url)
    database = Database(url, key=settings.privacy.key_in_clear)
    try:
        yield database
    finally:
        database.close()
