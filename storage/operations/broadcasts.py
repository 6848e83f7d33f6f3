"""Write a broadcast to the outbox, a batch of people at a time, and bring its rows into line with what was decided since.

A crash in between neither loses nor doubles anybody. Whether a message may leave is never read off its row: the sender
asks for the broadcast's state. So a pause holds at once, however many rows there are, and they follow in their time.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from flows.facts import LANGUAGES, ContactPolicy
from flows.messages import Purpose
from storage.recipients import MAY_BE_WRITTEN_TO, MEANT, PEOPLE, Recipients
from storage.statements import Operation, Row, Statement, Value
from storage.tables import to_micros

_TAKE: Final = """
    SELECT id, ref, recipients, body, first_name_else, site_else, expires_at, last_person_id, up_to_person_id, cap, written
    FROM broadcast
    WHERE hub = :hub AND ref = :broadcast AND status IN ('confirmed', 'sending') AND NOT is_written {for_update}
"""
STRETCH: Final = """
    SELECT count(*) AS people, max(id) AS last_id FROM (
        SELECT id FROM person WHERE hub = :hub AND id > :last AND id <= CAST(:up_to AS BIGINT) ORDER BY id LIMIT :limit) AS stretch
"""
#: The site of somebody's latest shift or training that they have, or had, a place in.
_SITE: Final = """
    (SELECT t.name FROM booking AS k JOIN slot AS s ON s.id = k.slot_id JOIN site AS t ON t.id = s.site_id
     WHERE k.person_id = p.id AND k.status IN ('booked', 'confirmed', 'attended')
     ORDER BY s.starts_at DESC, s.id DESC LIMIT 1)
"""
FIRST_NAME: Final = "NULLIF(TRIM(p.given_name), '')"
SITE: Final = _SITE


def _in_their_language(name: str) -> str:
    """Say in SQL one of the texts ``:NAME_en``, ``:NAME_es`` in the language of a person ``p``; English when there is none."""
    others = " ".join(f"WHEN '{language}' THEN CAST(:{name}_{language} AS TEXT)" for language in LANGUAGES[1:])
    return f"CASE p.language {others} ELSE CAST(:{name}_{LANGUAGES[0]} AS TEXT) END"


_PLAIN: Final = _in_their_language("body")
#: Only a text that names people is put together for each.
_PERSONAL: Final = f"""
    replace(replace({_PLAIN}, '{{{{first_name}}}}', COALESCE({FIRST_NAME}, {_in_their_language("first_name_else")}, '')),
        '{{{{site}}}}', COALESCE({SITE}, {_in_their_language("site_else")}, ''))
"""
_FAN_OUT: Final = f"""
    INSERT INTO outbox (hub, ref, dedupe_key, channel, account, address_id, person_id, purpose, priority, status, body,
        choices, step, broadcast_id, forget, expires_at, attempts, created_at)
    SELECT p.hub, CAST(:ref_begins AS TEXT) || a.id, CAST(:key_begins AS TEXT) || a.id, a.channel, a.account, a.id, p.id,
        'broadcast', {Purpose.BROADCAST.priority}, 1, <body>, '[]', '', CAST(:id AS BIGINT), FALSE,
        CAST(:expires_at AS BIGINT), 0, CAST(:now AS BIGINT)
    FROM {PEOPLE}
    WHERE p.id > :last AND p.id <= :last_id AND {MEANT} AND {MAY_BE_WRITTEN_TO}
    ORDER BY p.id
"""  # noqa: S608 - a constant
_ONCE: Final = " ON CONFLICT (hub, dedupe_key) DO NOTHING"
FAN_OUT: Final = _FAN_OUT.replace("<body>", _PERSONAL) + _ONCE
_FAN_OUT_PLAIN: Final = _FAN_OUT.replace("<body>", _PLAIN) + _ONCE
#: To no more people than there is room for, telling how many.
_FAN_OUT_SOME: Final = _FAN_OUT.replace("<body>", _PERSONAL) + " LIMIT :room" + _ONCE + " RETURNING id"
_ADVANCE: Final = """
    UPDATE broadcast SET last_person_id = :last_id, written = written + :more, status = 'sending' WHERE id = :id
