"""Publish a hub's flows, or take the last publication back: plan, record, move everybody in batches.

Every step may be repeated. The publication and all revisions are durable before the first conversation is moved, and a
conversation that was moved is found where it should be: whoever runs it again after a crash finishes the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.mistake import MistakeError
from bot.shelf import published, with_kept
from flows.conversation import Conversation
from flows.facts import Hub
from flows.files.sources import Sources, changed, check_places, shipped_sources
from flows.library import Library
from flows.publishing.move import Fate, Moved, move
from storage import conversations, hubs, publications, revisions
from storage.conversations import Stored
from storage.database import Database
from storage.tables import PublicationRow

#: How a coordinator would say what becomes of people.
_FATES: Final[Mapping[Fate, str]] = {
    Fate.MOVED: "go on where they are",
    Fate.MAPPED: "go on under its new name",
    Fate.ASKED_AGAIN: "are asked again for an answer that no longer fits",
    Fate.OPEN_QUESTION: "are asked the first open question, as theirs is gone or another one now",
    Fate.KEPT: "stay on the old version",
    Fate.UNTOUCHED: "notice nothing",
}
_ASKED: Final = (Fate.ASKED_AGAIN, Fate.OPEN_QUESTION)
_NOT_MOVED: Final = (Fate.KEPT, Fate.UNTOUCHED)
#: People who take turn after turn while they are to be moved are left to the next run.
_MAX_TRIES: Final = 20

Counts = Counter[tuple[str, str, Fate]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What is to be published, and from what."""

    files: Sources
    #: The publication that is taken back.
    undoes: int | None
    #: The libraries before and after, each with every revision that conversations may be in.
    old: Library
    new: Library
    #: When it was published, if an earlier run did that; it only has to be finished then.
    published_at: datetime | None
    today: date


@dataclass(slots=True, kw_only=True)
class _Sweep:
    """One way through all conversations."""

    release: Release
    counts: Counts = field(default_factory=Counter)

    def plan(self, stored: Stored) -> Moved | None:
        """Say what becomes of a conversation; ``None`` when it has been moved, or no flow is under way."""
        if '"stack":[]' in stored.state:
            return None
        conversation = Conversation.decode(stored.state)
        pinned = {frame.revision for frame in conversation.stack}
        current = {flow.revision for flow in self.release.new.flows.values()}
        since = self.release.published_at
        if since and pinned <= current and stored.changed_at > since:
            return None
        return move(self.release.old, self.release.new, conversation, today=self.release.today)

    def count(self, moved: Moved) -> None:
        """Count it under its flow and step."""
        if moved.flow:
            self.counts[moved.flow, moved.step, moved.fate] += 1


def prepare(database: Database, hub: Hub, wanted: Sources, now: datetime) -> Release:
    """Say what publishing a folder's files would be.

    Raises:
        FlowError: with every fault of the first file that has one.
    """
    check_places(wanted)
    return _release(database, hub, changed(shipped_sources(), wanted), None, now)


def prepare_back(database: Database, hub: Hub, now: datetime) -> Release:
    """Say what taking the last publication back would be; one that was not finished is finished first.

    Raises:
        MistakeError: there is nothing to take back.
    """
    rows = _history(database, hub)
    if rows and rows[-1].undoes is not None:
        unfinished = _release(database, hub, publications.files_of(rows[-1]), rows[-1].undoes, now)
        if any(fate not in _NOT_MOVED for _, _, fate in plan(database, hub, unfinished)):
            return unfinished
    standing = publications.not_taken_back(rows)
    if not standing:
        raise MistakeError("Nothing has been published, so there is nothing to take back.")
    before = standing[-2] if len(standing) > 1 else None
    return _release(database, hub, publications.files_of(before), standing[-1].id, now)


def _release(database: Database, hub: Hub, files: Sources, undoes: int | None, now: datetime) -> Release:
    rows = _history(database, hub)
    new = published(files)
    with database.reading() as session:
        kept = revisions.load(session, hub.id)
    again = (
        bool(rows)
        and publications.files_of(rows[-1]) == files
        and (undoes is None or rows[-1].undoes == undoes)
        and {flow.revision for flow in new.flows.values()} <= {row.revision for row in kept}
    )
    before = rows[:-1] if again else rows
    old = published(publications.files_of(before[-1] if before else None))
    return Release(
        files=files,
        undoes=undoes,
        old=with_kept(old, kept),
        new=with_kept(new, kept),
        published_at=rows[-1].published_at if again else None,
        today=now.astimezone(ZoneInfo(hub.zone)).date(),
    )


