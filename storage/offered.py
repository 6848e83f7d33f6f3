"""The slots that somebody was shown, with their places: what a kept talk needs to be played again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from storage.tables import Site, SlotRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A slot and where it is; online ones have no site."""

    slot: SlotRow
    site: Site | None


def list_offered(session: Session, hub: str, refs: Collection[str]) -> list[Offered]:
    """List slots by their references, soonest first; references that name none are passed over."""
    rows = session.exec(
        select(SlotRow, Site)
        .join(Site, col(Site.id) == col(SlotRow.site_id), isouter=True)
        .where(col(SlotRow.hub) == hub, col(SlotRow.ref).in_(refs))
        .order_by(col(SlotRow.starts_at), col(SlotRow.id))
    ).all()
    return [Offered(slot=slot, site=site) for slot, site in rows]
