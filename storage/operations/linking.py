"""Make one person of two: a code is kept only as a hash, and everything of the one who goes moves to the one who stays."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from flows.conversation import Conversation
from flows.events import Owner
from flows.facts import Person
from flows.rules.links import CODE_DIGITS, LinkPurpose, expires
from flows.rules.one_person import stays
from flows.stages import Stage
from storage.operations import audit, people, seats
from storage.operations.scope import Scope
from storage.statements import Keyed, Operation, Params, Refused, Row, Statement
from storage.store import Stale
from storage.tables import from_micros, to_micros

# --- a code -----------------------------------------------------------------------------------------------------------

#: Codes that were taken by somebody else at the same moment are drawn anew.
_DRAWS: Final = 5
_SWEEP: Final = (
    "DELETE FROM link WHERE hub = :hub AND purpose = :purpose AND (expires_at <= :now OR person_id = :person_id)"
)
_OFFER: Final = """
    INSERT INTO link (hub, token_hash, purpose, person_id, subject, address_id, tries, codes_sent, expires_at, created_at)
    VALUES (:hub, :token_hash, :purpose, :person_id, '', :address_id, 0, 0, :expires_at, :now)
    ON CONFLICT (token_hash) DO NOTHING
    RETURNING id
"""
_FIND: Final = """
    SELECT p.id, p.stage, p.answers, a.consented_at, a.opted_out_at,
        EXISTS (SELECT 1 FROM guardian AS g
                WHERE (g.person_id = p.id AND g.guardian_id = :person_id)
                    OR (g.guardian_id = p.id AND g.person_id = :person_id)
        ) OR EXISTS (SELECT 1 FROM membership AS m JOIN membership AS n ON n.organisation_id = m.organisation_id
                     WHERE m.person_id = p.id AND n.person_id = :person_id
        ) AS tied
    FROM link AS l JOIN person AS p ON p.id = l.person_id LEFT JOIN address AS a ON a.id = l.address_id
    WHERE l.hub = :hub AND l.token_hash = :token_hash AND l.purpose = 'join' AND l.expires_at > :now
"""


def offer(scope: Scope, purpose: LinkPurpose = LinkPurpose.JOIN) -> Operation[str]:
    """Make a code for whoever the turn is with; an earlier one for the same is void."""
    key: Params = {"hub": scope.hub, "purpose": purpose.value, "now": scope.now, "person_id": scope.person_id}
    yield Statement(_SWEEP, key)
    until = expires(purpose, from_micros(scope.now))
    for _ in range(_DRAWS):
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        params: Params = {
            **key,
            "token_hash": (yield from _hash(scope.hub, code, purpose)),
            "address_id": scope.address_id,
            "expires_at": to_micros(until) if until else None,
        }
        if (yield Statement(_OFFER, params)):
            return code
    raise Refused(Stale())


def _hash(hub: str, code: str, purpose: LinkPurpose = LinkPurpose.JOIN) -> Operation[str]:
    """Hash a code with the hub's key: six digits under a plain hash would be found by trying."""
    (row,) = yield Keyed(f"{purpose.value}\n{hub}\n{code}")
    return str(row["hash"])


_GIVEN_BY: Final = """
    SELECT person_id FROM link WHERE hub = :hub AND token_hash = :token_hash AND purpose = 'swap' AND expires_at > :now
"""
_USE_UP: Final = """
    DELETE FROM link WHERE hub = :hub AND token_hash = :token_hash AND purpose = 'swap' AND expires_at > :now
    RETURNING person_id
"""


def given_by(hub: str, code: str, now: datetime) -> Operation[Sequence[Row]]:
    """Find who has given a code away by which a colleague names them: one row, or none."""
    token_hash = yield from _hash(hub, code, LinkPurpose.SWAP)
    return (yield Statement(_GIVEN_BY, {"hub": hub, "token_hash": token_hash, "now": to_micros(now)}))


def use_up(scope: Scope, code: str) -> Operation[None]:
    """Let a code that was given away name nobody any more.

    Raises:
        Refused: somebody else has used it; whoever runs the operation rolls back.
    """
    token_hash = yield from _hash(scope.hub, code, LinkPurpose.SWAP)
    if not (yield Statement(_USE_UP, {"hub": scope.hub, "token_hash": token_hash, "now": scope.now})):
        raise Refused(Stale())


