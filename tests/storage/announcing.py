"""Broadcasts as a coordinator confirms them, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from flows.broadcast_text import read_text
from flows.facts import Hub
from storage import broadcasts
from storage.broadcasts import Confirmed
from storage.recipients import Recipients

AUTHOR = "coordinator:Rosa"


def announced(
    session: Session,
    hub: Hub,
    *,
    recipients: Recipients,
    body: Mapping[str, str],
    now: datetime,
    expires_at: datetime | None = None,
    cap: int | None = None,
) -> str:
    """Draft a broadcast and confirm it; return its reference."""
    draft = broadcasts.save_draft(
        session, hub, recipients=recipients, body=body, author=AUTHOR, now=now, expires_at=expires_at, cap=cap
    )
    shared = {"hub": hub.name, "help_phone": hub.help_phone}
    texts = {language: read_text(text, language, shared=shared, max_chars=1600) for language, text in body.items()}
    confirmed = broadcasts.confirm(session, hub, draft, texts, typed=None, author=AUTHOR, now=now)
    assert isinstance(confirmed, Confirmed)
    return draft.ref
