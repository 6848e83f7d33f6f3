"""Forget a person, too young or by their own wish: at once all that we know, and where they are once our last words left."""

from __future__ import annotations

from typing import Final

from flows.messages import Address
from storage.operations import covers, suppressions
from storage.operations.scope import Scope
from storage.statements import Operation, Scrub, Statement

#: A back-up made before must not bring them back; the reference means nothing any more.
_NOTE: Final = """
    INSERT INTO erasure (hub, person_ref, at)
    SELECT p.hub, p.ref, CAST(:now AS BIGINT) FROM person AS p WHERE p.id = :person_id
    ON CONFLICT (hub, person_ref) DO NOTHING
"""
#: A forgotten person's seats are free again. Each person has one live booking a slot at most.
_GIVE_SEATS_BACK: Final = """
    UPDATE slot SET taken = taken - 1 WHERE id IN (
        SELECT slot_id FROM booking WHERE person_id = :person_id AND status IN ('booked', 'confirmed'))
"""
_SEATS_AHEAD: Final = """
    SELECT b.slot_id FROM booking AS b JOIN slot AS s ON s.id = b.slot_id
    WHERE b.person_id = :person_id AND b.status IN ('booked', 'confirmed') AND s.starts_at > :now
    ORDER BY b.slot_id
"""
#: And those that were kept for them from a wait-list.
_GIVE_KEPT_SEATS_BACK: Final = """
    UPDATE slot SET taken = taken - 1 WHERE id IN (
        SELECT slot_id FROM wait
        WHERE person_id = :person_id AND status IN ('waiting', 'offered') AND status = 'offered')
"""
#: Children of others come before their parents.
_ERASE: Final = (
    "DELETE FROM link WHERE person_id = :person_id",
    "DELETE FROM guardian_consent WHERE person_id = :person_id",
    "DELETE FROM requirement WHERE person_id = :person_id",
    "DELETE FROM guardian WHERE person_id = :person_id OR guardian_id = :person_id",
    "DELETE FROM referee WHERE person_id = :person_id",
    "DELETE FROM channel_preference WHERE person_id = :person_id",
    "DELETE FROM timer WHERE person_id = :person_id",
    "DELETE FROM reminder WHERE booking_id IN (SELECT id FROM booking WHERE person_id = :person_id)",
    "DELETE FROM wait WHERE person_id = :person_id",
    "DELETE FROM cover_ask WHERE person_id = :person_id",
    "DELETE FROM swap WHERE to_person_id = :person_id",
    "DELETE FROM swap WHERE booking_id IN (SELECT id FROM booking WHERE person_id = :person_id)",
    "DELETE FROM reservation WHERE booking_id IN (SELECT id FROM booking WHERE person_id = :person_id)",
    "DELETE FROM allowance WHERE membership_id IN (SELECT id FROM membership WHERE person_id = :person_id)",
    "DELETE FROM membership WHERE person_id = :person_id",
    "UPDATE letter SET person_id = NULL, initials = '' WHERE person_id = :person_id",
    # What was served stays in the sums, under no name.
    "UPDATE hours SET person_id = NULL, booking_id = NULL WHERE person_id = :person_id",
    "DELETE FROM calendar_mail WHERE booking_id IN (SELECT id FROM booking WHERE person_id = :person_id)",
    "DELETE FROM booking WHERE person_id = :person_id",
    "DELETE FROM task WHERE person_id = :person_id",
    "DELETE FROM note WHERE person_id = :person_id",
    "DELETE FROM consent WHERE address_id IN (SELECT id FROM address WHERE person_id = :person_id)",
    "DELETE FROM outbox WHERE person_id = :person_id AND NOT forget",
    "UPDATE inbound SET person_id = NULL, body = '', trace = '[]' WHERE person_id = :person_id",
    "UPDATE address SET consented_at = NULL WHERE person_id = :person_id",
    "UPDATE conversation SET state = '', held_by = NULL, held_at = NULL WHERE person_id = :person_id",
    """UPDATE person SET answers = '{{}}', birth_date = NULL, language = NULL, zone = NULL, given_name = NULL,
        family_name = NULL, zip = NULL, audience = NULL, role = NULL, campaign = NULL WHERE id = :person_id""",
)
#: Guardians of whom nothing is known but that the forgotten person has named them: they never wrote, and nobody else did.
_ONLY_NAMED: Final = """
    SELECT g.guardian_id AS person_id FROM guardian AS g JOIN person AS p ON p.id = g.guardian_id
    WHERE g.person_id = :person_id AND p.stage = 'enquired'
        AND NOT EXISTS (SELECT 1 FROM inbound AS i WHERE i.person_id = g.guardian_id)
        AND NOT EXISTS (SELECT 1 FROM address AS a WHERE a.person_id = g.guardian_id AND a.opted_out_at IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM guardian AS o WHERE o.guardian_id = g.guardian_id AND o.person_id <> :person_id)
        AND NOT EXISTS (SELECT 1 FROM referee AS f JOIN address AS a ON a.id = f.address_id
            WHERE a.person_id = g.guardian_id AND f.person_id <> :person_id)
"""
#: The same for references: who was asked about nobody else.
_ONLY_REFERENCES: Final = """
    SELECT DISTINCT a.person_id FROM referee AS f JOIN address AS a ON a.id = f.address_id
        JOIN person AS p ON p.id = a.person_id
    WHERE f.person_id = :person_id AND p.stage = 'enquired' AND a.opted_out_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM inbound AS i WHERE i.person_id = p.id)
        AND NOT EXISTS (SELECT 1 FROM guardian AS g WHERE g.guardian_id = p.id)
        AND NOT EXISTS (SELECT 1 FROM referee AS o WHERE o.address_id = a.id AND o.person_id <> :person_id)
        AND NOT EXISTS (SELECT 1 FROM link AS l
            WHERE l.address_id = a.id AND (l.person_id IS NULL OR l.person_id <> :person_id))
"""
_ERASE_REFERENCES: Final = """
    DELETE FROM outbox WHERE hub = :hub AND dedupe_key IN (
        SELECT 'reference:' || f.ref || n.nth FROM referee AS f
        CROSS JOIN (SELECT '' AS nth UNION ALL SELECT ':2' AS nth) AS n WHERE f.person_id = :person_id)
"""
#: To other guardians nothing more leaves about the forgotten person, and no trace of them stays in what has left.
_ERASE_REQUESTS: Final = """
    DELETE FROM outbox WHERE hub = :hub AND dedupe_key IN (
        SELECT 'request:' || g.ref || ':' || n.nth FROM guardian AS g
        CROSS JOIN (SELECT '1' AS nth UNION ALL SELECT '2' AS nth) AS n WHERE g.person_id = :person_id)
"""
_LEFT: Final = """
    SELECT c.state, (SELECT count(*) FROM outbox AS o WHERE o.person_id = c.person_id AND o.forget) AS messages
    FROM conversation AS c WHERE c.person_id = :person_id {for_update}
"""
_LAST_ADDRESS: Final = """
    SELECT a.hub, a.channel, a.account, a."user" AS address_user
    FROM person AS p JOIN address AS a ON a.id = p.address_id WHERE p.id = :person_id
"""
_ERASE_REST: Final = (
    "DELETE FROM guardian WHERE guardian_id = :person_id",
    """UPDATE referee SET address_id = NULL, name = '', comment = ''
        WHERE address_id IN (SELECT a.id FROM address AS a WHERE a.person_id = :person_id)""",
    "DELETE FROM outbox WHERE person_id = :person_id",
    "DELETE FROM conversation WHERE person_id = :person_id",
    "DELETE FROM channel_preference WHERE person_id = :person_id",
    "DELETE FROM address WHERE person_id = :person_id",
    "DELETE FROM person WHERE id = :person_id",
)


