"""Keep every flow as it was when conversations began with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from flows.model import Flow
from storage.tables import FlowRevision


def save(session: Session, hub: str, flows: Iterable[Flow], now: datetime) -> None:
    """Keep revisions that are not kept yet; a kept one is never changed."""
    for flow in flows:
        if session.get(FlowRevision, (flow.revision, hub)) is None:
            session.add(FlowRevision(revision=flow.revision, hub=hub, flow=flow.id, source=flow.source, created_at=now))


def load(session: Session, hub: str) -> Sequence[FlowRevision]:
    """List all kept revisions of a hub, oldest first."""
    return session.exec(
        select(FlowRevision)
        .where(col(FlowRevision.hub) == hub)
        .order_by(col(FlowRevision.created_at), col(FlowRevision.flow))
    ).all()
