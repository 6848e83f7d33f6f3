"""Ask guardians, and carry out what they decide: evidence, requirement, stage, dates and notices in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flows.conversation import Conversation
from flows.effects import AskGuardian, DecideAsGuardian
from flows.facts import GuardianStatus
from flows.messages import Address, Purpose
from flows.rules.guardians import ASK_AGAIN, BECOMES, MAY_FOLLOW, Decision
from flows.rules.links import LinkPurpose
from flows.stages import Stage
from storage.operations import addresses, audit, links, people, referees, seats, timers
from storage.operations.reminders import QUEUE, queue_params
from storage.operations.scope import Scope
from storage.statements import Operation, Row, Statement
from storage.store import NewMessage
from storage.tables import from_micros, new_ref, to_micros

#: The requirement that a guardian's consent fulfils, in ``flows/requirements.toml``.
KIND: Final = "guardian_consent"

# --- ask --------------------------------------------------------------------------------------------------------------

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
    SET name = excluded.name, address_id = excluded.address_id, language = excluded.language,
        status = CASE WHEN guardian.status = 'replaced' THEN 'asked' ELSE guardian.status END
    RETURNING ref, status
"""
_OPEN_TASK: Final = """
    INSERT INTO task (hub, person_id, kind, reason, opened_at) VALUES (:hub, :person_id, 'hand_off', :reason, :now)
"""


def ask(scope: Scope, effect: AskGuardian) -> Operation[None]:
    """Write to a guardian with a link of their own: once, and once more if they stay silent; never after they opted out.

    They become a person of their own, of whom nothing is known but where they can be written to.
    """
    now = from_micros(scope.now)
    found = yield from _contact(scope.hub, effect.to, minor_id=scope.person_id, language=effect.language, now=scope.now)
    if found is None:
        yield from _open_task(scope, "guardian_not_asked")
        return
    address_id, guardian_id = found
    params = {"person_id": scope.person_id, "guardian_id": guardian_id, "now": scope.now}
    for row in (yield Statement(_REPLACE, params)):
        yield from _drop_requests(scope.hub, row["ref"], now=scope.now)
        yield from links.revoke(scope.hub, LinkPurpose.GUARDIAN, person_id=scope.person_id, subject=row["ref"], now=now)
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


def _open_task(scope: Scope, reason: str) -> Operation[None]:
    yield Statement(_OPEN_TASK, {"hub": scope.hub, "person_id": scope.person_id, "reason": reason, "now": scope.now})


# --- decide -----------------------------------------------------------------------------------------------------------