#: A colleague who was asked to take a place over was told the name of who gave it.
_UNNAME_SWAPS: Final = """
    UPDATE outbox SET body = '' WHERE hub = :hub AND dedupe_key IN (
        SELECT 'swap:' || x.ref FROM swap AS x JOIN booking AS b ON b.id = x.booking_id WHERE b.person_id = :person_id)
        AND status NOT IN (0, 1)
"""
_DROP_SWAPS: Final = """
    DELETE FROM outbox WHERE hub = :hub AND status IN (0, 1) AND dedupe_key IN (
        SELECT 'swap:' || x.ref FROM swap AS x JOIN booking AS b ON b.id = x.booking_id WHERE b.person_id = :person_id)
"""


def forget(scope: Scope, *, by_wish: bool) -> Operation[None]:
    """Erase all that is known about a person but the address, to which the messages of this turn must still go.

    Args:
        by_wish: they asked for it, so nobody may write to them again; of who is too young not even that is kept.
    """
    if by_wish:
        yield from suppressions.add(scope)
    person = {"person_id": scope.person_id}
    yield Statement(_NOTE, {**person, "now": scope.now})
    only_named = yield Statement(_ONLY_NAMED, person)
    only_references = yield Statement(_ONLY_REFERENCES, person)
    yield Statement(_DROP_SWAPS, {"hub": scope.hub, "person_id": scope.person_id})
    yield Statement(_UNNAME_SWAPS, {"hub": scope.hub, "person_id": scope.person_id})
    yield Statement(_ERASE_REQUESTS, {"hub": scope.hub, "person_id": scope.person_id})
    yield Statement(_ERASE_REFERENCES, {"hub": scope.hub, "person_id": scope.person_id})
    ahead = yield Statement(_SEATS_AHEAD, {"person_id": scope.person_id, "now": scope.now})
    yield Statement(_GIVE_SEATS_BACK, person)
    for row in ahead:
        yield from covers.call(row["slot_id"], now=scope.now)
    yield Statement(_GIVE_KEPT_SEATS_BACK, person)
    for sql in _ERASE:
        yield Statement(sql, person)
    for row in (*only_named, *only_references):
        yield Statement(_NOTE, {"person_id": row["person_id"], "now": scope.now})
        for sql in _ERASE_REST:
            yield Statement(sql, {"person_id": row["person_id"]})
    yield from _finish(scope.person_id)
    yield Scrub()


def message_left(outbox_id: int, *, person_id: int) -> Operation[None]:
    """Erase one of the last messages, since nothing more will become of it; with the last one goes the person."""
    yield Statement("DELETE FROM outbox WHERE id = :id", {"id": outbox_id})
    yield from _finish(person_id)
    yield Scrub()


def _finish(person_id: int) -> Operation[None]:
    rows = yield Statement(_LEFT, {"person_id": person_id})
    if any(row["messages"] for row in rows):
        return
    if any(row["state"] for row in rows):
        yield from _begin_anew(person_id)
        return
    for sql in _ERASE_REST:
        yield Statement(sql, {"person_id": person_id})


def _begin_anew(person_id: int) -> Operation[None]:
    """Let somebody be written to who has written again before they were erased."""
    for row in (yield Statement(_LAST_ADDRESS, {"person_id": person_id})):
        address = Address(channel=row["channel"], account=row["account"], user=row["address_user"])
        yield from suppressions.end(row["hub"], address)
