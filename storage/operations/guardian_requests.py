"""Ask the guardians whom people under 18 name: once and once more, never who refused, and one at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flows.effects import AskGuardian
from flows.facts import GuardianStatus
from flows.messages import Address, Purpose
from flows.rules.guardians import ASK_AGAIN, KIND, MOST_NAMES, same_person
from flows.rules.links import LinkPurpose
from flows.stages import Stage
from storage.operations import addresses, links, people
from storage.operations.scope import Scope
from storage.statements import Operation, Params, Statement
from storage.tables import from_micros, new_ref

_FIND_ADDRESS: Final = """
    SELECT a.id, a.person_id, a.opted_out_at, p.birth_date FROM address AS a JOIN person AS p ON p.id = a.person_id
    WHERE a.hub = :hub AND a.channel = :channel AND a.account = :account AND a."user" = :user
"""
#: Guardians mostly live with those they care for: the quiet hours of the home are theirs, and first its language.
_SAME_HOME: Final = """
    UPDATE person SET zone = (SELECT o.zone FROM person AS o WHERE o.id = :other), language = :language
    WHERE id = :person_id
"""
_REPLACE: Final = """
    UPDATE guardian SET status = 'replaced', decided_at = :now
    WHERE person_id = :person_id AND guardian_id <> :guardian_id AND status = 'asked'
    RETURNING ref
"""
_NAME: Final = """
    INSERT INTO guardian (hub, ref, person_id, guardian_id, address_id, name, language, status, asked_at)
    VALUES (:hub, :ref, :person_id, :guardian_id, :address_id, :name, :language, 'asked', :now)
    ON CONFLICT (person_id, guardian_id) DO UPDATE
    SET name = excluded.name, address_id = excluded.address_id, language = excluded.language
    RETURNING ref, status
"""
_KNOWN: Final = "SELECT ref, status, name FROM guardian WHERE person_id = :person_id AND guardian_id = :guardian_id"
_TIMES: Final = """
    SELECT COUNT(DISTINCT k.subject) AS times FROM link AS k JOIN address AS a ON a.id = k.address_id
    WHERE k.hub = :hub AND k.purpose = 'guardian' AND k.person_id = :person_id AND a.person_id = :guardian_id
"""
_ASK_ANEW: Final = """
    UPDATE guardian SET ref = :ref, status = 'asked', asked_at = :now, decided_at = NULL
    WHERE person_id = :person_id AND guardian_id = :guardian_id
"""
#: Where somebody else is asked after a refusal, what was refused is asked again; and the other way round.
_MARK: Final = """
    UPDATE requirement SET status = :status, decided_by = '', changed_at = :now
    WHERE person_id = :person_id AND kind = :kind AND status IN ('asked', 'refused') AND status <> :status
"""
_DROP_REQUESTS: Final = """
    UPDATE outbox SET status = 8, reason = 'decided', settled_at = :now
    WHERE hub = :hub AND status IN (0, 1) AND dedupe_key IN (:first, :second)
"""
_OPEN_TASK: Final = """
    INSERT INTO task (hub, person_id, kind, reason, opened_at) VALUES (:hub, :person_id, 'hand_off', :reason, :now)
