"""Keep the tokens of other programs, what was answered to their calls, and what their webhooks are told."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, func, select, text

from flows.rules.programs import Scope
from storage.statements import POSTGRES, SQLITE
from storage.tables import AuditHeadRow, AuditRow, DeliveryRow, RepeatRow, TokenRow, WebhookRow, to_micros

#: How long a call may be repeated.
REPEATED_WITHIN: Final = timedelta(hours=24)
#: Begins every token, so that whoever finds one knows what it is.
_PREFIX: Final = "pp_"
#: Decisions that are told in one go.
_AT_ONCE: Final = 500

# --- tokens -----------------------------------------------------------------------------------------------------------


def add_token(
    session: Session,
    hub: str,
    *,
    name: str,
    scopes: Collection[Scope],
    now: datetime,
    expires_at: datetime | None = None,
) -> str | None:
    """Make a token and return it: it is not kept, and cannot be shown again. ``None`` when the name is taken."""
    taken = session.exec(select(TokenRow.id).where(col(TokenRow.hub) == hub, col(TokenRow.name) == name)).first()
    if taken is not None:
        return None
    token = _PREFIX + secrets.token_urlsafe(32)
    names = json.dumps(sorted(scope.value for scope in scopes))
    session.add(
        TokenRow(hub=hub, name=name, token_hash=hash_of(token), scopes=names, created_at=now, expires_at=expires_at)
    )
    session.flush()
    return token


def hash_of(token: str) -> str:
    """Hash a token: it has 256 bits of chance, so a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Another program, let in by its token."""

    token_id: int
    name: str
    scopes: frozenset[Scope]


def let_in(session: Session, hub: str, token: str, now: datetime) -> Program | None:
    """Find out whose token this is; ``None`` when it is nobody's, of another hub, withdrawn or over."""
    row = session.exec(
        select(TokenRow).where(col(TokenRow.token_hash) == hash_of(token), col(TokenRow.hub) == hub)
    ).one_or_none()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    assert row.id is not None
    known = {scope.value: scope for scope in Scope}
    scopes = frozenset(known[name] for name in json.loads(row.scopes) if name in known)
    return Program(token_id=row.id, name=row.name, scopes=scopes)


def list_tokens(session: Session, hub: str) -> Sequence[TokenRow]:
    """List the tokens of a hub."""
    return session.exec(select(TokenRow).where(col(TokenRow.hub) == hub).order_by(col(TokenRow.name))).all()


def revoke_token(session: Session, hub: str, name: str, now: datetime) -> bool:
    """Let a token open nothing any more; ``False`` when there is none of that name."""
    query = select(TokenRow).where(col(TokenRow.hub) == hub, col(TokenRow.name) == name)
    if (row := session.exec(query).one_or_none()) is None:
        return False
    row.revoked_at = row.revoked_at or now
    session.add(row)
    return True


# --- repeated calls ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """What was answered to the same call before."""

    status: int
    body: str


class OtherCallError(Exception):
    """The key was used for another call."""


def begin_call(
    session: Session, hub: str, program: Program, *, key: str, asked_hash: str, now: datetime
) -> Repeat | None:
    """Note a call under its key, within the transaction that does what it asks; return what was answered before, if it was.

    Whoever calls at the same moment with the same key waits here until the other one is done.

    Raises:
        OtherCallError: the key stands for a call that asked something else.
    """
    params = {
        "token_id": program.token_id,
        "key": key,
        "hub": hub,
        "asked_hash": asked_hash,
        "now": to_micros(now),
        "old": to_micros(now - REPEATED_WITHIN),
    }
    if session.connection().execute(text(_BEGIN), params).first() is not None:
        return None
    row = session.get_one(RepeatRow, (program.token_id, key))
    if row.asked_hash != asked_hash:
        raise OtherCallError
    return Repeat(status=row.status, body=row.body)


_BEGIN: Final = """
    INSERT INTO api_repeat (token_id, key, hub, asked_hash, status, body, created_at)
    VALUES (:token_id, :key, :hub, :asked_hash, 0, '', :now)
    ON CONFLICT (token_id, key) DO UPDATE
        SET asked_hash = excluded.asked_hash, status = 0, body = '', created_at = excluded.created_at
        WHERE api_repeat.created_at <= :old
    RETURNING token_id
"""


def end_call(session: Session, program: Program, *, key: str, status: int, body: str) -> None:
    """Keep what is answered."""
    row = session.get_one(RepeatRow, (program.token_id, key), populate_existing=True)
    row.status, row.body = status, body
    session.add(row)


def drop_old_calls(session: Session, now: datetime) -> None:
    """Forget calls that cannot be repeated any more."""
    session.connection().execute(
        text("DELETE FROM api_repeat WHERE created_at <= :old"), {"old": to_micros(now - REPEATED_WITHIN)}
    )


# --- webhooks ---------------------------------------------------------------------------------------------------------