def _history(database: Database, hub: Hub) -> Sequence[PublicationRow]:
    with database.reading() as session:
        return publications.history(session, hub.id)


def plan(database: Database, hub: Hub, release: Release) -> Counts:
    """Count what would become of whom; nothing is changed."""
    sweep = _Sweep(release=release)
    for batch in _batches(database, hub):
        for stored in batch:
            if moved := sweep.plan(stored):
                sweep.count(moved)
    return sweep.counts


def publish(
    database: Database,
    hub: Hub,
    release: Release,
    now: Callable[[], datetime],
    *,
    with_it: Callable[[Any, int], None] = lambda _session, _publication: None,
) -> Counts:
    """Record a publication and move everybody; return what became of whom.

    Args:
        with_it: is done in the same transaction, with the number of the publication; what it raises undoes it.
    """
    if release.published_at is None:
        at = now()
        with database.session() as session:
            hubs.keep(session, hub, at)
            revisions.save(session, hub.id, release.new.flows.values(), at)
            added = publications.add(session, hub.id, release.files, at, undoes=release.undoes)
            assert added.id is not None
            with_it(session, added.id)
        release = replace(release, published_at=at)
    sweep = _Sweep(release=release)
    for batch in _batches(database, hub):
        _move(database, hub, batch, sweep, now)
    return sweep.counts


def _batches(database: Database, hub: Hub) -> Iterator[Sequence[Stored]]:
    after = 0
    while True:
        with database.reading() as session:
            batch = conversations.batch(session, hub.id, after=after)
        if not batch:
            return
        yield batch
        after = batch[-1].person_id


def _move(database: Database, hub: Hub, batch: Sequence[Stored], sweep: _Sweep, now: Callable[[], datetime]) -> None:
    """Move one batch; whoever takes a turn meanwhile is looked at again."""
    for _ in range(_MAX_TRIES):
        planned = {stored.person_id: (stored, moved) for stored in batch if (moved := sweep.plan(stored))}
        writes = [
            replace(stored, state=moved.conversation.encode())
            for stored, moved in planned.values()
            if moved.fate is not Fate.UNTOUCHED and moved.conversation != Conversation.decode(stored.state)
        ]
        late: list[int] = []
        if writes:
            with database.session() as session:
                late = conversations.rewrite(session, hub.id, writes, now())
        for person, (_, moved) in planned.items():
            if person not in late:
                sweep.count(moved)
        if not late:
            return
        with database.reading() as session:
            batch = conversations.some(session, hub.id, late)


def describe(counts: Counts) -> list[str]:
    """Tell what becomes of people, flow by flow and step by step."""
    lines: list[str] = []
    for flow in sorted({flow for flow, _, _ in counts}):
        lines.append(flow)
        for step in sorted({step for one, step, _ in counts if one == flow}):
            here = {fate: counts[flow, step, fate] for fate in Fate if counts[flow, step, fate]}
            told = ", ".join(f"{number} {_FATES[fate]}" for fate, number in here.items())
            lines.append(f"  {step or '(no step)'}: {_people(sum(here.values()))}: {told}")
    return [*lines, summed(counts)]


def summed(counts: Counts) -> str:
    by_fate: Counter[Fate] = Counter()
    for (_, _, fate), number in counts.items():
        by_fate[fate] += number
    asked = sum(by_fate[fate] for fate in _ASKED)
    moves = by_fate[Fate.MOVED] + by_fate[Fate.MAPPED]
    return (
        f"{_people(by_fate.total())} in the middle: {moves} move, {asked} are asked again, "
        f"{by_fate[Fate.KEPT]} stay on the old version, {by_fate[Fate.UNTOUCHED]} are not concerned."
    )


def _people(number: int) -> str:
    return f"{number} {'person' if number == 1 else 'people'}"
