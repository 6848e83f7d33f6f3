"""Move messages through the outbox: claimed by one sender, settled, reported on, put back, found again after a crash.

Statuses stand as numbers in these statements, since a partial index is only used by a condition that repeats its words:
0 WAITING, 1 READY, 2 SENDING, 3 UNKNOWN, 4 SENT, 5 DELIVERED, 6 UNDELIVERED, 7 FAILED, 8 DROPPED.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Final

from flows.facts import ContactPolicy
from flows.rules.contact import CROWDED_FOR, UNASKED
from storage.operations.claimed import MESSAGE, RECIPIENT, read_claimed
from storage.operations.rows import write_json
from storage.statements import Operation, Row, Statement, Value
from storage.store import Claimed
from storage.tables import to_micros

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
