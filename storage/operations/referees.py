"""Ask the references whom a person has named, each once, and keep what they answer; a coordinator decides what it means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from flows.effects import AskReferee
from flows.messages import Purpose
from flows.rules.guardians import applies
from flows.rules.links import LinkPurpose
from flows.rules.references import ASK_AGAIN, KIND, NAMED, Reference
from storage.operations import audit, links, outsiders
from storage.operations.requirements import read_day
from storage.operations.scope import Scope
from storage.statements import Operation, Statement
from storage.tables import from_micros, new_ref, to_micros

# --- ask --------------------------------------------------------------------------------------------------------------

_WHO: Final = """
    SELECT a.person_id, p.birth_date FROM address AS a JOIN person AS p ON p.id = a.person_id WHERE a.id = :address_id
"""
_REPLACE: Final = """
    UPDATE referee SET status = 'replaced'
    WHERE person_id = :person_id AND nth = :nth AND status IN ('asked', 'held')
        AND (address_id IS NULL OR address_id <> :address_id)
    RETURNING ref
"""
_NAME: Final = """
    INSERT INTO referee (hub, ref, person_id, nth, address_id, name, status, asked_at, how_known, comment)
    VALUES (:hub, :ref, :person_id, :nth, :address_id, :name, 'asked', :now, '', '')
    ON CONFLICT (person_id, address_id) DO UPDATE
    SET ref = excluded.ref, nth = excluded.nth, name = excluded.name, status = 'asked', asked_at = excluded.asked_at
    WHERE referee.status IN ('replaced', 'held')
    RETURNING ref
"""
_NTH: Final = "SELECT nth FROM referee WHERE person_id = :person_id AND address_id = :address_id"
_DROP: Final = (
    "DELETE FROM outbox WHERE hub = :hub AND dedupe_key = :key AND status IN (0, 1)",
    "UPDATE outbox SET body = '' WHERE hub = :hub AND dedupe_key = :key",  # it names the person
)
_OPEN_TASK: Final = """
    INSERT INTO task (hub, person_id, kind, reason, opened_at) VALUES (:hub, :person_id, 'hand_off', :reason, :now)
"""


def ask(scope: Scope, effect: AskReferee) -> Operation[None]:
    """Write to a reference with a link of their own, once and once more if they stay silent; a human if they want no texts."""
    address_id = yield from _contact(scope, effect)
    if address_id is None:
        yield from _open_task(scope, "reference_not_asked")
        return
    key = {"person_id": scope.person_id, "address_id": address_id}
    for row in (yield Statement(_REPLACE, {**key, "nth": effect.nth})):
        yield from _end(scope, row["ref"])
    rows = yield Statement(
        _NAME,
        {**key, "hub": scope.hub, "ref": new_ref(), "nth": effect.nth, "name": effect.name, "now": scope.now},
    )
    if not rows:
        (known,) = yield Statement(_NTH, key)
        if known["nth"] != effect.nth:  # one person cannot be both
            yield from _open_task(scope, "reference_not_asked")
        return
    yield from _write(scope, rows[0]["ref"], address_id, (effect.text, effect.reminder))


def _end(scope: Scope, ref: str) -> Operation[None]:
    """Let the link of a reference lead nowhere, and no letter leave that has not."""
    now = from_micros(scope.now)
    yield from links.revoke(scope.hub, LinkPurpose.REFERENCE, person_id=scope.person_id, subject=ref, now=now)
    for sql in _DROP:
        for nth in (1, 2):
            yield Statement(sql, {"hub": scope.hub, "key": message_key(ref, nth)})


def _write(scope: Scope, ref: str, address_id: int, letters: tuple[str, str]) -> Operation[None]:
    now = from_micros(scope.now)
    token = yield from links.make(
        scope.hub, LinkPurpose.REFERENCE, person_id=scope.person_id, address_id=address_id, subject=ref, now=now
    )
    for nth, (text, not_before) in enumerate(zip(letters, (None, now + ASK_AGAIN), strict=True), start=1):
        yield from links.write(
            scope.hub,
            address_id=address_id,
            text=text.replace("{token}", token),
            purpose=Purpose.REQUEST,
            key=message_key(ref, nth),
            not_before=not_before,
            now=now,
        )


def _contact(scope: Scope, effect: AskReferee) -> Operation[int | None]:
    """Find or add whom an address belongs to; ``None`` when they may not be asked: the person, a minor, after an opt-out.

    Nobody knows where they are: they are written to in the hours that are open everywhere.
    """
    address_id = yield from outsiders.contact(scope.hub, effect.to, zone=None, now=scope.now)
    if address_id is None:
        return None
    (who,) = yield Statement(_WHO, {"address_id": address_id})
    born = read_day(who["birth_date"])
    is_minor = born is not None and applies(born, from_micros(scope.now).date())
    return None if is_minor or who["person_id"] == scope.person_id else address_id


def message_key(ref: str, nth: int = 1) -> str:
    """Name the first or second message to a reference; ``forgetting`` finds them by this."""
    return f"reference:{ref}" if nth == 1 else f"reference:{ref}:{nth}"


def _open_task(scope: Scope, reason: str) -> Operation[None]:
    yield Statement(_OPEN_TASK, {"hub": scope.hub, "person_id": scope.person_id, "reason": reason, "now": scope.now})


# --- hold -------------------------------------------------------------------------------------------------------------

#: About whom a coordinator has decided, nobody is written to as it is.
_HOLD: Final = """
    UPDATE referee SET status = 'held'
    WHERE person_id = :person_id AND status = 'asked' AND NOT EXISTS (
        SELECT 1 FROM requirement AS q WHERE q.person_id = referee.person_id AND q.kind = :kind AND q.nth = referee.nth
            AND q.status NOT IN ('needed', 'asked'))
    RETURNING ref