def add_webhook(session: Session, hub: str, *, url: str, events: Collection[str], now: datetime) -> WebhookRow:
    """Let an address be told of what is decided from now on."""
    head = session.get(AuditHeadRow, hub)
    row = WebhookRow(
        hub=hub,
        url=url,
        secret=secrets.token_urlsafe(32),
        events=json.dumps(sorted(events)),
        told_until=head.seal_no if head else 0,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def list_webhooks(session: Session, hub: str) -> Sequence[WebhookRow]:
    """List the addresses that are told."""
    query = select(WebhookRow).where(col(WebhookRow.hub) == hub, col(WebhookRow.ended_at).is_(None))
    return session.exec(query.order_by(col(WebhookRow.id))).all()


def end_webhook(session: Session, hub: str, ref: str, now: datetime) -> bool:
    """Tell an address nothing more; ``False`` when there is none of that reference."""
    query = select(WebhookRow).where(col(WebhookRow.hub) == hub, col(WebhookRow.ref) == ref)
    row = session.exec(query).one_or_none()
    if row is None or row.ended_at is not None:
        return False
    row.ended_at = now
    session.add(row)
    left = "UPDATE webhook_delivery SET status = 'given_up', reason = 'ended', settled_at = :now WHERE webhook_id = :id"
    session.connection().execute(text(f"{left} AND status = 'pending'"), {"now": to_micros(now), "id": row.id})
    return True


def has_news(session: Session, hub: str, now: datetime) -> bool:
    """Tell whether there is anything to write or to tell."""
    return session.connection().execute(text(_NEWS), {"hub": hub, "now": to_micros(now)}).first() is not None


_NEWS: Final = """
    SELECT 1 AS one FROM webhook AS w JOIN audit_head AS h ON h.hub = w.hub
    WHERE w.hub = :hub AND w.ended_at IS NULL AND w.told_until < h.seal_no
    UNION ALL
    SELECT 1 FROM webhook_delivery WHERE hub = :hub AND status = 'pending' AND due_at <= :now
    LIMIT 1
"""


def write_news(session: Session, hub: str, now: datetime) -> int:
    """Write what was decided since for each address; return how much. Repeating it writes nothing twice."""
    written = 0
    query = select(WebhookRow).where(col(WebhookRow.hub) == hub, col(WebhookRow.ended_at).is_(None))
    for webhook in session.exec(query.order_by(col(WebhookRow.id)).with_for_update()).all():
        wanted = set(json.loads(webhook.events))
        rows = session.exec(
            select(AuditRow)
            .where(col(AuditRow.hub) == hub, col(AuditRow.seal_no) > webhook.told_until)
            .order_by(col(AuditRow.seal_no))
            .limit(_AT_ONCE)
        ).all()
        for row in rows:
            assert row.seal_no is not None
            webhook.told_until = row.seal_no
            if not wanted or row.what in wanted:
                session.add(_delivery(webhook, row, now))
                written += 1
        session.add(webhook)
    session.flush()
    return written


def _delivery(webhook: WebhookRow, row: AuditRow, now: datetime) -> DeliveryRow:
    assert webhook.id is not None
    ref = f"{webhook.ref}-{row.seal_no}"
    body = {
        "id": ref,
        "event": row.what,
        "at": row.at.isoformat(),
        "person": row.person_ref,
        "by": row.author,
        "detail": json.loads(row.detail),
    }
    written = json.dumps(body, ensure_ascii=False)
    return DeliveryRow(hub=webhook.hub, webhook_id=webhook.id, ref=ref, body=written, due_at=now, created_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One piece of news that somebody is to be told."""

    id: int
    ref: str
    url: str
    secret: str
    body: str
    #: How often it was tried, this time included.
    attempts: int


def take_due(session: Session, hub: str, now: datetime, *, until: datetime, limit: int) -> list[Delivery]:
    """Take news that is due; nobody else takes it before ``until``, when this attempt must be over."""
    dialect = SQLITE if session.connection().dialect.name == "sqlite" else POSTGRES
    params = {"hub": hub, "now": to_micros(now), "until": to_micros(until), "limit": limit}
    rows = session.connection().execute(text(dialect.render(_TAKE)), params).mappings()
    taken = {row["id"]: row for row in rows}
    found = session.exec(
        select(DeliveryRow.id, WebhookRow.url, WebhookRow.secret)
        .join(WebhookRow, col(WebhookRow.id) == col(DeliveryRow.webhook_id))
        .where(col(DeliveryRow.id).in_(list(taken)))
    ).all()
    return [
        Delivery(
            id=id_,
            ref=taken[id_]["ref"],
            url=url,
            secret=secret,
            body=taken[id_]["body"],
            attempts=taken[id_]["attempts"],
        )
        for id_, url, secret in found
        if id_ is not None
    ]


_TAKE: Final = """
    UPDATE webhook_delivery SET attempts = attempts + 1, due_at = :until
    WHERE id IN (
        SELECT d.id FROM webhook_delivery AS d
        WHERE d.hub = :hub AND d.status = 'pending' AND d.due_at <= :now
            AND EXISTS (SELECT 1 FROM webhook AS w WHERE w.id = d.webhook_id AND w.ended_at IS NULL)
        ORDER BY d.due_at LIMIT :limit {skip_locked})
    RETURNING id, ref, body, attempts
"""


def settle_delivery(
    session: Session, delivery_id: int, *, now: datetime, reason: str | None, again_at: datetime | None
) -> None:
    """Note what became of an attempt: delivered without a reason, else tried again, or given up without ``again_at``."""
    row = session.get_one(DeliveryRow, delivery_id)
    row.reason = reason
    if reason is not None and again_at is not None:
        row.due_at = again_at
    else:
        row.status, row.settled_at = ("delivered" if reason is None else "given_up"), now
    session.add(row)


def count_given_up(session: Session, hub: str, ref: str) -> int:
    """Count the news that an address could not be told."""
    query = (
        select(func.count())
        .select_from(DeliveryRow)
        .join(WebhookRow, col(WebhookRow.id) == col(DeliveryRow.webhook_id))
        .where(col(DeliveryRow.hub) == hub, col(WebhookRow.ref) == ref, col(DeliveryRow.status) == "given_up")
    )
    return session.exec(query).one()
