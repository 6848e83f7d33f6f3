"""Open links of people outside: find what a token leads to, send and judge one-time codes, let nobody in twice by one code."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from flows.messages import Purpose
from flows.rules.links import (
    CODE_DIGITS,
    CODE_LIFETIME,
    CODES_WITHIN,
    TICKET_LIFETIME,
    CodeOutcome,
    CodeRefusal,
    LinkPurpose,
    LinkState,
    is_open,
    judge_code,
    refuse_code,
)
from storage.operations import addresses, audit, links
from storage.operations.links import hashed
from storage.operations.scope import Scope
from storage.performing import perform
from storage.tables import AddressRow, LinkRow, PersonRow, TaskRow, to_micros

_TICKET_BYTES: Final = 16


def make(
    session: Session,
    hub: str,
    purpose: LinkPurpose,
    *,
    person_id: int | None,
    address_id: int | None,
    now: datetime,
    subject: str = "",
) -> str:
    """Make a link; return its token, of which only a hash is kept."""
    return perform(
        session, links.make(hub, purpose, person_id=person_id, address_id=address_id, subject=subject, now=now)
    )


def find(session: Session, hub: str, token: str, now: datetime, *, to_change: bool = False) -> LinkRow | None:
    """Find the link that a token opens; one that is spent is found as little as one that never was.

    Args:
        to_change: keeps others from changing it until the transaction ends.
    """
    query = select(LinkRow).where(col(LinkRow.hub) == hub, col(LinkRow.token_hash) == hashed(token))
    link = session.exec(query.with_for_update() if to_change else query).one_or_none()
    return link if link is not None and is_open(state(link), now) else None


def state(link: LinkRow) -> LinkState:
    """Return what the rules need to know."""
    return LinkState(
        expires_at=link.expires_at,
        revoked_at=link.revoked_at,
        tries=link.tries,
        code_expires_at=link.code_expires_at,
        codes_sent=link.codes_sent,
        counted_from=link.counted_from,
        code_sent_at=link.code_sent_at,
    )


def send_code(session: Session, link: LinkRow, token: str, *, text: str, now: datetime) -> CodeRefusal | None:
    """Send a new one-time code to the contact that the link was made for; an earlier code is void.

    Args:
        text: the message, with ``{code}`` in it.
    """
    if refusal := refuse_code(state(link), now):
        return refusal
    assert link.address_id is not None, "a link with a code has a contact"
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    if link.counted_from is None or now >= link.counted_from + CODES_WITHIN:
        link.counted_from, link.codes_sent = now, 0
    link.codes_sent += 1
    link.code_hash, link.code_sent_at, link.code_expires_at = _code_hash(token, code), now, now + CODE_LIFETIME
    session.add(link)
    key = f"code:{link.id}:{to_micros(now)}"
    perform(
        session,
        links.write(
            link.hub,
            address_id=link.address_id,
            text=text.replace("{code}", code),
            purpose=Purpose.CODE,
            key=key,
            now=now,
        ),
    )
    return None


def try_code(session: Session, link: LinkRow, token: str, code: str, now: datetime) -> tuple[CodeOutcome, str]:
    """Judge a typed code; return a ticket for the browser with the right one. A code opens once."""
    right = link.code_hash is not None and hmac.compare_digest(link.code_hash, _code_hash(token, code))
    outcome = judge_code(state(link), right=right, now=now)
    ticket = ""
    match outcome:
        case CodeOutcome.OPENED:
            ticket = secrets.token_urlsafe(_TICKET_BYTES)
            link.tries, link.code_hash, link.code_expires_at = 0, None, None
            link.ticket_hash, link.ticket_expires_at = hashed(ticket), now + TICKET_LIFETIME
        case CodeOutcome.WRONG:
            link.tries += 1
        case CodeOutcome.LOCKED:
            link.tries += 1
            _tell_of_lock(session, link, now)
        case CodeOutcome.STALE:
            pass
    session.add(link)
    return outcome, ticket


def _tell_of_lock(session: Session, link: LinkRow, now: datetime) -> None:
    session.add(TaskRow(hub=link.hub, person_id=link.person_id, kind="hand_off", reason="link_locked", opened_at=now))
    person = session.get(PersonRow, link.person_id) if link.person_id else None
    note = audit.note(
        link.hub,
        person_ref=person.ref if person else None,
        author=f"link:{link.purpose}",
        what="link",
        detail={"outcome": "locked"},
        now=now,
    )
    perform(session, note)


def holds_ticket(link: LinkRow, ticket: str, now: datetime) -> bool:
    """Tell whether a browser has typed the right code not long ago."""
    in_time = link.ticket_expires_at is not None and now < link.ticket_expires_at
    return in_time and link.ticket_hash is not None and hmac.compare_digest(link.ticket_hash, hashed(ticket))


def note_used(session: Session, link: LinkRow, now: datetime) -> None:
    """Note that the link has done what it is for."""
    link.used_at = link.used_at or now
    session.add(link)


def revoke(session: Session, link: LinkRow, now: datetime) -> None:
    """Let a link lead nowhere any more."""
    link.revoked_at = link.revoked_at or now
    session.add(link)


def stop_writing(session: Session, link: LinkRow, now: datetime) -> None:
    """Opt the contact out that the link was made for."""
    address = session.get(AddressRow, link.address_id) if link.address_id else None
    if address is None or address.id is None:
        return
    scope = Scope(hub=link.hub, person_id=address.person_id, address_id=address.id, now=to_micros(now))
    perform(session, addresses.opt_out(scope, cause=f"link:{link.purpose}"))


def contact_of(session: Session, link: LinkRow) -> tuple[str, str] | None:
    """Return channel and account by which the contact of a link is written to."""
    address = session.get(AddressRow, link.address_id) if link.address_id else None
    return (address.channel, address.account) if address else None


def _code_hash(token: str, code: str) -> str:
    """Hash a code together with the token, which is kept nowhere: six digits alone would be found by trying."""
    return hashed(f"{token}:{code}")
