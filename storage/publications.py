"""Keep what a hub publishes: the files in the place of the shipped ones. The last publication holds; none is changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, select

from storage import audit
from storage.tables import AuditRow, PublicationRow

#: What the audit trail calls it.
PUBLISHED: Final = "published"


def add(
    session: Session, hub: str, files: Mapping[str, str], now: datetime, *, undoes: int | None = None
) -> PublicationRow:
    """Publish files, by path.

    Args:
        undoes: the publication that this one takes back.
    """
    written = json.dumps(dict(files), ensure_ascii=False, sort_keys=True)
    row = PublicationRow(hub=hub, files=written, undoes=undoes, published_at=now)
    session.add(row)
    session.flush()
    return row


def history(session: Session, hub: str) -> Sequence[PublicationRow]:
    """List a hub's publications, oldest first."""
    return session.exec(
        select(PublicationRow).where(col(PublicationRow.hub) == hub).order_by(col(PublicationRow.id))
    ).all()


def latest_id(session: Session, hub: str) -> int:
    """Name the publication that holds; 0 before the first one."""
    return session.exec(select(func.max(PublicationRow.id)).where(col(PublicationRow.hub) == hub)).one() or 0


def files_of(row: PublicationRow | None) -> dict[str, str]:
    """Return a publication's files, by path; before the first one, none."""
    files: dict[str, str] = json.loads(row.files) if row else {}
    return files


def not_taken_back(rows: Sequence[PublicationRow]) -> list[PublicationRow]:
    """List the publications that stand, oldest first: each roll-back takes the one before it away."""
    standing: list[PublicationRow] = []
    for row in rows:
        if row.undoes is None:
            standing.append(row)
        elif standing:
            standing.pop()
    return standing


def note_author(session: Session, hub: str, publication: int, *, author: str, now: datetime) -> None:
    """Write down who published."""
    detail = {"publication": publication}
    audit.note(session, hub, person_ref=None, author=author, what=PUBLISHED, detail=detail, now=now)


def authors(session: Session, hub: str, *, limit: int = 200) -> Mapping[int, str]:
    """Say who published, by publication, of the latest; those of the command line have no author."""
    query = select(AuditRow.author, AuditRow.detail).where(
        col(AuditRow.hub) == hub, col(AuditRow.what) == PUBLISHED, col(AuditRow.person_ref).is_(None)
    )
    rows = session.exec(query.order_by(col(AuditRow.id).desc()).limit(limit)).all()
    return {json.loads(detail)["publication"]: author for author, detail in rows}
