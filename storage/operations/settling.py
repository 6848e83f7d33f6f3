"""Record what became of messages: what the sender says at once, and what the provider reports later.

Statuses stand as numbers, as in ``storage.operations.outbox``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Final
from zoneinfo import ZoneInfo

from flows.messages import Consequence, DeliveryReport, DeliveryStatus, Purpose
from storage.operations import addresses, forgetting
from storage.operations.preferences import reached
from storage.operations.rows import write_json
from storage.operations.scope import Scope
from storage.statements import Operation, Row, Statement, Value
from storage.store import OutboxStatus, Settlement
from storage.tables import new_message_ref, to_micros

#: What may follow from a message that has left.
_LEFT: Final = """
    outbox.id, outbox.hub, outbox.channel, outbox.status, outbox.forget, outbox.address_id, outbox.person_id,
    outbox.purpose, outbox.body
"""
#: Only what is on the way may be settled: a delivery report that came first knows more. What the provider called the
#: message is kept in any case.
_SETTLE: Final = f"""
    UPDATE outbox SET
        status = CASE WHEN outbox.status IN (2, 3) THEN s.status ELSE outbox.status END,
        reason = CASE WHEN outbox.status IN (2, 3) THEN s.reason ELSE outbox.reason END,
        not_before = CASE WHEN outbox.status IN (2, 3) THEN s.not_before ELSE outbox.not_before END,
        settled_at = CASE WHEN outbox.status IN (2, 3) THEN s.settled_at ELSE outbox.settled_at END,
        attempts = CASE WHEN outbox.status IN (2, 3) THEN outbox.attempts - s.unasked ELSE outbox.attempts END,
        provider_id = COALESCE(outbox.provider_id, s.provider_id),
        segments = COALESCE(outbox.segments, s.segments)
    FROM ({{settled}}) AS s WHERE outbox.id = s.id
    RETURNING {_LEFT}
"""  # noqa: S608 - a constant
#: Most settlements say no more than that a message was sent: to read three parts of each instead of eight counts.
_SETTLE_SENT: Final = f"""
    UPDATE outbox SET
        status = CASE WHEN outbox.status IN (2, 3) THEN 4 ELSE outbox.status END,
        reason = CASE WHEN outbox.status IN (2, 3) THEN NULL ELSE outbox.reason END,
        not_before = CASE WHEN outbox.status IN (2, 3) THEN NULL ELSE outbox.not_before END,
        settled_at = CASE WHEN outbox.status IN (2, 3) THEN CAST(:now AS BIGINT) ELSE outbox.settled_at END,
        provider_id = COALESCE(outbox.provider_id, s.provider_id),
        segments = COALESCE(outbox.segments, s.segments)
    FROM ({{sent}}) AS s WHERE outbox.id = s.id
    RETURNING {_LEFT}
"""  # noqa: S608 - a constant
_SPEND: Final = """
    INSERT INTO spending (hub, day, texts) VALUES (:hub, :day, :texts)
    ON CONFLICT (hub, day) DO UPDATE SET texts = spending.texts + excluded.texts
