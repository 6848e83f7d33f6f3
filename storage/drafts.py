"""Keep what is written anew until it is published: one draft a hub; nobody overwrites what another wrote meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select

from storage.tables import DraftTextRow, to_micros


class WrittenMeanwhileError(Exception):
    """Somebody else has written there since the form was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One text in one language: what a row of the draft is about."""

    file: str
    place: str
    language: str


#: Conditional, so that of two who save at once one is told.
_REWRITE: Final = text("""
    UPDATE draft_text SET text = :text, before = :before, author = :author, changed_at = :now
    WHERE hub = :hub AND file = :file AND place = :place AND language = :language AND text = :shown
""")


def list_texts(session: Session, hub: str) -> Sequence[DraftTextRow]:
    """List what is written anew, oldest first."""
    return session.exec(select(DraftTextRow).where(col(DraftTextRow.hub) == hub).order_by(col(DraftTextRow.id))).all()


def find(session: Session, hub: str, spot: Spot) -> DraftTextRow | None:
    """Find what is written anew at one spot."""
    query = select(DraftTextRow).where(
        col(DraftTextRow.hub) == hub,
        col(DraftTextRow.file) == spot.file,
        col(DraftTextRow.place) == spot.place,
        col(DraftTextRow.language) == spot.language,
    )
    return session.exec(query).first()


def write(
    session: Session, hub: str, spot: Spot, *, published: str, shown: str, wanted: str, author: str, now: datetime
) -> None:
    """Write a text into the draft; what is published already is taken out of it.

    Args:
        published: what people get now.
        shown: what the form showed, which must still be what the draft has.

    Raises:
        WrittenMeanwhileError: it is not.
    """
    row = find(session, hub, spot)
    if (row.text if row else published) != shown:
        raise WrittenMeanwhileError
    if row is None and wanted != published:
        _add(session, hub, spot, published=published, wanted=wanted, author=author, now=now)
    elif row is not None and wanted == published:
        session.delete(row)
        session.flush()
    elif row is not None and (wanted, published) != (shown, row.before):
        params = {
            **_keys(hub, spot),
            "text": wanted,
            "before": published,
            "shown": shown,
            "author": author,
            "now": to_micros(now),
        }
        if not session.connection().execute(_REWRITE, params).rowcount:
            raise WrittenMeanwhileError


def _add(session: Session, hub: str, spot: Spot, *, published: str, wanted: str, author: str, now: datetime) -> None:
    session.add(
        DraftTextRow(
            hub=hub,
            file=spot.file,
            place=spot.place,
            language=spot.language,
            before=published,
            text=wanted,
            author=author,
            changed_at=now,
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        raise WrittenMeanwhileError from error


def _keys(hub: str, spot: Spot) -> dict[str, str]:
    return {"hub": hub, "file": spot.file, "place": spot.place, "language": spot.language}


def take(session: Session, hub: str, rows: Sequence[DraftTextRow]) -> None:
    """Take exactly these texts out of the draft, as it is published; the draft must hold them and nothing else.

    Raises:
        WrittenMeanwhileError: somebody has changed it.
    """
    remove = text("DELETE FROM draft_text WHERE id = :id AND hub = :hub AND text = :text")
    connection = session.connection()
    taken = sum(connection.execute(remove, {"id": row.id, "hub": hub, "text": row.text}).rowcount for row in rows)
    if taken != len(rows) or session.exec(select(DraftTextRow.id).where(col(DraftTextRow.hub) == hub)).first():
        raise WrittenMeanwhileError


def discard(session: Session, hub: str, spot: Spot | None = None) -> None:
    """Throw one text of the draft away, or all."""
    if spot is None:
        session.connection().execute(delete(DraftTextRow).where(col(DraftTextRow.hub) == hub))
    elif row := find(session, hub, spot):
        session.delete(row)
