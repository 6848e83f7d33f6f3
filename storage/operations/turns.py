"""Make a turn durable: receipt, conversation, effects and messages, as a whole or not at all.

The conversation's version row is taken first and everything else hangs on it. The other order looks harmless and is
not: a turn that stores its receipt and then finds the version moved comes back, meets its own receipt and stops; a
quarter of the turns of busy conversations were lost that way when it was measured.
"""

from __future__ import annotations

from typing import Final

from flows.facts import QuietHours
from flows.messages import Inbound, InboundKind
from flows.stages import Stage
from storage.operations import addresses, people
from storage.operations.effects import perform_effects
from storage.operations.scope import Scope, where
from storage.statements import Operation, Params, Refused, Statement
from storage.store import Applied, Known, Stale, TurnResult, TurnWrite
from storage.tables import to_micros

#: An address that has moved to another person in the meantime is found by nobody: the turn is stale.
_ADVANCE: Final = """
    UPDATE conversation SET version = version + 1, state = :state, changed_at = :now
    WHERE person_id = :person_id AND hub = :hub AND version = :version
    RETURNING
        (SELECT a.id FROM address AS a
         WHERE a.hub = :hub AND a.channel = :channel AND a.account = :account AND a."user" = :user
            AND a.person_id = conversation.person_id
        ) AS address_id,
        (SELECT p.address_id FROM person AS p WHERE p.id = conversation.person_id) AS last_address_id,
        (SELECT a.reachable FROM address AS a
         WHERE a.hub = :hub AND a.channel = :channel AND a.account = :account AND a."user" = :user
        ) AS reachable
"""
_BEGIN: Final = """
    INSERT INTO conversation (person_id, hub, version, state, changed_at)
    SELECT p.id, p.hub, 0, '', CAST(:now AS BIGINT) FROM person AS p WHERE p.id = :person_id AND p.hub = :hub
    ON CONFLICT (person_id) DO NOTHING
"""
_RECEIVE: Final = """
    INSERT INTO inbound (hub, channel, account, provider_id, person_id, kind, body, turn, trace, received_at)
    VALUES (:hub, :channel, :account, :provider_id, :person_id, :kind, :body, :turn, :trace, :now)
    ON CONFLICT (hub, channel, account, provider_id) DO NOTHING
    RETURNING id
"""
_IS_KNOWN: Final = """
    SELECT 1 AS known FROM inbound
    WHERE hub = :hub AND channel = :channel AND account = :account AND provider_id = :provider_id
"""


def apply(turn: TurnWrite, quiet_hours: QuietHours) -> Operation[TurnResult]:
    """Make one turn durable.

    Raises:
        Refused: with ``Known``, ``Stale`` or ``SeatTaken``; whoever runs the operation rolls back.
    """
    scope = yield from _take(turn)
    if turn.inbound:
        yield from _receive(turn, turn.inbound, scope)
    messages = yield from perform_effects(turn, scope, quiet_hours)
    return Applied(person_id=scope.person_id, messages=messages)


def _take(turn: TurnWrite) -> Operation[Scope]:
    """Lock the conversation and move it on, before anything else is touched."""
    if turn.person_id is None:
        return (yield from _take_stranger(turn))
    sender = where(turn.hub, turn.address)
    now = to_micros(turn.now)
    if turn.version == 0:  # brought in by a coordinator, writes for the first time
        yield Statement(_BEGIN, {"hub": turn.hub, "person_id": turn.person_id, "now": now})
    rows = yield Statement(
        _ADVANCE,
        {**sender, "person_id": turn.person_id, "version": turn.version, "state": turn.conversation, "now": now},
    )
    if not rows or rows[0]["address_id"] is None:
        yield from _refuse(turn)
    row = rows[0]
    scope = Scope(hub=turn.hub, person_id=turn.person_id, address_id=row["address_id"], now=now, turn=turn.version + 1)
    if turn.inbound and turn.inbound.kind is not InboundKind.BLOCKED:
        if not row["reachable"]:
            yield from addresses.mark_reachable(scope, reachable=True)
        if row["last_address_id"] != scope.address_id:
            yield from people.write_to(scope)
    return scope


def _take_stranger(turn: TurnWrite) -> Operation[Scope]:
    now = to_micros(turn.now)
    person_id = yield from people.add(turn.hub, stage=Stage.ENQUIRED, now=now)
    address_id = yield from addresses.add(
        turn.hub, turn.address, person_id=person_id, now=now, wrote_themselves=turn.inbound is not None
    )
    if address_id is None:  # somebody else's turn met this person a moment ago
        yield from _refuse(turn)
    assert address_id is not None
    scope = Scope(hub=turn.hub, person_id=person_id, address_id=address_id, now=now, turn=1)
    yield from people.write_to(scope)
    yield from people.begin_conversation(scope, state=turn.conversation)
    return scope


def _refuse(turn: TurnWrite) -> Operation[None]:
    """End a turn that came too late: because it has been here before, or because another one came first."""
    known = (yield Statement(_IS_KNOWN, _key(turn.hub, turn.inbound))) if turn.inbound else ()
    raise Refused(Known() if known else Stale())


def _receive(turn: TurnWrite, inbound: Inbound, scope: Scope) -> Operation[None]:
    rows = yield Statement(
        _RECEIVE,
        {
            **_key(turn.hub, inbound),
            "person_id": scope.person_id,
            "kind": inbound.kind.value,
            "body": _body(inbound),
            "turn": scope.turn,
            "trace": turn.trace,
            "now": scope.now,
        },
    )
    if not rows:
        raise Refused(Known())


def _key(hub: str, inbound: Inbound) -> Params:
    sender = inbound.sender
    return {"hub": hub, "channel": sender.channel, "account": sender.account, "provider_id": inbound.provider_id}


def _body(inbound: Inbound) -> str:
    return inbound.text or (inbound.tap.encode() if inbound.tap else inbound.campaign or "")
