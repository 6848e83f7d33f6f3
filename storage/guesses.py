"""Let wrong codes go that were counted a day ago."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from storage.operations import guesses
from storage.performing import perform


def let_go(session: Session, hub: str, now: datetime) -> int:
    """Let go what is older than a day; return how many."""
    return perform(session, guesses.let_go(hub, now))
