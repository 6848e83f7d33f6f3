"""Keep the hubs that this database serves."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from flows.facts import Hub
from storage.tables import HubRow


def keep(session: Session, hub: Hub, now: datetime) -> None:
    """Write a hub down, or its new name."""
    row = session.get(HubRow, hub.id)
    if row is None:
        session.add(HubRow(id=hub.id, name=hub.name, created_at=now))
    elif row.name != hub.name:
        row.name = hub.name
        session.add(row)
