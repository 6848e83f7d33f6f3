"""Keep who agreed to what, by which words, where and when; show it, take it back, and let old evidence go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from dateutil.relativedelta import relativedelta
from sqlmodel import Session, col, delete, or_, select

from storage.operations import addresses
from storage.operations.scope import Scope
from storage.performing import perform
from storage.tables import AddressRow, ConsentRow, to_micros

#: How long evidence is kept once a consent has ended: as long as somebody may sue over a text, 28 U.S.C. 1658(a).
KEPT_FOR: Final = relativedelta(years=4)
#: What an opt-out takes back; nothing else of the person's consents outlives it.
EVERYTHING: Final = "all"


def give(session: Session, address: AddressRow, *, purpose: str, wording: str, source: str, now: datetime) -> bool:
    """Note that somebody agreed to be written to; ``False`` after an opt-out, which only they themselves take back.

    Args:
        purpose: what they agreed to: ``recruitment``.
        wording: version of the words that they agreed to, or the name of the form that they signed.
        source: where: ``import:people.csv``, ``paper``, ``page``.
    """
    if address.opted_out_at is not None:
        return False
    perform(session, addresses.record_consent(_scope(address, now), purpose=purpose, wording=wording, source=source))
    return True


def opt_out(session: Session, address: AddressRow, *, cause: str, source: str, now: datetime) -> None:
    """Write nothing more to an address: whoever told a coordinator, or stands in an imported list, has opted out."""
    perform(session, addresses.opt_out(_scope(address, now), cause=cause, source=source))


def refuse_broadcasts(session: Session, address: AddressRow, *, cause: str, source: str, now: datetime) -> None:
    """Send somebody no broadcasts any more, on any channel; answers, reminders and news of their own still reach them.

    Only they themselves have them again, by what they write.
    """
    perform(session, addresses.refuse_broadcasts(_scope(address, now), refuse=True, cause=cause, source=source))


def _scope(address: AddressRow, now: datetime) -> Scope:
    assert address.id is not None
    return Scope(hub=address.hub, person_id=address.person_id, address_id=address.id, now=to_micros(now))


def evidence(session: Session, person_id: int) -> Sequence[tuple[AddressRow, ConsentRow]]:
    """List what a person has agreed to and taken back at every address, oldest first."""
    query = (
        select(AddressRow, ConsentRow)
        .join(ConsentRow, col(ConsentRow.address_id) == col(AddressRow.id))
        .where(col(AddressRow.person_id) == person_id)
    )
    return session.exec(query.order_by(col(ConsentRow.id))).all()


def prune(session: Session, hub: str, now: datetime, *, limit: int = 1000) -> int:
    """Let evidence go of consents that ended four years ago; return how many rows, at most about ``limit``.

    A consent ends when it, or everything, is taken back. What was agreed to before that goes with it; whoever came back
    since keeps what they said then. That somebody has opted out stays with their address.
    """
    ended = session.exec(
        select(ConsentRow)
        .where(
            col(ConsentRow.hub) == hub,
            col(ConsentRow.granted).is_(False),
            col(ConsentRow.at) < now - KEPT_FOR,
        )
        .order_by(col(ConsentRow.at))
        .limit(limit)
    ).all()
    pruned = 0
    for row in ended:
        same = or_(col(ConsentRow.purpose) == row.purpose, row.purpose == EVERYTHING)
        gone = delete(ConsentRow).where(
            col(ConsentRow.address_id) == row.address_id, col(ConsentRow.id) <= row.id, same
        )
        pruned += session.connection().execute(gone).rowcount
    return pruned
