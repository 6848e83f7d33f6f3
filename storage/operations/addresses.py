"""Keep where a person can be written to, and whether they want it."""

from __future__ import annotations

from typing import Final

from flows.messages import Address
from flows.rules.countries import country_of
from storage.operations import suppressions
from storage.operations.preferences import LATEST_OPEN
from storage.operations.scope import Scope
from storage.statements import Operation, Params, Statement

#: What an opt-out takes back and an opt-in gives again.
_EVERYTHING: Final = "all"

_ADD: Final = """
    INSERT INTO address (hub, channel, account, "user", person_id, reachable, country, created_at)
    VALUES (:hub, :channel, :account, :user, :person_id, :reachable, :country, :now)
    ON CONFLICT (hub, channel, account, "user") DO NOTHING
    RETURNING id
"""
_CONSENT: Final = """
    INSERT INTO consent (hub, address_id, purpose, granted, wording, source, at)
    SELECT :hub, a.id, CAST(:purpose AS TEXT), :granted, CAST(:wording AS TEXT), COALESCE(CAST(:source AS TEXT), a.channel), CAST(:now AS BIGINT)
    FROM address AS a WHERE a.id = :address_id
"""
_MARK_CONSENTED: Final = "UPDATE address SET consented_at = :now WHERE id = :address_id"
_OPT_OUT: Final = """
    UPDATE address SET opted_out_at = :now WHERE id = :address_id AND opted_out_at IS NULL RETURNING id
"""
#: 0 WAITING, 1 READY, 8 DROPPED; the farewell of the turn itself may still leave.
DROP_LINE: Final = """
    UPDATE outbox SET status = 8, reason = 'opted_out', settled_at = :now
    WHERE person_id = :person_id AND address_id = :address_id AND status IN (0, 1)
        AND NOT (purpose = 'farewell' AND COALESCE(turn, 0) = :turn)
"""
_OPT_IN: Final = """
    UPDATE address SET opted_out_at = NULL WHERE id = :address_id AND opted_out_at IS NOT NULL RETURNING id
"""
#: Whoever agreed to it on another channel as well is written to there, once this one is closed.
_REROUTE: Final = f"""
    UPDATE person SET address_id = (SELECT {LATEST_OPEN} FROM person AS p WHERE p.id = person.id)
    WHERE id = :person_id AND address_id = :address_id
        AND EXISTS (SELECT 1 FROM person AS p WHERE p.id = :person_id AND {LATEST_OPEN} IS NOT NULL)
"""  # noqa: S608 - a constant
_PAUSE: Final = "UPDATE address SET paused_at = :now WHERE id = :address_id AND paused_at IS NULL"
_RESUME: Final = "UPDATE address SET paused_at = NULL WHERE id = :address_id"
#: What waited only for the pause to end need not wait for its next look.
_RESUME_LINE: Final = """
    UPDATE outbox SET not_before = :now
    WHERE person_id = :person_id AND address_id = :address_id AND status = 0 AND reason = 'paused'
"""
_MARK_REACHABLE: Final = "UPDATE address SET reachable = :reachable WHERE id = :address_id"


def add(
    hub: str, address: Address, *, person_id: int, now: int, wrote_themselves: bool = False
) -> Operation[int | None]:
    """Note a person's address; ``None`` when it is somebody's already, or belongs to somebody who asked to be erased.

    Nothing leaves but to a noted address: whoever was erased is written to by nobody, until they write by themselves.
    """
    if wrote_themselves:
        yield from suppressions.end(hub, address)
    elif (yield from suppressions.holds(hub, address)):
        return None
    rows = yield Statement(
        _ADD,
        {
            "hub": hub,
            "channel": address.channel,
            "account": address.account,
            "user": address.user,
            "person_id": person_id,
            "reachable": True,
            "country": country_of(address.channel, address.user),
            "now": now,
        },
    )
    return rows[0]["id"] if rows else None


def record_consent(scope: Scope, *, purpose: str, wording: str, source: str | None = None) -> Operation[None]:
    """Keep the evidence that the person agreed to be written to.

    Args:
        wording: version of the words that they agreed to.
        source: where they did, unless by the address's own channel: ``import:FILE``, ``paper``.
    """
    yield from _evidence(scope, purpose=purpose, granted=True, wording=wording, source=source)
    yield Statement(_MARK_CONSENTED, {"address_id": scope.address_id, "now": scope.now})


def opt_out(scope: Scope, *, cause: str, source: str | None = None) -> Operation[None]:
    """Stop everything to the address, also what already stands in line; repeating it adds no evidence."""
    changed = yield Statement(_OPT_OUT, {"address_id": scope.address_id, "now": scope.now})
    if changed:
        yield from _evidence(scope, purpose=_EVERYTHING, granted=False, wording=cause, source=source)
    yield from _reroute(scope)
    yield Statement(
        DROP_LINE,
        {"person_id": scope.person_id, "address_id": scope.address_id, "turn": scope.turn, "now": scope.now},
    )


def opt_in(scope: Scope, *, cause: str) -> Operation[None]:
    """Allow messages to the address again."""
    changed = yield Statement(_OPT_IN, {"address_id": scope.address_id})
    if changed:
        yield from _evidence(scope, purpose=_EVERYTHING, granted=True, wording=cause)


#: On every channel of theirs: a broadcast goes to one, and which may change.
_REFUSE: Final = """
    UPDATE address SET no_broadcasts_at = :now WHERE person_id = :person_id AND no_broadcasts_at IS NULL RETURNING id
"""
_WANT: Final = """
    UPDATE address SET no_broadcasts_at = NULL WHERE person_id = :person_id AND no_broadcasts_at IS NOT NULL RETURNING id
"""
_BROADCASTS: Final = "broadcasts"


def refuse_broadcasts(scope: Scope, *, refuse: bool, cause: str, source: str | None = None) -> Operation[None]:
    """Send somebody no broadcasts any more, or again; whatever concerns themselves still reaches them.

    Repeating it adds no evidence.
    """
    person: Params = {"person_id": scope.person_id}
    changed = yield Statement(_REFUSE, {**person, "now": scope.now}) if refuse else Statement(_WANT, person)
    if changed:
        yield from _evidence(scope, purpose=_BROADCASTS, granted=not refuse, wording=cause, source=source)


def pause(scope: Scope) -> Operation[None]:
    """Hold back all but replies to the address."""
    yield Statement(_PAUSE, {"address_id": scope.address_id, "now": scope.now})


def resume(scope: Scope) -> Operation[None]:
    """Write to the address again."""
    yield Statement(_RESUME, {"address_id": scope.address_id})
    yield Statement(_RESUME_LINE, {"person_id": scope.person_id, "address_id": scope.address_id, "now": scope.now})


def mark_reachable(scope: Scope, *, reachable: bool) -> Operation[None]:
    """Note whether the address can be written to at all."""
    yield Statement(_MARK_REACHABLE, {"address_id": scope.address_id, "reachable": reachable})
    if not reachable:
        yield from _reroute(scope)


def _reroute(scope: Scope) -> Operation[None]:
    yield Statement(_REROUTE, {"person_id": scope.person_id, "address_id": scope.address_id})


def _evidence(scope: Scope, *, purpose: str, granted: bool, wording: str, source: str | None = None) -> Operation[None]:
    """Write down who agreed or took it back.

    Args:
        source: where, unless by the address's own channel.
    """
    yield Statement(
        _CONSENT,
        {
            "hub": scope.hub,
            "address_id": scope.address_id,
            "purpose": purpose,
            "granted": granted,
            "wording": wording,
            "source": source,
            "now": scope.now,
        },
    )
