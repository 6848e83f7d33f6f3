"""Keep the phone and the Slack account of a user of the console, each proved by a code, and write to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select

from flows.facts import Json
from flows.messages import Address, Purpose
from flows.rules.links import (
    CODES_WITHIN,
    CodeOutcome,
    CodeRefusal,
    LinkPurpose,
    LinkState,
    refuse_code,
)
from flows.text import fold
from storage import audit, links
from storage.operations import links as written
from storage.operations import outsiders
from storage.performing import perform
from storage.tables import AddressRow, LinkRow, UserRow, new_ref, to_micros

#: Where each channel's address is kept with the user: the address, and since when it is known to be theirs.
_COLUMNS: Final = {"sms": ("phone", "phone_verified_at"), "slack": ("slack_user", "slack_verified_at")}
CHANNELS: Final = tuple(_COLUMNS)


class Refusal(StrEnum):
    """Why no code is sent."""

    TAKEN = "taken"  #: a colleague has proved that it is theirs
    OPTED_OUT = "opted_out"
    TOO_SOON = CodeRefusal.TOO_SOON.value
    TOO_MANY = CodeRefusal.TOO_MANY.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """An address that is known to be a user's own."""

    channel: str
    user: str


def verified(session: Session, user_id: int) -> Sequence[Own]:
    """List a user's own addresses, those only that are proved."""
    user = session.get(UserRow, user_id)
    if user is None:
        return []
    return [
        Own(channel=channel, user=getattr(user, address))
        for channel, (address, since) in _COLUMNS.items()
        if getattr(user, address) and getattr(user, since)
    ]


def ask(session: Session, user_id: int, to: Address, *, text: str, now: datetime) -> str | Refusal:
    """Send a code to an address that a user says is theirs; return what the page has to hold to judge it.

    A user asks for so many codes a day, wherever to: nobody's phone is flooded from here.

    Args:
        text: the message, with ``{code}`` in it.
    """
    user = session.get(UserRow, user_id, with_for_update=True)
    assert user is not None, "somebody is signed in"
    if _is_anothers(session, user, to):
        return Refusal.TAKEN
    earlier = session.exec(
        select(LinkRow)
        .where(col(LinkRow.hub) == user.hub, col(LinkRow.purpose) == LinkPurpose.ACCOUNT.value)
        .where(col(LinkRow.subject) == user.ref, col(LinkRow.created_at) > now - CODES_WITHIN)
        .order_by(col(LinkRow.id))
    ).all()
    if earlier:
        state = LinkState(
            codes_sent=len(earlier), counted_from=earlier[0].created_at, code_sent_at=earlier[-1].created_at
        )
        if refusal := refuse_code(state, now):
            return Refusal(refusal.value)
    address_id = perform(session, outsiders.contact(user.hub, to, zone=None, now=to_micros(now)))
    if address_id is None:
        return Refusal.OPTED_OUT
    for one in earlier:
        links.revoke(session, one, now)
    address = session.get(AddressRow, address_id)
    person_id = address.person_id if address else None
    token = links.make(
        session, user.hub, LinkPurpose.ACCOUNT, person_id=person_id, address_id=address_id, subject=user.ref, now=now
    )
    link = links.find(session, user.hub, token, now, to_change=True)
    assert link is not None, "it was just made"
    links.send_code(session, link, token, text=text, now=now)
    return token


def asked(session: Session, hub: str, user_ref: str, token: str, now: datetime) -> Own | None:
    """Return where a code was sent that a user has still to type; ``None`` when there is none."""
    link = links.find(session, hub, token, now)
    address = _address(session, link, user_ref)
    return Own(channel=address.channel, user=address.user) if address else None


def prove(session: Session, hub: str, user_id: int, token: str, code: str, now: datetime) -> CodeOutcome | None:
    """Judge a typed code; with the right one the address is the user's own. ``None`` when there is nothing to judge."""
    user = session.get(UserRow, user_id, with_for_update=True)
    link = links.find(session, hub, token, now, to_change=True)
    address = _address(session, link, user.ref) if user else None
    if user is None or link is None or address is None:
        return None
    to = Address(channel=address.channel, account=address.account, user=address.user)
    outcome, _ = links.try_code(session, link, token, code, now)
    if outcome is CodeOutcome.OPENED and not _is_anothers(session, user, to):
        column, since = _COLUMNS[to.channel]
        setattr(user, column, to.user)
        setattr(user, since, now)
        links.revoke(session, link, now)
        session.add(user)
        _note(session, user, {"address": to.channel, "proved": True}, now)
    return outcome


def forget(session: Session, user_id: int, channel: str, now: datetime) -> None:
    """Forget a user's own address."""
    user = session.get(UserRow, user_id)
    if user is None or channel not in _COLUMNS:
        return
    for column in _COLUMNS[channel]:
        setattr(user, column, None)
    session.add(user)
    _note(session, user, {"address": channel, "proved": False}, now)


def send(session: Session, hub: str, user_id: int, texts: Sequence[str], now: datetime) -> Sequence[Own]:
    """Say something to a user's own addresses, which they have just asked for; return those it was said to.

    It needs no consent beyond the code that proved them; whoever texted STOP from there gets nothing.
    """
    said = []
    for own in verified(session, user_id):
        address = session.exec(
            select(AddressRow)
            .where(col(AddressRow.hub) == hub, col(AddressRow.channel) == own.channel)
            .where(col(AddressRow.user) == own.user, col(AddressRow.opted_out_at).is_(None))
            .order_by(col(AddressRow.id).desc())
            .limit(1)
        ).first()
        if address is None or address.id is None:
            continue
        for text in texts:
            key = f"test:{new_ref()}"
            perform(
                session,
                written.write(hub, address_id=address.id, text=fold(text), purpose=Purpose.REPLY, key=key, now=now),
            )
        said.append(own)
    return said


def _address(session: Session, link: LinkRow | None, user_ref: str) -> AddressRow | None:
    """Return the address of a link, when it was made for this user."""
    if link is None or link.purpose != LinkPurpose.ACCOUNT or link.subject != user_ref or link.address_id is None:
        return None
    return session.get(AddressRow, link.address_id)


def _is_anothers(session: Session, user: UserRow, to: Address) -> bool:
    column, since = _COLUMNS[to.channel]
    query = select(UserRow.id).where(
        col(UserRow.hub) == user.hub,
        getattr(UserRow, column) == to.user,
        getattr(UserRow, since).is_not(None),
        col(UserRow.id) != user.id,
    )
    return session.exec(query).first() is not None


def _note(session: Session, user: UserRow, detail: dict[str, Json], now: datetime) -> None:
    detail = {"user": user.ref, **detail}
    audit.note(
        session, user.hub, person_ref=None, author=f"coordinator:{user.name}", what="user", detail=detail, now=now
    )
