"""Carry out what guardians decide: evidence, requirement, stage, dates and notices in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flows.conversation import Conversation
from flows.effects import DecideAsGuardian
from flows.facts import GuardianStatus
from flows.messages import Purpose
from flows.rules.guardians import BECOMES, KIND, MAY_FOLLOW, Decision
from flows.rules.links import LinkPurpose
from flows.stages import Stage
from storage.operations import audit, guardian_requests, links, people, referees, seats, timers
from storage.operations.reminders import QUEUE, queue_params
from storage.operations.scope import Scope
from storage.statements import Operation, Row, Statement
from storage.store import NewMessage
from storage.tables import new_ref, to_micros

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
_STAND_AGAIN: Final = "UPDATE guardian SET stage_before = NULL WHERE person_id = :person_id"
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
        yield from guardian_requests.open_task(scope, told)
    yield from guardian_requests.drop_requests(hub, effect.guardian, now=at)
    if effect.stage is Stage.IN_REVIEW and row["stage"] != Stage.IN_REVIEW:
        yield from guardian_requests.open_task(scope, "review_application")
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
    if agrees:
        yield from guardian_requests.set_others_aside(scope, row["guardian_id"])
        yield Statement(_STAND_AGAIN, {"person_id": scope.person_id})
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
