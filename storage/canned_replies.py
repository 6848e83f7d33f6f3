"""Keep the answers that coordinators give again and again, in both languages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from storage.operations.rows import write_json
from storage.tables import CannedReplyRow


def list_all(session: Session, hub: str) -> Sequence[CannedReplyRow]:
    """List them by name."""
    return session.exec(
        select(CannedReplyRow).where(col(CannedReplyRow.hub) == hub).order_by(func.lower(CannedReplyRow.name))
    ).all()


def text_of(reply: CannedReplyRow, language: str) -> str:
    """Return the answer in a language."""
    texts: dict[str, str] = json.loads(reply.text)
    return texts.get(language) or next(iter(texts.values()), "")


def keep(session: Session, hub: str, *, name: str, texts: Mapping[str, str], ref: str, now: datetime) -> bool:
    """Add an answer, or change one; ``False`` when another one has the name.

    Args:
        ref: of the one to change; empty adds one.
    """
    row = _find(session, hub, ref)
    taken = session.exec(
        select(CannedReplyRow.id).where(col(CannedReplyRow.hub) == hub, col(CannedReplyRow.name) == name)
    ).first()
    if taken is not None and (row is None or row.id != taken):
        return False
    row = row or CannedReplyRow(hub=hub, name=name, text="{}", changed_at=now)
    row.name, row.text, row.changed_at = name, write_json(dict(texts)), now
    session.add(row)
    return True


def remove(session: Session, hub: str, ref: str) -> bool:
    """Remove an answer; ``False`` when there is none of that reference."""
    row = _find(session, hub, ref)
    if row is not None:
        session.delete(row)
    return row is not None


def _find(session: Session, hub: str, ref: str) -> CannedReplyRow | None:
    return session.exec(
        select(CannedReplyRow).where(col(CannedReplyRow.hub) == hub, col(CannedReplyRow.ref) == ref)
    ).one_or_none()
