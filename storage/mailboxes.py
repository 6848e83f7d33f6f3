"""What the demo shows of people outside: letters with links and codes to guardians, offices, managers and supervisors."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import String, and_, cast, or_
from sqlmodel import Session, col, func, select

from flows.messages import Purpose
from flows.rules.links import LinkPurpose
from flows.stages import Stage
from storage.operations.links import hashed
from storage.store import OutboxStatus
from storage.tables import AddressRow, BookingRow, LinkRow, OutboxRow, PersonRow, SlotRow

#: Letters that a page shows, the latest first.
_MOST: Final = 200
_OUTSIDE: Final = (Purpose.REQUEST.value, Purpose.CODE.value)
_ARRIVED: Final = (OutboxStatus.SENT.value, OutboxStatus.DELIVERED.value, OutboxStatus.UNKNOWN.value)
_TOKEN: Final = re.compile(r"/l/([\w-]{22})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message to a contact outside, as it left."""

    id: int
    channel: str
    user: str
    text: str
    #: ``request`` with a link, or ``code``.
    purpose: str
    at: datetime
    #: What its link is for; ``None`` for a code, or once the link is gone.
    link_purpose: str | None
    #: Whom the link is about; ``None`` for a whole place, or when nobody is.
    about_id: int | None
    about: str


def list_letters(session: Session, hub: str, *, to: Collection[str] = (), about: int | None = None) -> Sequence[Letter]:
    """List what was sent to contacts outside, the latest first.

    Args:
        to: only to these phones or e-mail addresses; empty for all.
        about: only to contacts who were asked about this person, or who answer for places where the person serves.
    """
    query = (
        select(OutboxRow, AddressRow)
        .join(AddressRow, col(AddressRow.id) == col(OutboxRow.address_id))
        .where(
            col(OutboxRow.hub) == hub,
            col(OutboxRow.purpose).in_(_OUTSIDE),
            col(OutboxRow.status).in_(_ARRIVED),
        )
        .order_by(col(OutboxRow.id).desc())
        .limit(_MOST)
    )
    if to:
        query = query.where(col(AddressRow.user).in_(to))
    if about is not None:
        places = (
            select(cast(col(SlotRow.site_id), String))
            .join(BookingRow, col(BookingRow.slot_id) == col(SlotRow.id))
            .where(col(BookingRow.person_id) == about, col(SlotRow.site_id).is_not(None))
        )
        is_their_place = and_(col(LinkRow.purpose) == LinkPurpose.HOURS.value, col(LinkRow.subject).in_(places))
        asked = select(LinkRow.address_id).where(
            col(LinkRow.hub) == hub, or_(col(LinkRow.person_id) == about, is_their_place)
        )
        query = query.where(col(OutboxRow.address_id).in_(asked), col(OutboxRow.person_id) != about)
    rows = session.exec(query).all()
    links = _links(session, [row.body for row, _ in rows])
    names = _names(session, {link.person_id for link in links.values() if link.person_id is not None})
    found = []
    for row, address in rows:
        token = _TOKEN.search(row.body)
        link = links.get(hashed(token[1])) if token else None
        person_id = link.person_id if link else None
        assert row.id is not None
        found.append(
            Letter(
                id=row.id,
                channel=address.channel,
                user=address.user,
                text=row.body,
                purpose=row.purpose,
                at=row.settled_at or row.created_at,
                link_purpose=link.purpose if link else None,
                about_id=person_id,
                about=names.get(person_id, "") if person_id else "",
            )
        )
    return found


def _links(session: Session, texts: Sequence[str]) -> dict[str, LinkRow]:
    hashes = {hashed(token) for text in texts for token in _TOKEN.findall(text)}
    return {row.token_hash: row for row in session.exec(select(LinkRow).where(col(LinkRow.token_hash).in_(hashes)))}


def _names(session: Session, ids: Collection[int]) -> dict[int, str]:
    rows = session.exec(select(PersonRow).where(col(PersonRow.id).in_(ids)))
    return {row.id: " ".join(filter(None, (row.given_name, row.family_name))) for row in rows if row.id is not None}


def letters_stamp(session: Session, hub: str) -> str:
    """Return a text that changes whenever something has left for a contact outside."""
    query = select(func.count(), func.max(OutboxRow.id)).where(
        col(OutboxRow.hub) == hub, col(OutboxRow.purpose).in_(_OUTSIDE), col(OutboxRow.status).in_(_ARRIVED)
    )
    count, last = session.exec(query).one()
    return f"{count}.{last}"


def outside_addresses(session: Session, hub: str) -> frozenset[int]:
    """Return the addresses of those who were only ever asked about others, or about a place."""
    query = (
        select(col(AddressRow.id))
        .join(LinkRow, col(LinkRow.address_id) == col(AddressRow.id))
        .join(PersonRow, col(PersonRow.id) == col(AddressRow.person_id))
        .where(
            col(AddressRow.hub) == hub,
            col(PersonRow.stage) == Stage.ENQUIRED.value,
            col(LinkRow.person_id).is_distinct_from(col(PersonRow.id)),
        )
    )
    return frozenset(one for one in session.exec(query).all() if one is not None)
