"""Show staff who was asked about somebody and stays silent."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from storage.operations import silent
from storage.performing import perform


def tell(session: Session, hub: str, now: datetime) -> int:
    """Open a task for each person whose guardian or reference is silent, once; return how many."""
    return perform(session, silent.tell(hub, now))