"""
_HELD: Final = """
    SELECT f.id, f.nth, f.address_id, a.channel, a."user" AS contact, a.opted_out_at, p.answers
    FROM referee AS f JOIN address AS a ON a.id = f.address_id JOIN person AS p ON p.id = f.person_id
    WHERE f.person_id = :person_id AND f.status = 'held' AND NOT EXISTS (
        SELECT 1 FROM requirement AS q WHERE q.person_id = f.person_id AND q.kind = :kind AND q.nth = f.nth
            AND q.status NOT IN ('needed', 'asked'))
    ORDER BY f.nth
"""
_ASK_HELD: Final = """
    UPDATE referee SET status = 'asked', ref = :ref, asked_at = :now WHERE id = :id AND status = 'held' RETURNING ref
"""


def hold(scope: Scope) -> Operation[None]:
    """Leave every reference alone who has not answered, as long as no guardian agrees; staff hear of none as silent."""
    for row in (yield Statement(_HOLD, {"person_id": scope.person_id, "kind": KIND})):
        yield from _end(scope, row["ref"])
    yield from _close_silent(scope.hub, scope.person_id, scope.now)


def go_on(scope: Scope, letters: Mapping[str, tuple[str, str]]) -> Operation[None]:
    """Ask whoever was left alone meanwhile once more; a human where the person names somebody else by now.

    Args:
        letters: both messages, by channel.
    """
    for row in (yield Statement(_HELD, {"person_id": scope.person_id, "kind": KIND})):
        named = json.loads(row["answers"]).get(NAMED[row["nth"]][1])
        if named != row["contact"] or row["opted_out_at"] is not None or row["channel"] not in letters:
            yield from _open_task(scope, "reference_not_asked")
            continue
        asked = {"id": row["id"], "ref": new_ref(), "now": scope.now}
        for one in (yield Statement(_ASK_HELD, asked)):
            yield from _write(scope, one["ref"], row["address_id"], letters[row["channel"]])


# --- answer -----------------------------------------------------------------------------------------------------------

_ANSWER: Final = """
    UPDATE referee SET status = 'answered', answered_at = :now, how_known = :how_known, recommends = :recommends,
        comment = :comment
    WHERE hub = :hub AND ref = :ref AND status = 'asked'
    RETURNING person_id, nth
"""
#: What a coordinator has decided stays so.
_PENDING: Final = """
    UPDATE requirement SET status = 'pending', changed_at = :now
    WHERE person_id = :person_id AND kind = :kind AND nth = :nth AND status IN ('needed', 'asked')
"""
_ASK_NO_MORE: Final = """
    UPDATE outbox SET status = 8, reason = 'answered', settled_at = :now
    WHERE hub = :hub AND status IN (0, 1) AND dedupe_key = :key
"""
#: As long as nobody else whom they named is silent as well.
_CLOSE_SILENT: Final = """
    UPDATE task SET closed_at = :now
    WHERE hub = :hub AND person_id = :person_id AND closed_at IS NULL AND reason = 'reference_silent' AND NOT EXISTS (
        SELECT 1 FROM referee AS f JOIN requirement AS q
            ON q.person_id = f.person_id AND q.kind = :kind AND q.nth = f.nth
        WHERE f.person_id = :person_id AND f.status = 'asked' AND f.asked_at <= task.opened_at
            AND q.status IN ('needed', 'asked'))
"""
_OF_DECIDED: Final = "SELECT ref FROM referee WHERE person_id = :person_id AND nth = :nth AND status = 'asked'"
_REF: Final = "SELECT ref FROM person WHERE id = :person_id"


def answer(hub: str, ref: str, reference: Reference, now: datetime) -> Operation[bool]:
    """Keep what a reference answered, and let a coordinator look; ``False`` when there is nothing to answer any more."""
    at = to_micros(now)
    rows = yield Statement(
        _ANSWER,
        {
            "hub": hub,
            "ref": ref,
            "how_known": reference.how_known,
            "recommends": reference.recommends,
            "comment": reference.comment,
            "now": at,
        },
    )
    if not rows:
        return False
    yield Statement(_ASK_NO_MORE, {"hub": hub, "key": message_key(ref, 2), "now": at})
    yield from _close_silent(hub, rows[0]["person_id"], at)
    person_id, nth = rows[0]["person_id"], rows[0]["nth"]
    yield Statement(_PENDING, {"person_id": person_id, "kind": KIND, "nth": nth, "now": at})
    yield from _open_task(Scope(hub=hub, person_id=person_id, address_id=0, now=at), "reference_answered")
    (person,) = yield Statement(_REF, {"person_id": person_id})
    yield from audit.note(
        hub,
        person_ref=person["ref"],
        author=f"link:{LinkPurpose.REFERENCE.value}",
        what="requirement",
        detail={"kind": KIND, "nth": nth, "status": "pending"},
        now=now,
    )
    return True


def ask_no_more(hub: str, person_id: int, nth: int, now: int) -> Operation[None]:
    """Leave a reference alone about whom a coordinator has decided, and let staff be told of none that is silent.

    The first letter may wait for the day as well.
    """
    for row in (yield Statement(_OF_DECIDED, {"person_id": person_id, "nth": nth})):
        for which in (1, 2):
            yield Statement(_ASK_NO_MORE, {"hub": hub, "key": message_key(row["ref"], which), "now": now})
    yield from _close_silent(hub, person_id, now)


def _close_silent(hub: str, person_id: int, now: int) -> Operation[None]:
    yield Statement(_CLOSE_SILENT, {"hub": hub, "person_id": person_id, "kind": KIND, "now": now})
