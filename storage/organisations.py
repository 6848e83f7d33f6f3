"""Enter organisations, and carry out what an aid office, a manager or a coordinator decides about their people."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlmodel import Session, col, func, select

from flows.facts import Json
from flows.messages import Purpose
from flows.rules.organisations import (
    AWARD,
    MembershipStatus,
    OrganisationKind,
    Policy,
    normal_code,
    read_policy,
    write_policy,
)
from flows.rules.requirements import Status
from storage import audit
from storage.operations import people
from storage.operations.reminders import QUEUE, queue_params
from storage.operations.scope import Scope
from storage.performing import perform
from storage.statements import Operation, Statement
from storage.store import NewMessage
from storage.tables import (
    AllowanceRow,
    MembershipRow,
    OrganisationRow,
    PersonRow,
    RequirementRow,
    TaskRow,
    to_micros,
)

#: The requirement that a word of the organisation meets, in ``flows/requirements.toml``.
_MEETS: Final = {"college": "work_study_authorisation", "employer": "employer_approval"}
#: Signs of a code that nobody takes for one another.
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS: Final = "23456789"


def new_code(name: str) -> str:
    """Make a code: the beginning of the name, and six signs by chance."""
    begins = "".join(sign for sign in normal_code(name) if sign.isalpha())[:4]
    by_chance = "".join(secrets.choice(_LETTERS + _DIGITS) for _ in range(4))
    return begins + secrets.choice(_LETTERS) + by_chance + secrets.choice(_DIGITS)  # a letter and a digit at the least


def add(
    session: Session,
    hub: str,
    *,
    kind: OrganisationKind,
    name: str,
    code: str = "",
    slack_team: str | None = None,
    contact: str = "",
    policy: Policy | None = None,
) -> OrganisationRow:
    """Enter an organisation; without a code it gets one."""
    row = OrganisationRow(
        hub=hub,
        kind=kind.value,
        name=name,
        code=normal_code(code) or new_code(name),
        slack_team=slack_team or None,
        contact=contact,
        policy=write_policy(policy or Policy()),
    )
    session.add(row)
    session.flush()
    return row


def list_all(session: Session, hub: str) -> Sequence[OrganisationRow]:
    """List a hub's organisations by kind and name."""
    order = col(OrganisationRow.kind), col(OrganisationRow.name), col(OrganisationRow.id)
    return session.exec(select(OrganisationRow).where(col(OrganisationRow.hub) == hub).order_by(*order)).all()


def find(session: Session, hub: str, named: str) -> OrganisationRow | None:
    """Find one by its number, code or name."""
    own = list_all(session, hub)
    code, name = normal_code(named), named.strip().casefold()
    by_name = [one for one in own if one.name.casefold() == name]
    by_code = (one for one in own if one.code == code or str(one.id) == named.strip())
    return next(by_code, by_name[0] if len(by_name) == 1 else None)


def of_person(session: Session, person_id: int) -> Sequence[OrganisationRow]:
    """List the organisations that somebody belongs to, or says so."""
    query = (
        select(OrganisationRow)
        .join(MembershipRow, col(MembershipRow.organisation_id) == col(OrganisationRow.id))
        .where(col(MembershipRow.person_id) == person_id)
    )
    return session.exec(query.order_by(col(OrganisationRow.id))).all()


def count_members(session: Session, organisation_id: int) -> dict[str, int]:
    """Count members by how far it has come."""
    query = select(MembershipRow.status, func.count()).where(col(MembershipRow.organisation_id) == organisation_id)
    return dict(session.exec(query.group_by(col(MembershipRow.status))).all())


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who belongs to an organisation, or says so."""

    membership: MembershipRow
    organisation: OrganisationRow
    person: PersonRow
    policy: Policy
    #: The award or this year's paid time off; ``None`` before there is one.
    allowance: AllowanceRow | None


def member(
    session: Session, hub: str, membership_id: int, *, period: str = AWARD, to_change: bool = False
) -> Member | None:
    """Find a member.

    Args:
        period: whose minutes are wanted.
        to_change: keeps others from changing them until the transaction ends.
    """
    query = select(MembershipRow).where(col(MembershipRow.hub) == hub, col(MembershipRow.id) == membership_id)
    row = session.exec(query.with_for_update() if to_change else query).one_or_none()
    if row is None:
        return None
    organisation, person = session.get(OrganisationRow, row.organisation_id), session.get(PersonRow, row.person_id)
    assert organisation is not None
    assert person is not None
    allowances = select(AllowanceRow).where(
        col(AllowanceRow.membership_id) == membership_id, col(AllowanceRow.period) == period
    )
    return Member(
        membership=row,
        organisation=organisation,
        person=person,
        policy=read_policy(organisation.policy),
        allowance=session.exec(allowances.with_for_update() if to_change else allowances).one_or_none(),
    )


def join_by_hand(
    session: Session, hub: str, *, person_id: int, organisation_id: int, by: str, now: datetime
) -> MembershipRow:
    """Note that somebody belongs to an organisation because a coordinator says so."""
    query = select(MembershipRow).where(
        col(MembershipRow.person_id) == person_id, col(MembershipRow.organisation_id) == organisation_id
    )
    row = session.exec(query).one_or_none() or MembershipRow(
        hub=hub,
        person_id=person_id,
        organisation_id=organisation_id,
        status=MembershipStatus.PENDING.value,
        decided_by=by,
        asked_at=now,
        changed_at=now,
    )
    session.add(row)
    session.flush()
    return row


# --- decide -----------------------------------------------------------------------------------------------------------

_FENCE: Final = "UPDATE conversation SET version = version + 1 WHERE person_id = :person_id AND hub = :hub"
_CLOSE_TASKS: Final = """
    UPDATE task SET closed_at = :now
    WHERE person_id = :person_id AND hub = :hub AND closed_at IS NULL AND reason = 'organisation_not_asked'