def find(hub: str, code: str, person_id: int | None, now: datetime) -> Operation[Owner | None]:
    """Find who was given a code."""
    token_hash = yield from _hash(hub, code)
    params: Params = {"hub": hub, "token_hash": token_hash, "person_id": person_id or 0, "now": to_micros(now)}
    rows = yield Statement(_FIND, params)
    if not rows:
        return None
    row = rows[0]
    return Owner(
        person=Person(
            stage=Stage(row["stage"]),
            answers=json.loads(row["answers"]),
            consented=row["consented_at"] is not None and row["opted_out_at"] is None,
        ),
        is_same=row["id"] == person_id,
        tied=bool(row["tied"]),
    )


# --- join -------------------------------------------------------------------------------------------------------------

_TAKE_CODE: Final = """
    DELETE FROM link WHERE hub = :hub AND token_hash = :token_hash AND purpose = 'join' AND expires_at > :now
        AND person_id <> :person_id
    RETURNING person_id
"""
#: A turn that the other one is in the middle of comes too late.
_CONVERSATION: Final = "SELECT version, state FROM conversation WHERE person_id = :person_id {for_update}"
_FENCE: Final = "UPDATE conversation SET version = :version, state = :state WHERE person_id = :person_id"
_READ: Final = "SELECT id, ref, answers FROM person WHERE id = :person_id {for_update}"
_BOTH_BOOKED: Final = """
    SELECT l.ref FROM booking AS l JOIN booking AS s ON s.slot_id = l.slot_id
    WHERE l.person_id = :gone AND l.status IN ('booked', 'confirmed') AND s.person_id = :kept AND s.status <> 'released'
    ORDER BY l.slot_id
"""
#: What is left of a place that both had: nobody serves the same minutes twice.
_SAME_PLACE: Final = """
    SELECT l.id FROM booking AS l JOIN booking AS s ON s.slot_id = l.slot_id
    WHERE l.person_id = :gone AND l.status <> 'released' AND s.person_id = :kept AND s.status <> 'released'
"""
_MOVE: Final = (
    f"UPDATE hours SET status = 'void' WHERE status <> 'void' AND booking_id IN ({_SAME_PLACE})",  # noqa: S608 - a constant
    f"UPDATE booking SET status = 'released', cause = 'joined' WHERE id IN ({_SAME_PLACE})",  # noqa: S608 - a constant
    "UPDATE hours SET person_id = :kept WHERE person_id = :gone",
    "UPDATE booking SET person_id = :kept WHERE person_id = :gone",
    """UPDATE wait SET status = 'passed' WHERE person_id = :gone AND status = 'waiting'
        AND slot_id IN (SELECT w.slot_id FROM wait AS w WHERE w.person_id = :kept AND w.status IN ('waiting', 'offered'))""",
    "UPDATE wait SET person_id = :kept WHERE person_id = :gone",
    """DELETE FROM cover_ask WHERE person_id = :gone
        AND cover_id IN (SELECT q.cover_id FROM cover_ask AS q WHERE q.person_id = :kept)""",
    "UPDATE cover_ask SET person_id = :kept WHERE person_id = :gone",
    "UPDATE swap SET to_person_id = :kept WHERE to_person_id = :gone",
    """DELETE FROM swap WHERE to_person_id = :kept
        AND booking_id IN (SELECT b.id FROM booking AS b WHERE b.person_id = :kept)""",
    """DELETE FROM requirement WHERE person_id = :gone AND EXISTS (SELECT 1 FROM requirement AS r
        WHERE r.person_id = :kept AND r.kind = requirement.kind AND r.nth = requirement.nth)""",
    "UPDATE requirement SET person_id = :kept WHERE person_id = :gone",
    """DELETE FROM guardian WHERE person_id = :gone AND guardian_id IN
        (SELECT g.guardian_id FROM guardian AS g WHERE g.person_id = :kept)""",
    "UPDATE guardian SET person_id = :kept WHERE person_id = :gone",
    """DELETE FROM guardian WHERE guardian_id = :gone AND person_id IN
        (SELECT g.person_id FROM guardian AS g WHERE g.guardian_id = :kept)""",
    "UPDATE guardian SET guardian_id = :kept WHERE guardian_id = :gone",
    "UPDATE guardian_consent SET person_id = :kept WHERE person_id = :gone",
    """DELETE FROM referee WHERE person_id = :gone AND address_id IN
        (SELECT f.address_id FROM referee AS f WHERE f.person_id = :kept)""",
    "UPDATE referee SET person_id = :kept WHERE person_id = :gone",
    "UPDATE membership SET person_id = :kept WHERE person_id = :gone",
    "UPDATE letter SET person_id = :kept WHERE person_id = :gone",
    "DELETE FROM link WHERE person_id IN (:gone, :kept) AND purpose = 'join'",
    "UPDATE link SET person_id = :kept WHERE person_id = :gone",
    "UPDATE task SET person_id = :kept WHERE person_id = :gone",
    "UPDATE note SET person_id = :kept WHERE person_id = :gone",
    """DELETE FROM channel_preference WHERE person_id = :gone AND purpose IN
        (SELECT f.purpose FROM channel_preference AS f WHERE f.person_id = :kept)""",
    "UPDATE channel_preference SET person_id = :kept WHERE person_id = :gone",
    "DELETE FROM timer WHERE person_id = :gone",
    # 0 WAITING, 1 READY, 8 DROPPED: a nudge belongs to the conversation that ends here.
    """UPDATE outbox SET status = 8, reason = 'overtaken', settled_at = :now
        WHERE person_id = :gone AND status IN (0, 1) AND purpose = 'nudge'""",
    "UPDATE outbox SET person_id = :kept WHERE person_id = :gone",
    "UPDATE inbound SET person_id = :kept WHERE person_id = :gone",
    "UPDATE address SET person_id = :kept WHERE person_id = :gone",
    # Whoever wants no broadcasts wants none on the other channel either.
    """UPDATE address SET no_broadcasts_at = (SELECT MIN(a.no_broadcasts_at) FROM address AS a WHERE a.person_id = :kept)
        WHERE person_id = :kept AND no_broadcasts_at IS NULL""",
    """UPDATE conversation SET held_by = COALESCE(held_by,
        (SELECT c.held_by FROM conversation AS c WHERE c.person_id = :gone)), held_at = COALESCE(held_at,
        (SELECT c.held_at FROM conversation AS c WHERE c.person_id = :gone)) WHERE person_id = :kept""",
    "DELETE FROM conversation WHERE person_id = :gone",
    "DELETE FROM person WHERE id = :gone",
)


