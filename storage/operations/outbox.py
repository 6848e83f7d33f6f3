"""Move messages through the outbox: claimed by one sender, settled, reported on, put back, found again after a crash.

Statuses stand as numbers in these statements, since a partial index is only used by a condition that repeats its words:
0 WAITING, 1 READY, 2 SENDING, 3 UNKNOWN, 4 SENT, 5 DELIVERED, 6 UNDELIVERED, 7 FAILED, 8 DROPPED.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Final
from zoneinfo import ZoneInfo

from flows.facts import ContactPolicy
from flows.messages import Consequence, DeliveryReport, DeliveryStatus, Purpose
from flows.rules.contact import CROWDED_FOR, UNASKED
from storage.operations import addresses, forgetting
from storage.operations.claimed import MESSAGE, RECIPIENT, read_claimed
from storage.operations.preferences import reached
from storage.operations.rows import write_json
from storage.operations.scope import Scope
from storage.statements import Operation, Row, Statement, Value
from storage.store import Claimed, OutboxStatus, Settlement
from storage.tables import new_message_ref, to_micros

# --- to the sender ----------------------------------------------------------------------------------------------------

#: The next account of a channel, and the first of the next channel: one look into the ready index each, however many
#: messages wait. As one comparison of pairs, SQLite reads all messages of the channel.
NEXT_ACCOUNT: Final = """
    SELECT channel, account FROM outbox
    WHERE status = 1 AND hub = :hub AND channel = :channel AND account > :account
    ORDER BY account LIMIT 1
"""
NEXT_CHANNEL: Final = """
    SELECT channel, account FROM outbox
    WHERE status = 1 AND hub = :hub AND channel > :channel
    ORDER BY channel, account LIMIT 1
"""
#: A message may leave when nothing to its address is on the way and it is the next in that address's line. Both are
#: asked as scalar subqueries: as joins, a planner may decide to sort the whole outbox first.
CLAIM: Final = f"""
    WITH next AS MATERIALIZED (
        SELECT o.id FROM outbox AS o
        WHERE o.status = 1 AND o.hub = :hub AND o.channel = :channel AND o.account = :account
            AND (SELECT e.id FROM outbox AS e
                 WHERE e.address_id = o.address_id AND e.status = 2 AND e.status IN (1, 2) LIMIT 1) IS NULL
            AND o.id = (SELECT e.id FROM outbox AS e
                        WHERE e.address_id = o.address_id AND e.status = 1 AND e.status IN (1, 2)
                        ORDER BY e.priority, e.id LIMIT 1)
        ORDER BY o.priority, o.id LIMIT :limit {{skip_locked}}
    )
    UPDATE outbox SET status = 2, claimed_at = :now, attempts = attempts + 1
    WHERE id IN (SELECT id FROM next)
    RETURNING {MESSAGE}
"""  # noqa: S608 - a constant
#: When somebody got the message that makes the next unasked one too many: the last but so many of the last days.
#: UNKNOWN counts, since it may have been sent.
CROWDED: Final = """
    SELECT u.settled_at FROM outbox AS u
    WHERE u.person_id = {person} AND u.purpose IN ('broadcast', 'nudge') AND u.status IN (3, 4, 5, 6)
        AND u.settled_at > :crowded_since
    ORDER BY u.settled_at DESC LIMIT 1 OFFSET :crowded_by
"""
_RECIPIENTS: Final = f"""
    SELECT {RECIPIENT}, {{crowded}} AS crowded_at
    FROM address AS a
    LEFT JOIN person AS p ON p.id = a.person_id
    LEFT JOIN conversation AS c ON c.person_id = a.person_id
    WHERE a.id IN ({{ids}})
"""  # noqa: S608 - a constant
_PLAINLY: Final = _RECIPIENTS.replace("{crowded}", "CAST(NULL AS BIGINT)")
WITH_CROWDED: Final = _RECIPIENTS.replace("{crowded}", f"({CROWDED.replace('{person}', 'a.person_id')})")
_BROADCASTS: Final = "SELECT id, status FROM broadcast WHERE id IN ({ids})"
_AGAIN: Final = f"SELECT {MESSAGE} FROM outbox WHERE id IN ({{ids}}) AND hub = :hub AND status = 2"  # noqa: S608 - a constant
UNSETTLED: Final = f"""
    SELECT {MESSAGE} FROM outbox
    WHERE status IN (2, 3) AND claimed_at < :before AND hub = :hub
    ORDER BY claimed_at LIMIT :limit
