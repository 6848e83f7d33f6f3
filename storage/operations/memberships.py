"""Note who belongs to which organisation; a place at another one of its kind ends the earlier."""

from __future__ import annotations

import json
from typing import Final

from flows.effects import JoinOrganisation
from flows.rules.organisations import Organisation, OrganisationKind, read_policy
from storage.operations import audit
from storage.operations.scope import Scope
from storage.statements import Operation, Row, Statement
from storage.tables import from_micros

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
_PERSON: Final = "SELECT ref FROM person WHERE id = :person_id"


def join(scope: Scope, effect: JoinOrganisation) -> Operation[None]:
    """Note that somebody belongs to an organisation, once."""
    key = {"person_id": scope.person_id, "organisation": effect.organisation, "now": scope.now}
    yield Statement(_END_OTHERS, key)
    by = f"rule:{effect.via}"
    joined = yield Statement(_JOIN, {**key, "hub": scope.hub, "status": effect.status.value, "by": by})
    if not joined:
        return
    (person,) = yield Statement(_PERSON, {"person_id": scope.person_id})
    yield from audit.note(
        scope.hub,
        person_ref=person["ref"],
        author="person",
        what="membership",
        detail={"organisation": effect.organisation, "status": effect.status.value, "via": effect.via},
        now=from_micros(scope.now),
    )


def known(hub: str) -> Operation[tuple[Organisation, ...]]:
    """List the hub's organisations."""
    rows = yield Statement(KNOWN, {"hub": hub})
    return tuple(map(read_organisation, rows))


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