#: Whoever is in the middle of a turn with the person under 18 thinks again, knowing of the decision; and the guardian's
#: own answers come one after the other.
_FENCE: Final = """
    UPDATE conversation SET version = version + 1 WHERE person_id = :person_id AND hub = :hub RETURNING state
"""
_SET_STATE: Final = "UPDATE conversation SET state = :state WHERE person_id = :person_id"
_FIND: Final = """
    SELECT g.id, g.ref, g.person_id, g.guardian_id, g.address_id, g.status, p.stage, p.ref AS person_ref, p.zone,
        p.address_id AS own_address_id
    FROM guardian AS g JOIN person AS p ON p.id = g.person_id
    WHERE g.hub = :hub AND g.ref = :ref
"""
_LOCK: Final = "SELECT status, asked_edition FROM guardian WHERE id = :id {for_update}"
_SIGNED: Final = """
    SELECT max(edition) AS edition FROM guardian_consent WHERE person_id = :person_id AND withdrawn_at IS NULL
"""
_DECIDE: Final = """
    UPDATE guardian SET status = :status, decided_at = :now, stage_before = :stage_before, lapses_on = NULL WHERE id = :id
"""
_EVIDENCE: Final = """
    INSERT INTO guardian_consent (hub, person_id, guardian_name, relation, form_version, via, edition, given_at)
    VALUES (:hub, :person_id, :guardian_name, :relation, :form_version, :via, :edition, :now)
"""
_TAKE_BACK: Final = """
    UPDATE guardian_consent SET withdrawn_at = :now WHERE person_id = :person_id AND withdrawn_at IS NULL
"""
_REQUIRE: Final = """
    INSERT INTO requirement (hub, person_id, kind, nth, status, reference, decided_by, valid_from, valid_until, changed_at)
    VALUES (:hub, :person_id, :kind, 1, :status, '', :decided_by, :valid_from, :valid_until, :now)
    ON CONFLICT (person_id, kind, nth) DO UPDATE
    SET status = excluded.status, decided_by = excluded.decided_by, valid_from = excluded.valid_from,
        valid_until = excluded.valid_until, changed_at = excluded.changed_at
"""
_AHEAD: Final = """
    SELECT b.ref FROM booking AS b JOIN slot AS s ON s.id = b.slot_id
    WHERE b.person_id = :person_id AND b.status IN ('booked', 'confirmed') AND s.starts_at > :now
    ORDER BY s.id
"""
_AT_RISK: Final = """
    INSERT INTO task (hub, person_id, booking_id, kind, reason, opened_at)
    SELECT b.hub, b.person_id, b.id, 'shift_at_risk', 'guardian_withdrew', CAST(:now AS BIGINT)
    FROM booking AS b WHERE b.hub = :hub AND b.ref = :booking
"""
_CLOSE_TASKS: Final = """
    UPDATE task SET closed_at = :now
    WHERE person_id = :person_id AND closed_at IS NULL AND reason IN
        ('guardian_silent', 'guardian_not_asked', 'guardian_declined', 'guardian_withdrew', 'consent_lapses',
        'consent_lapsed')
"""
_DROP_REQUESTS: Final = """
    UPDATE outbox SET status = 8, reason = 'decided', settled_at = :now
    WHERE hub = :hub AND status IN (0, 1) AND dedupe_key IN (:first, :second)
"""
_TOLD: Final = {Decision.DECLINE: "guardian_declined", Decision.WITHDRAW: "guardian_withdrew"}
#: ``flows.rules.requirements.Status``: a consent that was refused or taken back fulfils nothing.
_REQUIREMENT: Final = {Decision.AGREE: "met", Decision.DECLINE: "refused", Decision.WITHDRAW: "refused"}


def decide(hub: str, effect: DecideAsGuardian, now: datetime) -> Operation[bool]:
    """Carry out a guardian's decision as a whole; ``False`` when it cannot follow what was decided before."""
    at = to_micros(now)
    rows = yield Statement(_FIND, {"hub": hub, "ref": effect.guardian})
    if not rows:
        return False
    talks = yield Statement(_FENCE, {"hub": hub, "person_id": rows[0]["person_id"]})
    (lock,) = yield Statement(_LOCK, {"id": rows[0]["id"]})
    (row,) = yield Statement(_FIND, {"hub": hub, "ref": effect.guardian})  # as it stands now that nobody changes it
    if lock["status"] not in MAY_FOLLOW[effect.decision] and not (yield from _renews(row, lock, effect)):
        return False
    scope = Scope(hub=hub, person_id=row["person_id"], address_id=0, now=at)
    yield from _keep(scope, row, effect, now)
    if effect.stage.value != row["stage"]:
        yield from people.change(scope, facts={}, moves=[_move(effect)])
    if effect.decision is not Decision.AGREE:
        yield from _free_dates(scope)
        for talk in talks:
            yield from _leave_flows(scope, talk["state"])
        yield from referees.hold(scope)
    else:
        yield from referees.go_on(scope, effect.letters)
    yield Statement(_CLOSE_TASKS, {"person_id": scope.person_id, "now": at})
    if told := _TOLD.get(effect.decision):
        yield from _open_task(scope, told)
    yield from _drop_requests(hub, effect.guardian, now=at)
    if effect.stage is Stage.IN_REVIEW and row["stage"] != Stage.IN_REVIEW:
        yield from _open_task(scope, "review_application")
    yield from _tell(scope, row, effect, now)
    yield from audit.note(
        hub,
        person_ref=row["person_ref"],
        author=_author(effect),
        what="requirement",
        detail={"kind": KIND, "decision": effect.decision.value, "via": effect.via, "form": effect.form_version},
        now=now,
    )
    return True