"""
_SPENT: Final = "SELECT texts FROM spending WHERE hub = :hub AND day = :day"
_HIDE: Final = "UPDATE outbox SET body = :body WHERE id = :id"
#: The secret part of a link, and a one-time code: once they have left, nobody here may use them.
_TOKEN: Final = re.compile(r"(?:(?<=/l/)|(?<=/calendar/))[\w-]{22}")
_CODE: Final = re.compile(r"\b\d{6}\b")
_WITH_CODE: Final = frozenset({Purpose.REQUEST.value, Purpose.CODE.value})
#: Compared as plain numbers: a broadcast settles thousands at once.
_UNKNOWN: Final = OutboxStatus.UNKNOWN.value
_SENT: Final = OutboxStatus.SENT.value


def settle(settlements: Sequence[Settlement], now: datetime, zones: Mapping[str, str]) -> Operation[None]:
    """Record what became of claimed messages, what that says about their addresses, and what it has cost.

    Args:
        zones: by hub, the zone in which its days begin.
    """
    by_id = {settlement.id: settlement for settlement in settlements}
    at = to_micros(now)
    plain, others = [], []
    for number in sorted(by_id):  # two nodes then never wait for each other
        one = by_id[number]
        if one.status is _LEFT_US and one.asked and one.reason is None:
            plain.append((number, one.provider_id, one.segments))
        else:
            others.append(_settled(one, at))
    rows: list[Row] = []
    if plain:
        rows += yield Statement(_SETTLE_SENT, {"sent": write_json(plain), "now": at})
    if others:
        rows += yield Statement(_SETTLE, {"settled": write_json(others)})
    costs: dict[str, int] = {}
    for row in sorted(rows, key=itemgetter("id")):
        number, hub, channel, status, forget, _, person_id, purpose, body = row
        one = by_id[number]
        if channel == _COSTS and one.segments and (one.status is _LEFT_US or one.status is _MAY_HAVE_LEFT):
            costs[hub] = costs.get(hub, 0) + one.segments
        if one.consequence is not Consequence.NONE:
            yield from _draw(one, row, now)
        if status < _SENT:
            continue
        if forget:
            yield from forgetting.message_left(number, person_id=person_id)
        if not one.keep_secret and (hidden := _without_secrets(purpose, body)) != body:
            yield Statement(_HIDE, {"id": number, "body": hidden})
    for hub, texts in sorted(costs.items()):
        yield Statement(_SPEND, {"hub": hub, "day": day_of(now, zones.get(hub)), "texts": texts})


def _draw(settlement: Settlement, row: Row, now: datetime) -> Operation[None]:
    """Draw from a refusal what it says about the address."""
    match settlement.consequence:
        case Consequence.OPTED_OUT:
            yield from addresses.opt_out(_scope(row, now), cause=settlement.reason or "provider")
        case Consequence.UNREACHABLE:
            yield from addresses.mark_reachable(_scope(row, now), reachable=False)
        case Consequence.NONE | Consequence.CHANNEL_DOWN:
            pass
    if settlement.consequence in _CLOSED:
        yield from _send_elsewhere(row, now)


def spent(hub: str, day: date) -> Operation[int]:
    """Count the parts of text messages of a day."""
    rows = yield Statement(_SPENT, {"hub": hub, "day": day})
    return int(rows[0]["texts"]) if rows else 0


#: The channel of which every part is paid for.
_COSTS: Final = "sms"
#: What counts as spent: a lost answer as well, since the message may have been sent.
_LEFT_US, _MAY_HAVE_LEFT = OutboxStatus.SENT, OutboxStatus.UNKNOWN


def day_of(now: datetime, zone: str | None) -> date:
    """Return the day of a hub."""
    return now.astimezone(ZoneInfo(zone or "UTC")).date()


def _settled(settlement: Settlement, now: int) -> list[Value]:
    """Write a settlement as ``{settled}`` reads it: in this order."""
    is_final = settlement.status.value >= _UNKNOWN
    waits = settlement.status is OutboxStatus.WAITING
    return [
        settlement.id,
        settlement.status.value,
        settlement.reason,
        (to_micros(settlement.not_before) if settlement.not_before else now) if waits else None,
        now if is_final else None,
        int(not settlement.asked),
        settlement.provider_id,
        settlement.segments,
    ]


def _scope(row: Row, now: datetime) -> Scope:
    return Scope(hub=row["hub"], person_id=row["person_id"], address_id=row["address_id"], now=to_micros(now))


#: What becomes of an address whose messages go to another one of the same person.
_CLOSED: Final = frozenset({Consequence.OPTED_OUT, Consequence.UNREACHABLE})
#: What the person has booked is told where they agreed to it as well; 1 READY.
_ELSEWHERE: Final = f"""
    INSERT INTO outbox (hub, ref, dedupe_key, channel, account, address_id, person_id, purpose, priority, status, body,
        choices, step, turn, forget, expires_at, attempts, created_at)
    SELECT o.hub, CAST(:ref AS TEXT), o.dedupe_key || ':' || a.channel, a.channel, a.account, a.id, o.person_id, o.purpose,
        o.priority, 1, o.body, o.choices, o.step, o.turn, FALSE, o.expires_at, 0, CAST(:now AS BIGINT)
    FROM outbox AS o JOIN person AS p ON p.id = o.person_id JOIN address AS a ON a.id = {reached("o.purpose")}
    WHERE o.id = :id AND o.purpose IN ('reminder', 'notice') AND o.calendar IS NULL AND o.status >= 6 AND a.id <> o.address_id
        AND a.consented_at IS NOT NULL AND a.opted_out_at IS NULL AND a.reachable
    ON CONFLICT (hub, dedupe_key) DO NOTHING
