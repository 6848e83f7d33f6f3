"""Read messages on their way to a sender, with whom each goes to: thousands at a time, so rows are read as a whole.

To look a column up by its name costs 0.1 us, and a message with its recipient has thirty of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flows.messages import Address, Attachment, Outbound, Purpose
from flows.rules.contact import UNASKED, BroadcastState, Recipient
from flows.rules.countries import country_of
from storage.operations.rows import read_choices, read_instant, remembered
from storage.statements import Row
from storage.store import Claimed, OutboxStatus

#: Of a message: what ``read_claimed`` takes apart in this order.
MESSAGE: Final = """
    id, ref, channel, account, address_id, person_id, purpose, priority, body, choices, step, turn, calendar, expires_at,
    attempts, created_at, broadcast_id, status
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
        number, reference, channel, account, address_id, person_id, purpose_name, _, body, choices, step, turn, calendar,
        expires_at, attempts, created_at, broadcast_id, status,
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
            attachment=_attachment(calendar),
        ),
        purpose=purpose,
        person_id=person_id,
        recipient=Recipient(
            opted_out=opted_out_at is not None,
            reachable=bool(reachable),
            consented=consented_at is not None,
            held=held_by is not None,
            zone=zone,
            paused=paused_at is not None,
            overtaken=turn is not None and version != turn,
            channel=channel,
            user=user,
            country=country or country_of(channel, user),
            zip_code=zip_code,
            no_broadcasts=no_broadcasts_at is not None,
            crowded_at=read_instant(crowded_at) if purpose in UNASKED else None,
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


def _attachment(calendar: str | None) -> Attachment | None:
    if calendar is None:
        return None
    return Attachment(name="date.ics", content_type="text/calendar", content=calendar.encode())