def _tell(scope: Scope, row: Row, effect: DecideAsGuardian, now: datetime) -> Operation[None]:
    """Tell the person, by a turn of their own where something is asked of them next."""
    if effect.goes_on and row["own_address_id"] is not None:
        yield from timers.go_on(scope)
        return
    notice = NewMessage(
        dedupe_key=f"guardian:{effect.guardian}:{new_ref()}",  # a repeated decision never comes here
        person_id=scope.person_id,
        text=effect.notice,
        purpose=Purpose.NOTICE,
    )
    yield Statement(QUEUE, queue_params(scope.hub, notice, now))


def _renews(row: Row, lock: Row, effect: DecideAsGuardian) -> Operation[bool]:
    """Tell whether a guardian who has agreed agrees to the newer edition that they were asked about."""
    if effect.decision is not Decision.AGREE or lock["status"] != GuardianStatus.AGREED:
        return False
    (signed,) = yield Statement(_SIGNED, {"person_id": row["person_id"]})
    return lock["asked_edition"] is not None and (signed["edition"] or 0) < lock["asked_edition"] <= effect.edition


def _move(effect: DecideAsGuardian) -> people.Move:
    return people.Move(stage=effect.stage, cause=f"guardian:{effect.decision.value}", author=_author(effect))


def _author(effect: DecideAsGuardian) -> str:
    """Name who decided: the guardian, by their link or by a reply of their own."""
    return f"link:{LinkPurpose.GUARDIAN.value}" if effect.via == "page" else "guardian"


def _keep(scope: Scope, row: Row, effect: DecideAsGuardian, now: datetime) -> Operation[None]:
    """Write down the decision: the evidence, the requirement, and how long the guardian's link leads here."""
    agrees = effect.decision is Decision.AGREE
    left = row["stage"] if effect.decision is Decision.WITHDRAW and effect.stage.value != row["stage"] else None
    yield Statement(
        _DECIDE,
        {"id": row["id"], "status": BECOMES[effect.decision].value, "stage_before": left, "now": scope.now},
    )
    yield Statement(_TAKE_BACK, {"person_id": scope.person_id, "now": scope.now})
    if agrees:
        yield Statement(
            _EVIDENCE,
            {
                "hub": scope.hub,
                "person_id": scope.person_id,
                "guardian_name": effect.signed_name,
                "relation": effect.relation,
                "form_version": effect.form_version,
                "via": effect.via,
                "edition": effect.edition,
                "now": scope.now,
            },
        )
    yield Statement(
        _REQUIRE,
        {
            "hub": scope.hub,
            "person_id": scope.person_id,
            "kind": KIND,
            "status": _REQUIREMENT[effect.decision],
            "decided_by": f"guardian by {effect.via}",
            "valid_from": now.date() if agrees else None,
            "valid_until": effect.valid_until if agrees else None,
            "now": scope.now,
        },
    )
    if agrees and effect.valid_until:  # by the same link they may take it back
        ends = datetime.combine(effect.valid_until + timedelta(days=1), time(), tzinfo=ZoneInfo(row["zone"] or "UTC"))
        yield from links.extend(
            scope.hub, LinkPurpose.GUARDIAN, person_id=scope.person_id, subject=effect.guardian, until=ends
        )


def _free_dates(scope: Scope) -> Operation[None]:
    """Give back every seat ahead, and tell staff of each."""
    ahead = yield Statement(_AHEAD, {"person_id": scope.person_id, "now": scope.now})
    for row in ahead:
        yield from seats.release(scope, row["ref"], cause="guardian withdrew")
        yield Statement(_AT_RISK, {"hub": scope.hub, "booking": row["ref"], "now": scope.now})


def _leave_flows(scope: Scope, state: str) -> Operation[None]:
    """Take back what the person is being offered at this moment."""
    if state:
        left = replace(Conversation.decode(state), stack=(), side=None)
        yield Statement(_SET_STATE, {"person_id": scope.person_id, "state": left.encode()})


def _drop_requests(hub: str, ref: str, *, now: int) -> Operation[None]:
    yield Statement(_DROP_REQUESTS, {"hub": hub, "first": f"request:{ref}:1", "second": f"request:{ref}:2", "now": now})