"""


def confirm(
    session: Session,
    found: Member,
    *,
    minutes: int | None,
    weekly_minutes: int | None,
    ends_on: date | None,
    by: str,
    notice: str,
    now: datetime,
) -> None:
    """Note that an organisation knows somebody as its own, and what it pays for; the person is told.

    Args:
        minutes: of a work-study award; ``None`` for an employer, whose policy says it. What is booked already stays
            covered: a smaller award is raised to it, and a human is told.
    """
    row, hub = found.membership, found.membership.hub
    row.status, row.decided_by, row.changed_at = MembershipStatus.CONFIRMED.value, by, now
    row.weekly_minutes, row.ends_on = weekly_minutes, ends_on
    session.add(row)
    if minutes is not None:
        assert row.id is not None
        award = found.allowance or AllowanceRow(hub=hub, membership_id=row.id, period=AWARD, granted_minutes=minutes)
        if minutes < award.used_minutes:
            _open_task(session, found, "award_below_bookings", now)
        award.granted_minutes = max(minutes, award.used_minutes)
        if award.used_minutes * 100 < award.granted_minutes * award.warned_percent:
            award.warned_percent = 0
        session.add(award)
        _require(session, found, Status.MET, by=by, until=ends_on, now=now)
    elif found.organisation.kind == OrganisationKind.EMPLOYER:
        _require(session, found, Status.MET, by=by, until=None, now=now)
    detail: dict[str, Json] = {"organisation": row.organisation_id, "status": row.status, "minutes": minutes}
    _settle(session, found, detail=detail, by=by, notice=notice, now=now)


def decline(session: Session, found: Member, *, by: str, notice: str, now: datetime) -> None:
    """Note that an organisation does not know somebody, or pays for nothing; they may go on in their own time."""
    row = found.membership
    row.status, row.decided_by, row.changed_at = MembershipStatus.DECLINED.value, by, now
    session.add(row)
    if found.organisation.kind != OrganisationKind.DISTRICT:
        _require(session, found, Status.REFUSED, by=by, until=None, now=now)
    if found.organisation.kind == OrganisationKind.COLLEGE:
        assert found.person.id is not None
        perform(session, _no_award(found.membership.hub, found.person.id, now))
    detail: dict[str, Json] = {"organisation": row.organisation_id, "status": row.status}
    _settle(session, found, detail=detail, by=by, notice=notice, now=now)


def _no_award(hub: str, person_id: int, now: datetime) -> Operation[None]:
    """From now on their hours are a volunteer's; a turn under way thinks again, knowing that."""
    yield Statement(_FENCE, {"hub": hub, "person_id": person_id})
    scope = Scope(hub=hub, person_id=person_id, address_id=0, now=to_micros(now))
    yield from people.change(scope, facts={"award": False}, moves=[])


def _require(session: Session, found: Member, status: Status, *, by: str, until: date | None, now: datetime) -> None:
    kind = _MEETS[found.organisation.kind]
    query = select(RequirementRow).where(
        col(RequirementRow.person_id) == found.person.id,
        col(RequirementRow.kind) == kind,
        col(RequirementRow.nth) == 1,
    )
    assert found.person.id is not None
    row = session.exec(query).one_or_none() or RequirementRow(
        hub=found.membership.hub, person_id=found.person.id, kind=kind, status=status.value, changed_at=now
    )
    row.status, row.decided_by, row.changed_at = status.value, by, now
    row.valid_from, row.valid_until = (now.date(), until) if status is Status.MET else (None, None)
    session.add(row)


def _settle(session: Session, found: Member, *, detail: dict[str, Json], by: str, notice: str, now: datetime) -> None:
    """Write the decision down, close what waited for it, and tell the person."""
    hub, person = found.membership.hub, found.person
    assert person.id is not None
    audit.note(session, hub, person_ref=person.ref, author=by, what="membership", detail=detail, now=now)
    perform(session, _close_and_tell(hub, person.id, f"membership:{found.membership.id}:{to_micros(now)}", notice, now))


def _close_and_tell(hub: str, person_id: int, key: str, notice: str, now: datetime) -> Operation[None]:
    yield Statement(_CLOSE_TASKS, {"hub": hub, "person_id": person_id, "now": to_micros(now)})
    yield from tell(hub, person_id, key=key, text=notice, now=now)


def tell(hub: str, person_id: int, *, key: str, text: str, now: datetime) -> Operation[None]:
    """Write to a person where they wrote from last, once a key."""
    message = NewMessage(dedupe_key=key, person_id=person_id, text=text, purpose=Purpose.NOTICE)
    yield Statement(QUEUE, queue_params(hub, message, now))


def _open_task(session: Session, found: Member, reason: str, now: datetime) -> None:
    session.add(
        TaskRow(hub=found.membership.hub, person_id=found.person.id, kind="hand_off", reason=reason, opened_at=now)
    )
