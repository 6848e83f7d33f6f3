"""Note who belongs to which organisation; a place at another one of its kind ends the earlier."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from flows.effects import JoinOrganisation
from flows.rules.organisations import (
    CODE_WITHIN,
    MOST_BY_CODE,
    MembershipStatus,
    Organisation,
    OrganisationKind,
    read_policy,
)
from storage.operations import audit
from storage.operations.scope import Scope
from storage.statements import Operation, Row, Statement
from storage.tables import from_micros, to_micros

KNOWN: Final = "SELECT id, kind, name, code, slack_team, policy FROM organisation WHERE hub = :hub ORDER BY id"
_END_OTHERS: Final = """
    UPDATE membership SET status = 'ended', changed_at = :now
    WHERE person_id = :person_id AND organisation_id <> :organisation AND status IN ('pending', 'confirmed')
        AND organisation_id IN (SELECT o.id FROM organisation AS o
            WHERE o.kind = (SELECT n.kind FROM organisation AS n WHERE n.id = :organisation))
"""
#: Whoever comes back is asked about anew; what the organisation has decided stands.
_JOIN: Final = """
    INSERT INTO membership (hub, person_id, organisation_id, status, approver, decided_by, changed_at)
    SELECT o.hub, CAST(:person_id AS INTEGER), o.id, CAST(:status AS TEXT), '', CAST(:by AS TEXT), CAST(:now AS BIGINT)
    FROM organisation AS o WHERE o.id = :organisation AND o.hub = :hub
    ON CONFLICT (person_id, organisation_id) DO UPDATE
    SET status = excluded.status, asked_at = NULL, changed_at = excluded.changed_at
    WHERE membership.status = 'ended'
    RETURNING id
"""
#: Staff are told once, as long as the task is open.
_LEAKED: Final = """
    INSERT INTO task (hub, kind, reason, opened_at)
    SELECT o.hub, 'hand_off', 'code_used_often: ' || o.name, CAST(:now AS BIGINT)
    FROM organisation AS o WHERE o.id = :organisation AND o.hub = :hub AND o.kind = 'employer'
        AND (SELECT count(*) FROM membership AS m WHERE m.organisation_id = o.id AND m.changed_at > :since
            AND m.decided_by = :by AND m.person_id <> :person_id) >= :most
        AND NOT EXISTS (SELECT 1 FROM task AS t
            WHERE t.hub = o.hub AND t.reason = 'code_used_often: ' || o.name AND t.closed_at IS NULL)
"""
_BY_CODE: Final = "rule:said"
_MICROS: Final = CODE_WITHIN // timedelta(microseconds=1)
_PERSON: Final = "SELECT ref FROM person WHERE id = :person_id"


def join(scope: Scope, effect: JoinOrganisation) -> Operation[None]:
    """Note that somebody belongs to an organisation, once."""
    key = {"person_id": scope.person_id, "organisation": effect.organisation, "now": scope.now}
    yield Statement(_END_OTHERS, key)
    by = f"rule:{effect.via}"
    joined = yield Statement(_JOIN, {**key, "hub": scope.hub, "status": effect.status.value, "by": by})
    if not joined:
        return
    if effect.status is MembershipStatus.PENDING:
        yield Statement(
            _LEAKED, {**key, "hub": scope.hub, "since": scope.now - _MICROS, "most": MOST_BY_CODE, "by": _BY_CODE}
        )
    (person,) = yield Statement(_PERSON, {"person_id": scope.person_id})
    yield from audit.note(
        scope.hub,
        person_ref=person["ref"],
        author="person",
        what="membership",
        detail={"organisation": effect.organisation, "status": effect.status.value, "via": effect.via},
        now=from_micros(scope.now),
    )


_JOINED_LATELY: Final = """
    SELECT m.organisation_id, count(*) AS people FROM membership AS m JOIN organisation AS o ON o.id = m.organisation_id
    WHERE o.hub = :hub AND o.kind = 'employer' AND m.changed_at > :since AND m.decided_by = :by
    GROUP BY m.organisation_id
"""


def known(hub: str, now: datetime) -> Operation[tuple[Organisation, ...]]:
    """List the hub's organisations; where many use an employer's code within a day, it wants to approve each from then on."""
    rows = yield Statement(KNOWN, {"hub": hub})
    lately = yield Statement(_JOINED_LATELY, {"hub": hub, "since": to_micros(now - CODE_WITHIN), "by": _BY_CODE})
    leaked = {row["organisation_id"] for row in lately if row["people"] >= MOST_BY_CODE}
    found = map(read_organisation, rows)
    return tuple(
        replace(one, policy=replace(one.policy, approve_members=True)) if one.id in leaked else one for one in found
    )


_EMPLOYER: Final = """
    SELECT o.policy FROM membership AS m JOIN organisation AS o ON o.id = m.organisation_id
    WHERE m.person_id = :person_id AND m.status = 'confirmed' AND o.kind = 'employer'
    ORDER BY m.changed_at DESC, m.id DESC LIMIT 1
"""


def approves_shifts(person_id: int) -> Operation[bool]:
    """Tell whether a manager of somebody's employer approves each shift on paid time."""
    rows = yield Statement(_EMPLOYER, {"person_id": person_id})
    return any(read_policy(row["policy"]).needs_manager for row in rows)


def read_organisation(row: Row) -> Organisation:
    """Make an organisation of a row."""
    return Organisation(
        id=row["id"],
        kind=OrganisationKind(row["kind"]),
        name=row["name"],
        code=row["code"],
        slack_team=row["slack_team"],
        policy=read_policy(json.loads(row["policy"])),
    )
