"""Let evidence of consents go, four years after they ended."""

from __future__ import annotations

from datetime import datetime

from flows.facts import Hub
from storage import consent
from storage.database import Database


def prune_consent(database: Database, hub: Hub, now: datetime) -> int:
    """Delete what need not be kept any more, a part a transaction; return how many rows."""
    pruned = 0
    while True:
        with database.session() as session:
            more = consent.prune(session, hub.id, now)
        if not more:
            return pruned
        pruned += more
