"""Make links for people outside and write to their contacts; only hashes of tokens and codes are kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Final

from flows.messages import Purpose
from flows.rules.links import MAX_TRIES, LinkPurpose, expires
from storage.operations.scope import Scope
from storage.statements import Operation, Params, Statement
from storage.store import OutboxStatus
from storage.tables import from_micros, new_message_ref, to_micros

#: 128 bits, as 22 characters that may stand in a URL.
_TOKEN_BYTES: Final = 16
_MAKE: Final = """
    INSERT INTO link (hub, token_hash, purpose, person_id, subject, address_id, tries, codes_sent, expires_at, created_at)
    VALUES (:hub, :token_hash, :purpose, :person_id, :subject, :address_id, 0, 0, :expires_at, :now)
"""
_REVOKE: Final = """
    UPDATE link SET revoked_at = :now
    WHERE hub = :hub AND purpose = :purpose AND person_id = :person_id AND subject = :subject AND revoked_at IS NULL
"""
_REVOKE_BUT: Final = """
    UPDATE link SET revoked_at = :now
    WHERE hub = :hub AND purpose = :purpose AND person_id = :person_id AND revoked_at IS NULL AND id NOT IN (
        SELECT k.id FROM link AS k WHERE k.hub = :hub AND k.purpose = :purpose AND k.person_id = :person_id
        ORDER BY k.id DESC LIMIT :beside)
"""
_EXTEND: Final = """
    UPDATE link SET expires_at = :expires_at
    WHERE hub = :hub AND purpose = :purpose AND person_id = :person_id AND subject = :subject AND revoked_at IS NULL
"""
#: To one certain address, not to wherever the person wrote from last.
_WRITE: Final = """
    INSERT INTO outbox (hub, ref, dedupe_key, channel, account, address_id, person_id, purpose, priority, status, body,
        choices, step, forget, not_before, attempts, created_at)
    SELECT a.hub, CAST(:ref AS TEXT), CAST(:dedupe_key AS TEXT), a.channel, a.account, a.id, a.person_id,
        CAST(:purpose AS TEXT), CAST(:priority AS INTEGER), CAST(:status AS INTEGER), CAST(:body AS TEXT), '[]', '',
        FALSE, CAST(:not_before AS BIGINT), 0, CAST(:now AS BIGINT)
    FROM address AS a WHERE a.id = :address_id AND a.hub = :hub
    ON CONFLICT (hub, dedupe_key) DO NOTHING
    RETURNING id
"""


def hashed(secret: str) -> str:
    """Return what is kept of a secret that is long enough not to be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make(
    hub: str,
    purpose: LinkPurpose,
    *,
    person_id: int | None,
    address_id: int | None,
    now: datetime,
    subject: str = "",
) -> Operation[str]:
    """Make a link; return its token, which is known to nobody from then on but whoever gets it.

    Args:
        person_id: whom it is about; with them it is erased.
        address_id: the contact it is sent to, and to which its codes go.
        subject: what it is about: a reference of the purpose's own.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    expires_at = expires(purpose, now)
    yield Statement(
        _MAKE,
        {
            "hub": hub,
            "token_hash": hashed(token),
            "purpose": purpose.value,
            "person_id": person_id,
            "subject": subject,
            "address_id": address_id,
            "expires_at": to_micros(expires_at) if expires_at else None,
            "now": to_micros(now),
        },
    )
    return token


def make_own(scope: Scope, purpose: LinkPurpose, *, beside: int) -> Operation[str]:
    """Make a link for whoever the turn is with, to the address that they write from; return its token.

    Args:
        beside: how many earlier ones may still be opened.
    """
    key: Params = {"hub": scope.hub, "purpose": purpose.value, "person_id": scope.person_id}
    yield Statement(_REVOKE_BUT, {**key, "beside": beside, "now": scope.now})
    return (
        yield from make(
            scope.hub, purpose, person_id=scope.person_id, address_id=scope.address_id, now=from_micros(scope.now)
        )
    )


_LAST_OPEN: Final = """
    SELECT id, person_id, subject, expires_at FROM link
    WHERE hub = :hub AND address_id = :address_id AND purpose = :purpose AND revoked_at IS NULL AND tries < :tries
        AND (expires_at IS NULL OR expires_at > :now)
    ORDER BY id DESC LIMIT 1
"""


def again(scope: Scope, purpose: LinkPurpose) -> Operation[str | None]:
    """Make another link to what somebody was sent last, for as long as that one holds; ``None`` when it holds no more."""
    key: Params = {"hub": scope.hub, "address_id": scope.address_id, "purpose": purpose.value, "now": scope.now}
    rows = yield Statement(_LAST_OPEN, {**key, "tries": MAX_TRIES})
    if not rows:
        return None
    row = rows[0]
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    made = {"token_hash": hashed(token), "person_id": row["person_id"], "subject": row["subject"]}
    yield Statement(_MAKE, {**key, **made, "expires_at": row["expires_at"]})
    return token


def revoke(hub: str, purpose: LinkPurpose, *, person_id: int, subject: str, now: datetime) -> Operation[None]:
    """Let the links about one thing lead nowhere any more."""
    yield Statement(_REVOKE, {**_about(hub, purpose, person_id, subject), "now": to_micros(now)})


def extend(hub: str, purpose: LinkPurpose, *, person_id: int, subject: str, until: datetime) -> Operation[None]:
    """Let the links about one thing be opened until another instant."""
    yield Statement(_EXTEND, {**_about(hub, purpose, person_id, subject), "expires_at": to_micros(until)})


def _about(hub: str, purpose: LinkPurpose, person_id: int, subject: str) -> Params:
    return {"hub": hub, "purpose": purpose.value, "person_id": person_id, "subject": subject}


def write(
    hub: str,
    *,
    address_id: int,
    text: str,
    purpose: Purpose,
    key: str,
    now: datetime,
    not_before: datetime | None = None,
) -> Operation[bool]:
    """Write to one certain address; ``False`` when the same key has been written before."""
    waits = not_before is not None and not_before > now
    rows = yield Statement(
        _WRITE,
        {
            "hub": hub,
            "ref": new_message_ref(to_micros(now)),
            "dedupe_key": key,
            "purpose": purpose.value,
            "priority": purpose.priority,
            "status": int(OutboxStatus.WAITING if waits else OutboxStatus.READY),
            "body": text,
            "address_id": address_id,
            "not_before": to_micros(not_before) if not_before and waits else None,
            "now": to_micros(now),
        },
    )
    return bool(rows)