"""
_END: Final = "UPDATE broadcast SET is_written = TRUE, status = 'sending' WHERE id = :id"
_EVERYBODY: Final = 2**62


def open_broadcasts(hub: str) -> Operation[list[str]]:
    """List broadcasts of which something is left to be done, oldest first."""
    rows = yield Statement("SELECT ref FROM broadcast WHERE hub = :hub AND is_open ORDER BY id", {"hub": hub})
    return [row["ref"] for row in rows]


def fan_out(hub: str, broadcast: str, limit: int, now: datetime, policy: ContactPolicy) -> Operation[int]:
    """Write to the next people; return how many were looked at, 0 at the end."""
    taken = yield Statement(_TAKE, {"hub": hub, "broadcast": broadcast})
    if not taken:
        return 0
    (row,) = taken
    room = None if row["cap"] is None else row["cap"] - row["written"]
    up_to = _EVERYBODY if row["up_to_person_id"] is None else row["up_to_person_id"]
    span = {"hub": hub, "last": row["last_person_id"], "up_to": up_to, "limit": limit}
    (stretch,) = yield Statement(STRETCH, span)
    if not stretch["people"] or room == 0:
        yield Statement(_END, {"id": row["id"]})
        return 0
    params: dict[str, Value] = {**Recipients.from_json(row["recipients"]).params(hub, policy, now), **_in_common(row)}
    params |= {"last": row["last_person_id"], "last_id": stretch["last_id"], "now": to_micros(now)}
    if room is not None:
        written = yield Statement(_FAN_OUT_SOME, {**params, "room": room})
    else:
        is_personal = (row["first_name_else"], row["site_else"]) != ("{}", "{}")
        written = yield Statement(FAN_OUT if is_personal else _FAN_OUT_PLAIN, params)
    yield Statement(_ADVANCE, {"id": row["id"], "last_id": stretch["last_id"], "more": len(written)})
    return int(stretch["people"])


def _in_common(row: Row) -> dict[str, Value]:
    """Return what all rows of a broadcast have in common.

    A reference begins with that of its broadcast: as hard to guess, and its index grows at the end instead of everywhere.
    """
    common: dict[str, Value] = {
        "id": row["id"],
        "ref_begins": f"{row['ref']}-",
        "key_begins": f"broadcast:{row['id']}:",
        "expires_at": row["expires_at"],
    }
    for name in ("body", "first_name_else", "site_else"):
        texts = json.loads(row[name])
        common |= {f"{name}_{language}": texts.get(language, texts.get(LANGUAGES[0])) for language in LANGUAGES}
    return common


# --- what was decided since -------------------------------------------------------------------------------------------

_LOOK: Final = (
    "SELECT id, status, is_written FROM broadcast WHERE hub = :hub AND ref = :broadcast AND is_open {for_update}"
)
#: Rows of a broadcast in one status, a stretch of them. 0 WAITING, 1 READY, 2 SENDING, 3 UNKNOWN, 8 DROPPED.
_SOME: Final = """
    (SELECT o.id FROM outbox AS o WHERE o.broadcast_id = :id AND o.status = {{status}}{{and_so}}
     ORDER BY o.id LIMIT :limit {skip_locked})
"""


def _some(status: int, and_so: str = "") -> str:
    return _SOME.replace("{{status}}", str(status)).replace("{{and_so}}", and_so)


_PARKED: Final = " AND o.reason = 'broadcast_paused'"
#: Without an instant nothing makes them ready but whoever lets the broadcast go on.
PARK: Final = f"""
    UPDATE outbox SET status = 0, reason = 'broadcast_paused', not_before = NULL WHERE id IN {_some(1)} RETURNING id
"""  # noqa: S608 - a constant
PUT_BACK: Final = f"""
    UPDATE outbox SET status = 1, reason = NULL, not_before = NULL WHERE id IN {_some(0, _PARKED)} RETURNING id
"""  # noqa: S608 - a constant
DROP_WAITING: Final = f"""
    UPDATE outbox SET status = 8, reason = 'broadcast_stopped', settled_at = :now WHERE id IN {_some(0)} RETURNING id
"""  # noqa: S608 - a constant
DROP_READY: Final = f"""
    UPDATE outbox SET status = 8, reason = 'broadcast_stopped', settled_at = :now WHERE id IN {_some(1)} RETURNING id
"""  # noqa: S608 - a constant
_UNDER_WAY: Final = """
    SELECT COALESCE(
        (SELECT o.id FROM outbox AS o WHERE o.broadcast_id = :id AND o.status = 0 LIMIT 1),
        (SELECT o.id FROM outbox AS o WHERE o.broadcast_id = :id AND o.status = 1 LIMIT 1),
        (SELECT o.id FROM outbox AS o WHERE o.broadcast_id = :id AND o.status = 2 LIMIT 1),
        (SELECT o.id FROM outbox AS o WHERE o.broadcast_id = :id AND o.status = 3 LIMIT 1)) AS one
"""
_CLOSE: Final = "UPDATE broadcast SET is_open = FALSE WHERE id = :id"
_FINISH: Final = "UPDATE broadcast SET is_open = FALSE, status = 'done', ended_at = :now WHERE id = :id"


def tend(hub: str, broadcast: str, limit: int, now: datetime) -> Operation[int]:
    """Bring the next rows of a broadcast into line with its state; return how many, 0 when nothing is left to do now."""
    found = yield Statement(_LOOK, {"hub": hub, "broadcast": broadcast})
    if not found:
        return 0
    (row,) = found
    match row["status"]:
        case "paused":
            return (yield from _park(row, limit))
        case "stopped":
            return (yield from _drop(row, limit, to_micros(now)))
        case _:
            return (yield from _go_on(row, limit, to_micros(now)))


def _park(row: Row, limit: int) -> Operation[int]:
    parked = yield Statement(PARK, {"id": row["id"], "limit": limit})
    return len(parked)  # what waits for the morning becomes ready then: the clock goes on looking


def _drop(row: Row, limit: int, now: int) -> Operation[int]:
    some = {"id": row["id"], "limit": limit, "now": now}
    dropped = (yield Statement(DROP_READY, some)) or (yield Statement(DROP_WAITING, some))
    if not dropped and (yield Statement(_UNDER_WAY, {"id": row["id"]}))[0]["one"] is None:
        yield Statement(_CLOSE, {"id": row["id"]})
    return len(dropped)


def _go_on(row: Row, limit: int, now: int) -> Operation[int]:
    back = yield Statement(PUT_BACK, {"id": row["id"], "limit": limit})
    if back or not row["is_written"]:
        return len(back)
    if (yield Statement(_UNDER_WAY, {"id": row["id"]}))[0]["one"] is None:
        yield Statement(_FINISH, {"id": row["id"], "now": now})
    return 0
