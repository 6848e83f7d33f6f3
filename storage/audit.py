"""Write down decisions from a page or a command, tell a person's, and check that nobody tampered with the chain."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, select

from flows.facts import Json
from storage.operations.audit import FIRST_SEAL, STAGE, seal_of
from storage.operations.rows import write_json
from storage.tables import AuditHeadRow, AuditRow, PersonRow, to_micros

#: Rows of the chain that are read at once.
_PAGE: Final = 1000


def note(
    session: Session,
    hub: str,
    *,
    person_ref: str | None,
    author: str,
    what: str,
    detail: Mapping[str, Json],
    now: datetime,
) -> None:
    """Write down one decision; its detail holds nothing private.

    Args:
        author: ``person``, ``rule:NAME``, ``coordinator:NAME``, ``link:PURPOSE``.
        what: ``stage``, ``requirement``, ``hours``, ``membership``.
    """
    session.add(
        AuditRow(hub=hub, person_ref=person_ref, author=author, what=what, detail=write_json(dict(detail)), at=now)
    )


# --- tell -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """One decision as it stands in the trail."""

    id: int
    at: datetime
    author: str
    what: str
    detail: Mapping[str, Json]
    #: Place in the chain; ``None`` for the moment before the clock seals it.
    seal_no: int | None

    @property
    def stage(self) -> str:
        """The stage that was moved to; empty for any other decision."""
        return str(self.detail.get("to", "")) if self.what == STAGE else ""

    @property
    def cause(self) -> str:
        """Why, as far as it was told."""
        return str(self.detail.get("cause", ""))


def tell(session: Session, person: PersonRow, *, what: str | None = None, limit: int = 500) -> list[Noted]:
    """List what was decided about a person, oldest first; of very much the latest."""
    query = select(AuditRow).where(col(AuditRow.hub) == person.hub, col(AuditRow.person_ref) == person.ref)
    if what is not None:
        query = query.where(col(AuditRow.what) == what)
    found = session.exec(query.order_by(col(AuditRow.id).desc()).limit(limit)).all()
    return [_noted(row) for row in reversed(found)]


def _noted(row: AuditRow) -> Noted:
    assert row.id is not None
    return Noted(
        id=row.id, at=row.at, author=row.author, what=row.what, detail=json.loads(row.detail), seal_no=row.seal_no
    )


def latest_move(session: Session, hub: str, *, person_ref: str | None = None) -> int | None:
    """Return the number of the latest move to another stage: it changes whenever somebody is moved."""
    query = select(func.max(AuditRow.id)).where(col(AuditRow.hub) == hub, col(AuditRow.what) == STAGE)
    if person_ref is not None:
        query = query.where(col(AuditRow.person_ref) == person_ref)
    return session.exec(query).one()


# --- verify -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of the chain, short enough to be noted on paper: ``1042:9f2c…``."""

    seal_no: int
    seal: str

    def __str__(self) -> str:
        return f"{self.seal_no}:{self.seal}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a walk along the chain has come to."""

    #: The end of the chain, as far as it holds.
    head: Head
    #: Rows that the clock has not sealed yet.
    unsealed: int
    #: What is wrong with the first row that is; ``None`` when everything holds.
    fault: str | None = None


def verify(session: Session, hub: str, *, noted: Head | None = None) -> Verified:
    """Walk a hub's chain from its first row, and name the first that was changed, removed or put in.

    Args:
        noted: an end of the chain that was written down elsewhere; the chain must still pass through it.
    """
    head = Head(seal_no=0, seal=FIRST_SEAL)
    unsealed = session.exec(select(func.count()).where(col(AuditRow.hub) == hub, col(AuditRow.seal_no).is_(None))).one()
    for row in _sealed(session, hub):
        fault = _fault_of(row, head) or _differs(noted, row)
        if fault:
            return Verified(head=head, unsealed=unsealed, fault=fault)
        head = Head(seal_no=head.seal_no + 1, seal=str(row.seal))
    return Verified(head=head, unsealed=unsealed, fault=_cut(session.get(AuditHeadRow, hub), head, noted))


def _sealed(session: Session, hub: str) -> Iterator[AuditRow]:
    """Read the chain in order, a page at a time."""
    last: int | None = -1
    while last is not None:
        page = session.exec(
            select(AuditRow)
            .where(col(AuditRow.hub) == hub, col(AuditRow.seal_no) > last)
            .order_by(col(AuditRow.seal_no))
            .limit(_PAGE)
        ).all()
        yield from page
        last = page[-1].seal_no if len(page) == _PAGE else None
        session.expunge_all()  # a long trail need not fit into memory


def _fault_of(row: AuditRow, before: Head) -> str | None:
    expected = before.seal_no + 1
    if row.seal_no != expected:
        return f"entry {expected} is missing: after entry {before.seal_no} comes entry {row.seal_no}"
    if row.seal != seal_of(before.seal, _values(row)):
        return (
            f"entry {expected} of {row.at:%Y-%m-%d %H:%M} UTC ({row.what}, row {row.id}) does not fit its seal: "
            "it was changed, put in, or stands after one that was"
        )
    return None


def _values(row: AuditRow) -> dict[str, Json]:
    return {
        "id": row.id,
        "hub": row.hub,
        "person_ref": row.person_ref,
        "author": row.author,
        "what": row.what,
        "detail": row.detail,
        "at": to_micros(row.at),
    }


def _differs(noted: Head | None, row: AuditRow) -> str | None:
    if noted is None or row.seal_no != noted.seal_no or row.seal == noted.seal:
        return None
    return f"entry {row.seal_no} has another seal than the one that was noted: the chain was written anew"


def _cut(kept: AuditHeadRow | None, head: Head, noted: Head | None) -> str | None:
    ends: Sequence[int] = [kept.seal_no if kept else 0, noted.seal_no if noted else 0]
    if max(ends) > head.seal_no:
        return f"entries {head.seal_no + 1} to {max(ends)} are missing: the end of the chain was cut off"
    if head.seal_no and (kept is None or (kept.seal_no, kept.seal) != (head.seal_no, head.seal)):
        return f"entry {head.seal_no} is not the end that the sealer kept: rows were put in behind it"
    return None