"""  # noqa: S608 - a constant


def waiting_senders(hub: str) -> Operation[list[tuple[str, str]]]:
    """List who has ready messages."""
    senders: list[tuple[str, str]] = []
    last = {"hub": hub, "channel": "", "account": ""}
    while rows := (yield Statement(NEXT_ACCOUNT, last)) or (yield Statement(NEXT_CHANNEL, last)):
        last |= {"channel": rows[0]["channel"], "account": rows[0]["account"]}
        senders.append((last["channel"], last["account"]))
    return senders


def claim(
    hub: str, channel: str, account: str, limit: int, now: datetime, policy: ContactPolicy
) -> Operation[list[Claimed]]:
    """Take the next ready messages of one sender, by priority and age."""
    messages = yield Statement(
        CLAIM, {"hub": hub, "channel": channel, "account": account, "limit": limit, "now": to_micros(now)}
    )
    in_order = sorted(messages, key=itemgetter("priority", "id"))
    return (yield from _with_recipients(in_order, now, policy, this_time=1))


def look_again(hub: str, claimed: Sequence[int], now: datetime, policy: ContactPolicy) -> Operation[list[Claimed]]:
    """Read claimed messages and their recipients once more; those settled by now are missing."""
    messages = yield Statement(_AGAIN, {"ids": write_json(list(claimed)), "hub": hub})
    return (yield from _with_recipients(messages, now, policy, this_time=1))


def unsettled(hub: str, before: datetime, limit: int) -> Operation[list[Claimed]]:
    """List messages of which we do not know whether they were sent, longest ago first."""
    messages = yield Statement(UNSETTLED, {"hub": hub, "before": to_micros(before), "limit": limit})
    return (yield from _with_recipients(messages, before, ContactPolicy(unasked_a_week=0), this_time=0))


def _with_recipients(
    messages: Sequence[Row], now: datetime, policy: ContactPolicy, *, this_time: int
) -> Operation[list[Claimed]]:
    if not messages:
        return []
    params: dict[str, Value] = {"ids": write_json(sorted({row["address_id"] for row in messages}))}
    is_rationed = policy.unasked_a_week and any(row["purpose"] in _RATIONED for row in messages)
    if is_rationed:
        params |= crowded_params(now, policy)
    rows = yield Statement(WITH_CROWDED if is_rationed else _PLAINLY, params)
    recipients = {row["id"]: row for row in rows}
    states: dict[int, str] = {}
    if broadcasts := sorted({row["broadcast_id"] for row in messages if row["broadcast_id"] is not None}):
        states = {row["id"]: row["status"] for row in (yield Statement(_BROADCASTS, {"ids": write_json(broadcasts)}))}
    return [read_claimed(row, recipients, states, this_time=this_time) for row in messages]


_RATIONED: Final = frozenset(purpose.value for purpose in UNASKED)


def crowded_params(now: datetime, policy: ContactPolicy) -> dict[str, Value]:
    """Return the parameters of ``CROWDED``; without a limit nobody is ever written to too often."""
    return {
        "crowded_since": to_micros(now - CROWDED_FOR),
        "crowded_by": (policy.unasked_a_week or _NEVER_REACHED) - 1,
    }


#: More messages than anybody gets in a week.
_NEVER_REACHED: Final = 1_000_000


# --- back from the sender ---------------------------------------------------------------------------------------------

#: Only what is on the way may be settled: a delivery report that came first knows more. What the provider called the
#: message is kept in any case.
_LEFT: Final = """
    outbox.id, outbox.hub, outbox.channel, outbox.status, outbox.forget, outbox.address_id, outbox.person_id,
    outbox.purpose, outbox.body
"""
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


# --- by the clock -----------------------------------------------------------------------------------------------------

PROMOTE: Final = """
    WITH due AS MATERIALIZED (
        SELECT id FROM outbox WHERE status = 0 AND not_before <= :now ORDER BY not_before LIMIT :limit {skip_locked}
    )
    UPDATE outbox SET status = 1 WHERE id IN (SELECT id FROM due) RETURNING id
"""


def promote(now: datetime, limit: int) -> Operation[int]:
    """Make waiting messages whose time has come ready; return how many."""
    rows = yield Statement(PROMOTE, {"now": to_micros(now), "limit": limit})
    return len(rows)
