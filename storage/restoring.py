"""Put a back-up in the place of the present database, so that nothing old leaves and nobody erased comes back.

Between the back-up and now people have left, were erased, and were written to. What the present database knows of that is
carried over: erasures, hashes of addresses not to be written to, opt-outs, withdrawn tokens and users. What the back-up
would still have sent is held: it is shown as dropped, and a task says how much it was. Where the present database is lost,
none of this is known.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text
from sqlmodel import Session, col, select

from storage.backup import check, copy_in
from storage.database import Database, migrate, parse_url
from storage.errors import StorageError
from storage.keying import KEY, keyed_hash
from storage.operations import forgetting, suppressions
from storage.operations.scope import Scope
from storage.performing import perform
from storage.tables import AddressRow, ErasureRow, PersonRow, SuppressionRow, TaskRow, to_micros

#: Why a message of a back-up did not leave.
REASON: Final = "restored"
#: What would leave, or make something leave, by itself. 0 to 3 are WAITING, READY, SENDING and UNKNOWN; 8 is DROPPED.
_HOLD: Final = (
    ("messages", "UPDATE outbox SET status = 8, reason = :reason, settled_at = :now WHERE status IN (0, 1, 2, 3)"),
    (
        "reminders",
        """UPDATE reminder SET status = 'dropped', reason = :reason, settled_at = :now
        WHERE status = 'pending' AND due_at <= :now""",
    ),
    ("questions", "DELETE FROM timer WHERE due_at <= :now"),
    (
        "broadcasts",
        """UPDATE broadcast SET status = 'stopped', is_open = FALSE, ended_at = :now
        WHERE is_open OR status IN ('confirmed', 'sending', 'paused')""",
    ),
    ("calls", "UPDATE cover SET status = 'gave_up' WHERE status = 'open'"),
    ("swaps", "UPDATE swap SET status = 'expired' WHERE status = 'asked' AND expires_at <= :now"),
    (
        "news",
        "UPDATE webhook_delivery SET status = 'given_up', reason = :reason, settled_at = :now WHERE status = 'pending'",
    ),
)
#: Whoever was signed in then signs in again.
_SIGN_OUT: Final = "DELETE FROM console_session"
#: What the present database knows, each kept by what names it in both.
_CARRIED: Final = {
    "opt_outs": (
        'SELECT hub, channel, account, "user" AS name, opted_out_at AS at FROM address WHERE opted_out_at IS NOT NULL',
        """UPDATE address SET opted_out_at = :at
        WHERE hub = :hub AND channel = :channel AND account = :account AND "user" = :name AND opted_out_at IS NULL""",
    ),
    "tokens": (
        "SELECT token_hash AS name, revoked_at AS at FROM api_token WHERE revoked_at IS NOT NULL",
        "UPDATE api_token SET revoked_at = :at WHERE token_hash = :name AND revoked_at IS NULL",
    ),
    "users": (
        "SELECT hub, email AS name, disabled_at AS at FROM console_user WHERE disabled_at IS NOT NULL",
        "UPDATE console_user SET disabled_at = :at WHERE hub = :hub AND email = :name AND disabled_at IS NULL",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What the present database knows and a back-up cannot."""

    erased: frozenset[tuple[str, str]] = frozenset()
    suppressed: frozenset[tuple[str, str]] = frozenset()
    carried: Mapping[str, list[dict[str, object]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What has come of it."""

    rows: Mapping[str, int]
    #: What was held, by kind.
    held: Mapping[str, int]
    #: People of the back-up who were erased again.
    erased: int
    #: Where the database that was replaced is now; ``None`` when there was none, or it is on a server.
    replaced: Path | None
    #: Whether what the present database knew could be carried over.
    carried: bool


def restore(url: str, file: Path, now: datetime, *, key: str, without_present: bool = False) -> Restored:
    """Restore a back-up; nothing is changed unless all of it can be.

    Args:
        key: the secret under which addresses of erased people are recognised.
        without_present: do it although nobody can say who was erased or has left since.

    Raises:
        StorageError: the back-up or the present database cannot be used, or somebody works with it.
    """
    check(file)
    parsed = parse_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    place = Path(parsed.database or "") if is_sqlite else Path(f".{file.name}.restoring").absolute()
    exists = place.exists() and place.stat().st_size > 0 if is_sqlite else True
    if is_sqlite and exists and not without_present:
        _alone(place)
    present = _look(url) if exists and not without_present else None
    working = place.with_name(f".{place.name}.restoring")
    try:
        _copy_privately(file, working)
        copy = f"sqlite:///{working}"
        migrate(copy)
        erased, held = _mend(copy, present, now, key)
        with closing(sqlite3.connect(working)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        rows = check(working)
        replaced = None
        if is_sqlite:
            replaced = _set_aside(place, now) if exists else None
            _move(working, place)
        else:
            migrate(url)
            copy_in(working, url)
    finally:
        for suffix in ("", "-wal", "-shm"):
            working.with_name(working.name + suffix).unlink(missing_ok=True)
    return Restored(rows=rows, held=held, erased=erased, replaced=replaced, carried=present is not None)


def _copy_privately(file: Path, to: Path) -> None:
    to.unlink(missing_ok=True)
    to.touch(mode=0o600)
    shutil.copyfile(file, to)


def _alone(place: Path) -> None:
    """Refuse to replace a file that somebody has open: in write-ahead mode each connection holds a lock on it."""
    try:
        with closing(sqlite3.connect(place, timeout=0.5)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        raise StorageError(f"Somebody works with {place} ({error}). Stop serve, then restore.") from error
    except sqlite3.DatabaseError as error:
        raise StorageError(_unreadable(place, error)) from error


def _look(url: str) -> Present:
    database = Database(url)
    try:
        migrate(url)
        with database.reading() as session:
            return Present(
                erased=frozenset(session.exec(select(ErasureRow.hub, ErasureRow.person_ref)).all()),
                suppressed=frozenset(session.exec(select(SuppressionRow.hub, SuppressionRow.address_hash)).all()),
                carried={
                    name: [dict(row) for row in session.connection().execute(text(read)).mappings()]
                    for name, (read, _) in _CARRIED.items()
                },
            )
    except StorageError as error:
        raise StorageError(_unreadable("the present database", error)) from error
    finally:
        database.close()


def _unreadable(what: object, error: Exception) -> str:
    return (
        f"{what} cannot be read ({error}), so nobody can say who was erased or has left since the back-up. "
        "To restore all the same, and erase and opt those people out again by hand, add --without-present."
    )


# --- within the copy --------------------------------------------------------------------------------------------------


def _mend(url: str, present: Present | None, now: datetime, key: str) -> tuple[int, dict[str, int]]:
    """Hold what would leave, and let everybody go who is gone."""
    database = Database(url, key=key)
    try:
        with database.session() as session:
            connection = session.connection()
            held = {name: connection.execute(text(sql), _params(sql, now)).rowcount for name, sql in _HOLD}
            connection.execute(text(_SIGN_OUT))
            erased = _carry(session, connection, present, now) if present else 0
            for hub in sorted(set(session.exec(select(PersonRow.hub).distinct()).all())):
                session.add(TaskRow(hub=hub, kind=REASON, reason="restored_messages", opened_at=now))
        return erased, {name: number for name, number in held.items() if number}
    finally:
        database.close()


def _params(sql: str, now: datetime) -> dict[str, object]:
    values: dict[str, object] = {"now": to_micros(now), "reason": REASON}
    return {name: value for name, value in values.items() if f":{name}" in sql}


def _carry(session: Session, connection: Connection, present: Present, now: datetime) -> int:
    for name, (_, write) in _CARRIED.items():
        for row in present.carried[name]:
            connection.execute(text(write), row)
    gone = _gone(session, present)
    for person_id, (hub, address_id) in gone.items():
        connection.execute(text("DELETE FROM outbox WHERE person_id = :id"), {"id": person_id})
        scope = Scope(hub=hub, person_id=person_id, address_id=address_id or 0, now=to_micros(now))
        perform(session, forgetting.forget(scope, by_wish=False))
    _add_missing(connection, "erasure", "person_ref", present.erased, "at", now)
    _add_missing(connection, "suppression", "address_hash", present.suppressed, "since", now)
    return len(gone)


def _gone(session: Session, present: Present) -> dict[int, tuple[str, int | None]]:
    """Find the people of the back-up who were erased since, by their reference or by an address not to be written to."""
    # who was erased before the back-up and stands in it all the same has come back by themselves
    erased = present.erased - set(session.exec(select(ErasureRow.hub, ErasureRow.person_ref)).all())
    query = select(PersonRow.id, PersonRow.hub, PersonRow.ref, PersonRow.address_id)
    gone = {
        id_: (hub, address_id)
        for id_, hub, ref, address_id in session.exec(query).all()
        if id_ is not None and (hub, ref) in erased
    }
    held = {(row.hub, row.address_hash) for row in session.exec(select(SuppressionRow)).all()}
    new = present.suppressed - held
    if not new:
        return gone
    addresses = session.exec(select(AddressRow).order_by(col(AddressRow.id))).all()
    key = session.info.get(KEY, "")
    for row in addresses:
        if (row.hub, keyed_hash(key, suppressions.hashed(row.hub, row.channel, row.user))) in new:
            gone.setdefault(row.person_id, (row.hub, row.id))
    return gone


def _add_missing(
    connection: Connection, table: str, name: str, values: frozenset[tuple[str, str]], at: str, now: datetime
) -> None:
    sql = f"INSERT INTO {table} (hub, {name}, {at}) VALUES (:hub, :value, :now) ON CONFLICT (hub, {name}) DO NOTHING"  # noqa: S608 - constants
    for hub, value in sorted(values):
        connection.execute(text(sql), {"hub": hub, "value": value, "now": to_micros(now)})


# --- into its place ---------------------------------------------------------------------------------------------------


def _set_aside(place: Path, now: datetime) -> Path:
    replaced = place.with_name(f"{place.name}.replaced-{now:%Y%m%d-%H%M%S}")
    for suffix in ("-wal", "-shm"):
        left = place.with_name(place.name + suffix)
        if left.exists():
            left.rename(replaced.with_name(replaced.name + suffix))
    place.rename(replaced)
    return replaced


def _move(working: Path, place: Path) -> None:
    with working.open("rb") as file:
        os.fsync(file.fileno())
    working.rename(place)