"""


def ask(scope: Scope, effect: AskGuardian) -> Operation[None]:
    """Write to a guardian with a link of their own: once, and once more if they stay silent; never after they opted out.

    They become a person of their own, of whom nothing is known but where they can be written to. Who has refused is not
    asked again, but somebody of another name may be whom the same contact reaches.
    """
    now = from_micros(scope.now)
    found = yield from _contact(scope.hub, effect.to, minor_id=scope.person_id, language=effect.language, now=scope.now)
    if found is None:
        yield from open_task(scope, "guardian_not_asked")
        return
    address_id, guardian_id = found
    params: Params = {"person_id": scope.person_id, "guardian_id": guardian_id, "now": scope.now}
    yield from set_others_aside(scope, guardian_id)
    if not (yield from _begin_anew(scope, params, effect.name)):
        yield Statement(_MARK, {**params, "kind": KIND, "status": "refused"})
        return
    (row,) = yield Statement(
        _NAME,
        {
            **params,
            "hub": scope.hub,
            "ref": new_ref(),
            "address_id": address_id,
            "name": effect.name,
            "language": effect.language,
        },
    )
    if row["status"] != GuardianStatus.ASKED:
        return
    yield Statement(_MARK, {**params, "kind": KIND, "status": "asked"})
    token = yield from links.make(
        scope.hub,
        LinkPurpose.GUARDIAN,
        person_id=scope.person_id,
        address_id=address_id,
        subject=row["ref"],
        now=now,
    )
    for nth, (text, not_before) in enumerate(((effect.text, None), (effect.reminder, now + ASK_AGAIN)), start=1):
        yield from links.write(
            scope.hub,
            address_id=address_id,
            text=text.replace("{token}", token),
            purpose=Purpose.REQUEST,
            key=f"request:{row['ref']}:{nth}",
            not_before=not_before,
            now=now,
        )


def set_others_aside(scope: Scope, guardian_id: int) -> Operation[None]:
    """Let whoever else was asked decide nothing any more."""
    now = from_micros(scope.now)
    for row in (
        yield Statement(_REPLACE, {"person_id": scope.person_id, "guardian_id": guardian_id, "now": scope.now})
    ):
        yield from _end(scope, row["ref"], now)


def _end(scope: Scope, ref: str, now: datetime) -> Operation[None]:
    yield from drop_requests(scope.hub, ref, now=scope.now)
    yield from links.revoke(scope.hub, LinkPurpose.GUARDIAN, person_id=scope.person_id, subject=ref, now=now)


def _begin_anew(scope: Scope, key: Params, name: str) -> Operation[bool]:
    """Begin anew with a contact who was set aside, or that reaches somebody else than who refused; ``False`` where not."""
    rows = yield Statement(_KNOWN, key)
    if not rows or rows[0]["status"] in (GuardianStatus.ASKED, GuardianStatus.AGREED):
        return True
    if rows[0]["status"] != GuardianStatus.REPLACED and same_person(rows[0]["name"], name):
        return False
    (asked,) = yield Statement(_TIMES, {**key, "hub": scope.hub})
    if asked["times"] >= MOST_NAMES:
        yield from open_task(scope, "guardian_not_asked")
        return False
    yield from _end(scope, rows[0]["ref"], from_micros(scope.now))
    yield Statement(_ASK_ANEW, {**key, "ref": new_ref()})
    return True


def drop_requests(hub: str, ref: str, *, now: int) -> Operation[None]:
    """Let no request leave that has not."""
    yield Statement(_DROP_REQUESTS, {"hub": hub, "first": f"request:{ref}:1", "second": f"request:{ref}:2", "now": now})


def _contact(hub: str, to: Address, *, minor_id: int, language: str, now: int) -> Operation[tuple[int, int] | None]:
    """Find or add whom an address belongs to; ``None`` when they may not be asked."""
    key = {"hub": hub, "channel": to.channel, "account": to.account, "user": to.user}
    for _ in range(2):  # somebody else may add the same contact in between
        rows = yield Statement(_FIND_ADDRESS, key)
        if rows:
            born = rows[0]["birth_date"]
            is_minor = born is not None and _is_minor(str(born), from_micros(now))
            if is_minor or rows[0]["opted_out_at"] is not None:
                return None
            return rows[0]["id"], rows[0]["person_id"]
        person_id = yield from people.add(hub, stage=Stage.ENQUIRED, now=now)
        address_id = yield from addresses.add(hub, to, person_id=person_id, now=now)
        if address_id is not None:
            scope = Scope(hub=hub, person_id=person_id, address_id=address_id, now=now)
            yield from people.write_to(scope)
            yield Statement(_SAME_HOME, {"person_id": person_id, "other": minor_id, "language": language})
            return address_id, person_id
        yield Statement("DELETE FROM person WHERE id = :person_id", {"person_id": person_id})
    return None


def _is_minor(born: str, now: datetime) -> bool:
    return f"{int(born[:4]) + 18}{born[4:10]}" > f"{now:%Y-%m-%d}"


def open_task(scope: Scope, reason: str) -> Operation[None]:
    """Let staff see what became of it."""
    yield Statement(_OPEN_TASK, {"hub": scope.hub, "person_id": scope.person_id, "reason": reason, "now": scope.now})