"""  # noqa: S608 - a constant


def _send_elsewhere(row: Row, now: datetime) -> Operation[None]:
    ref = new_message_ref(to_micros(now))
    yield Statement(_ELSEWHERE, {"id": row["id"], "ref": ref, "now": to_micros(now)})


def _without_secrets(purpose: str, body: str) -> str:
    if "/l/" in body or "/calendar/" in body:
        body = _TOKEN.sub("***", body)
    return _CODE.sub("***", body) if purpose in _WITH_CODE else body


def _forget_if_left(row: Row) -> Operation[None]:
    if row["forget"] and row["status"] >= OutboxStatus.SENT:
        yield from forgetting.message_left(row["id"], person_id=row["person_id"])


# --- from the provider, later -----------------------------------------------------------------------------------------

FIND_BY_REFERENCE: Final = """
    SELECT id, hub, status, address_id, person_id FROM outbox
    WHERE ref = :reference AND hub = :hub AND channel = :channel {for_update}
"""
FIND_BY_PROVIDER: Final = """
    SELECT id, hub, status, address_id, person_id FROM outbox
    WHERE channel = :channel AND provider_id = :provider_id AND hub = :hub AND account = :account {for_update}
"""
_REPORT: Final = """
    UPDATE outbox SET status = :status, provider_id = COALESCE(provider_id, :provider_id),
        segments = COALESCE(:segments, segments), reason = COALESCE(:code, reason), settled_at = :now
    WHERE id = :id AND status < :status
    RETURNING id, hub, status, forget, address_id, person_id
"""
_REPORTED: Final = {
    DeliveryStatus.SENT: OutboxStatus.SENT,
    DeliveryStatus.DELIVERED: OutboxStatus.DELIVERED,
    DeliveryStatus.UNDELIVERED: OutboxStatus.UNDELIVERED,
    DeliveryStatus.FAILED: OutboxStatus.FAILED,
}


def report(hub: str, report: DeliveryReport, now: datetime) -> Operation[bool]:
    """Take a delivery report, forward only; tell whether it changed anything.

    A report on a message that we believe unsent proves that it was accepted: it is not sent again.
    """
    key = {"hub": hub, "channel": report.channel, "account": report.account}
    rows: Sequence[Row] = ()
    if report.reference:
        rows = yield Statement(FIND_BY_REFERENCE, {**key, "reference": report.reference})
    if not rows:
        rows = yield Statement(FIND_BY_PROVIDER, {**key, "provider_id": report.provider_id})
    if not rows:
        return False
    if report.opted_out:
        yield from addresses.opt_out(_scope(rows[0], now), cause=report.code or "provider")
    changed = yield Statement(
        _REPORT,
        {
            "id": rows[0]["id"],
            "status": int(_REPORTED[report.status]),
            "provider_id": report.provider_id,
            "segments": report.segments,
            "code": report.code,
            "now": to_micros(now),
        },
    )
    for row in changed:
        yield from _forget_if_left(row)
    return bool(changed) or report.opted_out