def join(scope: Scope, code: str) -> Operation[None]:
    """Make one person of whoever typed a code and whoever was given it.

    Raises:
        Refused: the code holds no more; whoever runs the operation rolls back.
    """
    token_hash = yield from _hash(scope.hub, code)
    params: Params = {"hub": scope.hub, "token_hash": token_hash, "now": scope.now, "person_id": scope.person_id}
    rows = yield Statement(_TAKE_CODE, params)
    if not rows:
        raise Refused(Stale())
    yield from _fence(rows[0]["person_id"])
    (one,) = yield Statement(_READ, {"person_id": scope.person_id})
    (other,) = yield Statement(_READ, {"person_id": rows[0]["person_id"]})
    typist_stays = stays(json.loads(one["answers"]), json.loads(other["answers"]), older=one["id"] < other["id"])
    kept, gone = (one, other) if typist_stays else (other, one)
    yield from _move(scope, kept=kept, gone=gone)


def _fence(person_id: int) -> Operation[None]:
    """Move a conversation on by a turn in which nothing is said."""
    for row in (yield Statement(_CONVERSATION, {"person_id": person_id})):
        version = row["version"] + 1
        state = replace(Conversation.decode(row["state"]), turn=version).encode() if row["state"] else ""
        yield Statement(_FENCE, {"person_id": person_id, "version": version, "state": state})


def _move(scope: Scope, *, kept: Row, gone: Row) -> Operation[None]:
    both: Params = {"kept": kept["id"], "gone": gone["id"]}
    leaving = Scope(hub=scope.hub, person_id=gone["id"], address_id=scope.address_id, now=scope.now)
    staying = Scope(hub=scope.hub, person_id=kept["id"], address_id=scope.address_id, now=scope.now)
    for row in (yield Statement(_BOTH_BOOKED, both)):
        yield from seats.release(leaving, row["ref"], cause="joined")
    for sql in _MOVE:
        names = ("kept", "gone", "now")
        values: Params = {**both, "now": scope.now}
        yield Statement(sql, {name: values[name] for name in names if f":{name}" in sql})
    answers, more = json.loads(kept["answers"]), json.loads(gone["answers"])
    facts = {name: value for name, value in more.items() if name not in answers}
    if facts:
        yield from people.change(staying, facts=facts, moves=[])
    if "birth_date" in facts:
        yield from seats.release_unfit(staying)
    yield from people.write_to(staying)
    yield from audit.note(
        scope.hub,
        person_ref=kept["ref"],
        author="person",
        what="joined",
        detail={"other": gone["ref"]},
        now=from_micros(scope.now),
    )
