"""Keep when a conversation that waits for an answer is looked at again: one row a person, in the commit of each turn.

A timer fires by a turn, and that turn sets the next one or clears it, fenced by the conversation's version: two processes
that find the same row due take one turn between them, and a crash before the commit leaves the row due.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flows.effects import SetTimer, TimerKind
from flows.messages import Address
from flows.nudging import ASKED_FOR_HUMAN
from storage.operations.preferences import LATEST_OPEN
from storage.operations.reading import LOADED_COLUMNS, read_loaded
from storage.operations.scope import Scope
from storage.statements import Batch, Operation, Params, Row, Statement
from storage.store import DueTimer, Loaded
from storage.tables import to_micros

_SET: Final = """
    INSERT INTO timer (person_id, hub, turn, kind, due_at) VALUES (:person_id, :hub, :turn, :kind, :due_at)
    ON CONFLICT (person_id) DO UPDATE SET turn = excluded.turn, kind = excluded.kind, due_at = excluded.due_at
"""
_CLEAR: Final = "DELETE FROM timer WHERE person_id = :person_id"
_ASKED_FOR_HUMAN: Final = ", ".join(f"'{reason}'" for reason in sorted(ASKED_FOR_HUMAN))
_COLUMNS: Final = f"""
    a.channel, a.account, a."user" AS address_user,
    EXISTS (SELECT 1 FROM task AS h WHERE h.person_id = p.id AND h.kind = 'hand_off' AND h.closed_at IS NULL
            AND h.reason IN ({_ASKED_FOR_HUMAN})) AS awaits_human, {LOADED_COLUMNS}
"""  # noqa: S608 - a constant
_JOINS: Final = """
    LEFT JOIN address AS a ON a.id = p.address_id AND a.person_id = p.id
    LEFT JOIN conversation AS c ON c.person_id = p.id
"""
LOAD: Final = f"SELECT {_COLUMNS} FROM person AS p {_JOINS} WHERE p.id = :person_id"  # noqa: S608 - a constant
#: Timer and conversation are read by one statement, so that they are of one moment: PostgreSQL shows each statement what
#: was committed before it, and a timer that another process took in between would meet the version after its turn.
DUE: Final = f"""
    SELECT t.person_id, t.turn AS timer_turn, t.kind AS timer_kind, {_COLUMNS}
    FROM timer AS t JOIN person AS p ON p.id = t.person_id {_JOINS}
    WHERE t.hub = :hub AND t.due_at <= :now ORDER BY t.due_at LIMIT :limit
"""  # noqa: S608 - a constant
#: Asked for the few whose address is closed: as one more join, PostgreSQL reads all addresses for a handful of timers.
_ELSEWHERE: Final = f"""
    SELECT a.channel, a.account, a."user" AS address_user, a.opted_out_at, a.consented_at, a.paused_at, a.reachable
    FROM person AS p JOIN address AS a ON a.id = {LATEST_OPEN} WHERE p.id = :person_id
"""  # noqa: S608 - a constant
#: One that was set anew in the meantime stays.
_DROP: Final = "DELETE FROM timer WHERE hub = :hub AND person_id = :person_id AND turn = :turn"


def set_timer(scope: Scope, timer: SetTimer) -> Operation[None]:
    """Set a person's timer, in place of the one there was."""
    params: Params = {
        "person_id": scope.person_id,
        "hub": scope.hub,
        "turn": timer.turn,
        "kind": timer.kind.value,
        "due_at": to_micros(timer.due_at),
    }
    yield Statement(_SET, params)


def go_on(scope: Scope, kind: TimerKind = TimerKind.ACCEPTED) -> Operation[None]:
    """Let a person be told at once, by a turn of their own, that they are accepted, in place of the timer there was."""
    params: Params = {"person_id": scope.person_id, "hub": scope.hub, "turn": 0, "due_at": scope.now}
    yield Statement(_SET, {**params, "kind": kind.value})


def clear(scope: Scope) -> Operation[None]:
    """Take a person's timer away."""
    yield Statement(_CLEAR, {"person_id": scope.person_id})


def due_timers(hub: str, now: datetime, limit: int) -> Operation[list[DueTimer]]:
    """List timers that are due, oldest first."""
    due: list[DueTimer] = []
    for row in (yield Statement(DUE, {"hub": hub, "now": to_micros(now), "limit": limit})):
        at = yield from _where_it_goes_on(row)
        loaded = yield from read_loaded(at, now)
        due.append(
            DueTimer(
                person_id=row["person_id"],
                turn=row["timer_turn"],
                kind=TimerKind(row["timer_kind"]),
                address=_address(at),
                loaded=loaded,
                awaits_human=bool(row["awaits_human"]),
            )
        )
    return due


def load_person(hub: str, ref: str, now: datetime) -> Operation[tuple[Address, Loaded] | None]:
    """Read what a turn with somebody starts from that nobody has written in; ``None`` where they cannot be written to."""
    rows = yield Statement("SELECT id FROM person WHERE hub = :hub AND ref = :ref", {"hub": hub, "ref": ref})
    for person in rows:
        (row,) = yield Statement(LOAD, {"person_id": person["id"]})
        row = yield from _where_it_goes_on(row)
        address = _address(row)
        return (address, (yield from read_loaded(row, now))) if address else None
    return None


def _where_it_goes_on(row: Row) -> Operation[Row]:
    """Leave a talk where it is, ``flows.rules.reaching.choose``; where that was closed, let it go on by the latest open address."""
    is_open = row["consented_at"] is not None and row["opted_out_at"] is None and row["reachable"]
    if is_open and row["paused_at"] is None:
        return row
    found = yield Statement(_ELSEWHERE, {"person_id": row["person_id"]})
    return {**dict(row), **dict(found[0])} if found else row


def _address(row: Row) -> Address | None:
    """Where the talk is or may go on, unless that is somebody else's by now."""
    if row["channel"] is None:
        return None
    return Address(channel=row["channel"], account=row["account"], user=row["address_user"])


def drop(hub: str, timers: Sequence[DueTimer]) -> Operation[None]:
    """Take away timers that nothing can come of: somebody has written since, or cannot be written to at all."""
    ordered = sorted(timers, key=lambda timer: timer.person_id)
    yield Batch(_DROP, [{"hub": hub, "person_id": timer.person_id, "turn": timer.turn} for timer in ordered])
