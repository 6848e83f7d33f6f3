"""Hold the library that this process walks conversations with: what is shipped, and what the hub has published over it.

All parts of a process share one shelf. It looks for a newer publication every second, and at once when a conversation
stands in a revision that it does not know: nobody is walked by a library that is older than their conversation.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from flows.facts import Hub
from flows.files.names import Sets, with_called
from flows.files.reader import read_flow
from flows.files.shape import FlowError, FlowTable, read_table
from flows.files.sources import overlaid, shipped_sources
from flows.library import Library, library_of
from flows.model import Flow
from flows.rules.requirements import needs_of
from storage import hubs, publications, requirements, revisions
from storage.database import Database
from storage.tables import FlowRevision

log = logging.getLogger(__name__)

#: Where a stored conversation names what it stands in; nothing that a person wrote has quotation marks of its own there.
_REVISION: Final = re.compile(r'"revision":"(\w+)"')


@dataclass(slots=True, kw_only=True)
class Shelf:
    """The current library, and how it is read anew."""

    library: Library
    #: The publication it was read from; 0: none, what is shipped.
    publication: int = 0
    #: Reads the library as it is now; ``None`` for one that never changes.
    read: Callable[[], tuple[int, Library]] | None = None
    #: Names the latest publication.
    latest: Callable[[], int] = lambda: 0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    #: Revisions that cannot be read any more; they are not looked for again.
    _lost: set[str] = field(default_factory=set)

    async def look(self) -> None:
        """Read the library anew if something has been published since."""
        if self.read and await asyncio.to_thread(self.latest) != self.publication:
            await self._reload()

    async def knowing(self, state: str | None) -> Library:
        """Return a library that knows every revision that a stored conversation stands in, as far as any does."""
        pinned = set(_REVISION.findall(state or ""))
        if pinned - self.library.revisions.keys() - self._lost and self.read:
            await self._reload()
            self._lost |= pinned - self.library.revisions.keys()
        return self.library

    async def _reload(self) -> None:
        assert self.read is not None
        async with self._lock:
            try:
                self.publication, self.library = await asyncio.to_thread(self.read)
            except FlowError as error:  # published by a newer program, say; this one goes on with what it has
                self.publication = await asyncio.to_thread(self.latest)
                log.error("what was published cannot be read", extra={"faults": len(error.faults)})  # noqa: TRY400
            else:
                self._lost.clear()
                log.info("flows read anew", extra={"publication": self.publication})


def open_shelf(database: Database, hub: Hub, now: Callable[[], datetime]) -> Shelf:
    """Read the library of a hub, to be read anew whenever it publishes.

    Raises:
        FlowError: a flow file is wrong.
    """

    def read() -> tuple[int, Library]:
        return read_current(database, hub, now())

    def latest() -> int:
        with database.reading() as session:
            return publications.latest_id(session, hub.id)

    publication, library = read()
    return Shelf(library=library, publication=publication, read=read, latest=latest)


def read_current(database: Database, hub: Hub, now: datetime) -> tuple[int, Library]:
    """Read what a hub has published, with all that conversations may still be in; return it with the publication's id."""
    with database.reading() as session:
        rows = publications.history(session, hub.id)
    library = published(publications.files_of(rows[-1] if rows else None))
    with database.session() as session:
        hubs.keep(session, hub, now)
        requirements.keep_needs(session, hub.id, needs_of(library.requirements, hub.requires))
        revisions.save(session, hub.id, library.flows.values(), now)
        kept = revisions.load(session, hub.id)
    return (rows[-1].id or 0) if rows else 0, with_kept(library, kept)


def published(files: Mapping[str, str]) -> Library:
    """Read the library that a hub's files make of the shipped ones.

    Raises:
        FlowError: with every fault of the first file that has one.
    """
    return library_of(overlaid(shipped_sources(), files))


def with_kept(library: Library, kept: Iterable[FlowRevision]) -> Library:
    """Add the revisions that conversations may still be in."""
    older = [row for row in kept if row.revision not in library.revisions]
    sets = _with_gone(library, older)
    return library.with_revisions(flow for row in older if (flow := _read(row, sets)))


def _read(row: FlowRevision, sets: Sets) -> Flow | None:
    try:
        return read_flow(row.source, file=f"{row.flow}@{row.revision}", sets=sets)
    except FlowError:  # it refers to what is gone: its conversations go on with the current one
        log.warning("an older flow cannot be read any more", extra={"flow": row.flow})
        return None


def _with_gone(library: Library, older: Iterable[FlowRevision]) -> Sets:
    """Let older flows call others that are gone: whoever is in them comes back to their callers."""
    gone: dict[str, FlowTable] = {}
    for row in older:
        try:
            table = read_table(row.source, file=row.flow)
        except FlowError:
            continue
        name = f"audiences/{row.flow}" if table.label else row.flow
        if name not in library.flows:
            gone[name] = table
    former = with_called(library.sets, gone)
    return replace(
        library.sets,
        called={**former.called, **library.sets.called},
        hidden={**former.hidden, **library.sets.hidden},
    )
