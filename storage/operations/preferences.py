"""Keep on which of their channels people want which messages, and find the one that a message goes to."""

from __future__ import annotations

from typing import Final

from flows.effects import PreferChannel
from flows.messages import Purpose
from flows.rules.reaching import KINDS, Way, kind_of
from storage.operations.scope import Scope
from storage.statements import Operation, Statement

#: ``Way.is_open`` in SQL, of an address ``{at}``.
_OPEN: Final = (
    "{at}.consented_at IS NOT NULL AND {at}.opted_out_at IS NULL AND {at}.reachable AND {at}.paused_at IS NULL"
)


def is_open(at: str) -> str:
    """Say in SQL whether messages that answer nothing may leave to an address of that alias."""
    return _OPEN.replace("{at}", at)


#: The latest address of a person ``p`` that is open.
LATEST_OPEN: Final = f"(SELECT MAX(z.id) FROM address AS z WHERE z.person_id = p.id AND {is_open('z')})"  # noqa: S608 - a constant
_PREFERRED: Final = f"""
    (SELECT x.id FROM channel_preference AS w JOIN address AS x ON x.id = w.address_id AND x.person_id = w.person_id
     WHERE w.person_id = p.id AND w.purpose = {{kind}} AND {is_open("x")})
"""  # noqa: S608 - a constant
_LAST: Final = f"(SELECT y.id FROM address AS y WHERE y.id = p.address_id AND {is_open('y')})"  # noqa: S608 - a constant
_KINDS: Final = ", ".join(f"'{kind.value}'" for kind in KINDS)


def reached(purpose: str) -> str:
    """Say ``flows.rules.reaching.choose`` in SQL: the address of a person ``p`` for a message of a purpose, itself SQL."""
    return f"CASE WHEN {purpose} IN ({_KINDS}) THEN {_chosen(purpose)} ELSE p.address_id END"


def _chosen(kind: str) -> str:
    return f"COALESCE({_PREFERRED.replace('{kind}', kind)}, {_LAST}, {LATEST_OPEN}, p.address_id)"


def people_reached(purpose: Purpose) -> str:
    """Say the same of many people ``p`` at once: the tables to read them from, each with their address ``a``, if any.

    Nearly everybody has no preference, and an open address ``l`` where they wrote last: they cost two look-ups and no
    subquery. With subqueries alone a broadcast takes a fifth longer to write.
    """
    kind = kind_of(purpose)
    assert kind is not None, "what belongs to the talk comes where that is"
    return f"""
        person AS p
        LEFT JOIN channel_preference AS f ON f.person_id = p.id AND f.purpose = '{kind.value}'
        LEFT JOIN address AS l ON l.id = p.address_id
        LEFT JOIN address AS a ON a.id =
            CASE WHEN f.person_id IS NULL AND {is_open("l")} THEN l.id ELSE {_chosen(f"'{kind.value}'")} END
    """


_WAYS: Final = """
    SELECT a.id, a.channel, a.consented_at, a.opted_out_at, a.reachable, a.paused_at FROM address AS a
    WHERE a.hub = :hub AND a.person_id = :person_id ORDER BY a.id
"""
_PREFER: Final = """
    INSERT INTO channel_preference (person_id, purpose, hub, address_id)
    SELECT a.person_id, CAST(:purpose AS TEXT), a.hub, a.id FROM address AS a
    WHERE a.id = :address_id AND a.person_id = :person_id AND a.hub = :hub
    ON CONFLICT (person_id, purpose) DO UPDATE SET address_id = excluded.address_id
"""


def ways(hub: str, person_id: int) -> Operation[tuple[Way, ...]]:
    """List where somebody can be written to."""
    rows = yield Statement(_WAYS, {"hub": hub, "person_id": person_id})
    return tuple(
        Way(
            id=row["id"],
            channel=row["channel"],
            consented=row["consented_at"] is not None,
            opted_out=row["opted_out_at"] is not None,
            reachable=bool(row["reachable"]),
            paused=row["paused_at"] is not None,
        )
        for row in rows
    )


def prefer(scope: Scope, effect: PreferChannel) -> Operation[None]:
    """Write one kind of message to one address of the person from now on."""
    yield Statement(
        _PREFER,
        {
            "hub": scope.hub,
            "person_id": scope.person_id,
            "purpose": effect.purpose.value,
            "address_id": effect.address_id,
        },
    )
