"""Read messages on their way to a sender, with whom each goes to: thousands at a time, so rows are read as a whole.

To look a column up by its name costs 0.1 us, and a message with its recipient has thirty of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

from flows.messages import Address, Attachment, Outbound, Purpose
from flows.rules.contact import UNASKED, BroadcastState, Recipient
from flows.rules.countries import country_of, is_phone
from storage.operations.rows import read_choices, read_instant, remembered
from storage.statements import Row
from storage.store import Claimed, OutboxStatus

#: Of a message: what ``read_claimed`` takes apart in this order. What is looked up by name as well comes first.
MESSAGE: Final = """
    priority, id, address_id, broadcast_id, purpose, ref, channel, account, person_id, body, choices, step, turn, calendar,
    expires_at, attempts, created_at, status
"""
#: Of the address ``a`` of a message, its person ``p`` and their conversation ``c``: likewise.
RECIPIENT: Final = """
    a.id, a."user", a.opted_out_at, a.reachable, a.consented_at, a.paused_at, a.no_broadcasts_at, a.country, p.zone, p.zip,
    c.held_by, c.version
"""


def read_claimed(message: Row, recipients: Mapping[int, Row], states: Mapping[int, str], *, this_time: int) -> Claimed:
    """Make a claimed message of its row.

    Args:
        message: has the columns of ``MESSAGE``.
        recipients: rows of ``RECIPIENT`` and of the instant ``crowded_at``, by the address's number.
        states: those of broadcasts, by their numbers.
        this_time: 1 where the claim itself was counted as an attempt.
    """
    (
        _, number, address_id, broadcast_id, purpose_name, reference, channel, account, person_id, body, choices, step,
        turn, calendar, expires_at, attempts, created_at, status,
    ) = message  # fmt: skip
    (
        _,
        user,
        opted_out_at,
        reachable,
        consented_at,
        paused_at,
        no_broadcasts_at,
        country,
        zone,
        zip_code,
        held_by,
        version,
        crowded_at,
    ) = (  # fmt: skip
        recipients[address_id]
    )
    purpose = _PURPOSES[purpose_name]
    return Claimed(
        id=number,
        message=Outbound(
            reference=reference,
            to=Address(channel=channel, account=account, user=user),
            text=body,
            choices=read_choices(choices),
            step=step,
            purpose=purpose,
            expires_at=read_instant(expires_at),
            attachment=None if calendar is None else _attachment(calendar),
        ),
        purpose=purpose,
        person_id=person_id,
        recipient=_recipient(
            opted_out_at is not None,
            bool(reachable),
            consented_at is not None,
            held_by is not None,
            zone,
            paused_at is not None,
            turn is not None and version != turn,
            channel,
            country is not None or is_phone(channel, user),
            country or country_of(channel, user),
            zip_code,
            no_broadcasts_at is not None,
            read_instant(crowded_at) if crowded_at and purpose in UNASKED else None,
        ),
        attempts=attempts - this_time,
        created_at=remembered(created_at),
        broadcast=_STATES[states[broadcast_id]] if broadcast_id is not None else None,
        cut_off=status == _SENDING,
    )


#: To call an enumeration costs as much as to read five columns.
_PURPOSES: Final = {purpose.value: purpose for purpose in Purpose}
_STATES: Final = {state.value: state for state in BroadcastState}
_SENDING: Final = OutboxStatus.SENDING.value


#: What is sent to many goes to people of whom the rule knows the same.
@lru_cache(maxsize=4096)
def _recipient(
    opted_out: bool,  # by place: keywords would cost more than the cache spares
    reachable: bool,
    consented: bool,
    held: bool,
    zone: str | None,
    paused: bool,
    overtaken: bool,
    channel: str,
    is_person: bool,
    country: str | None,
    zip_code: str | None,
    no_broadcasts: bool,
    crowded_at: datetime | None,
) -> Recipient:
    return Recipient(
        opted_out=opted_out,
        reachable=reachable,
        consented=consented,
        held=held,
        zone=zone,
        paused=paused,
        overtaken=overtaken,
        channel=channel,
        is_person=is_person,
        country=country,
        zip_code=zip_code,
        no_broadcasts=no_broadcasts,
        crowded_at=crowded_at,
    )


def _attachment(calendar: str) -> Attachment:
    return Attachment(name="date.ics", content_type="text/calendar", content=calendar.encode())
