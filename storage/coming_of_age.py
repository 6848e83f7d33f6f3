"""Find who has come of age while they waited for a guardian, and let nobody be asked about them any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from flows.effects import TimerKind
from flows.rules.guardians import applies
from flows.stages import Stage
from storage.operations import timers
from storage.operations.scope import Scope
from storage.performing import perform
from storage.store import OutboxStatus
from storage.tables import GuardianRow, OutboxRow, PersonRow, TaskRow, to_micros

_WAITING: Final = (OutboxStatus.WAITING.value, OutboxStatus.READY.value)
#: What staff were to do as long as a guardian had to decide.
_ABOUT_GUARDIANS: Final = ("guardian_silent", "guardian_declined", "guardian_withdrew", "guardian_not_asked")


def list_of_age(session: Session, hub: str, *, zone: str, now: datetime) -> Sequence[PersonRow]:
    """List those who wait for a guardian and have had their 18th birthday where they live; locked, so that they wait for it.

    Args:
        zone: that of whoever has none of their own.
    """
    query = (
        select(PersonRow)
        .where(
            col(PersonRow.hub) == hub,
            col(PersonRow.stage) == Stage.WAITING_GUARDIAN.value,
            col(PersonRow.birth_date) < (now - timedelta(days=17 * 365)).date(),
        )
        .order_by(col(PersonRow.id))
        .with_for_update()
    )
    return [
        person
        for person in session.exec(query).all()
        if not applies(person.birth_date, now.astimezone(ZoneInfo(person.zone or zone)).date())
    ]


def go_on(session: Session, person: PersonRow, now: datetime, kind: TimerKind = TimerKind.ACCEPTED) -> None:
    """Let them be told by a turn of their own, which asks what comes next."""
    assert person.id is not None
    session.flush()
    perform(session, timers.go_on(Scope(hub=person.hub, person_id=person.id, address_id=0, now=to_micros(now)), kind))


def ask_no_guardian(session: Session, person: PersonRow, now: datetime) -> None:
    """Let requests to guardians that have not left be, and what staff were to do about them."""
    refs = session.exec(select(GuardianRow.ref).where(col(GuardianRow.person_id) == person.id)).all()
    keys = [f"request:{ref}:{nth}" for ref in refs for nth in (1, 2)]
    requests = select(OutboxRow).where(
        col(OutboxRow.hub) == person.hub, col(OutboxRow.dedupe_key).in_(keys), col(OutboxRow.status).in_(_WAITING)
    )
    for message in session.exec(requests).all():
        message.status, message.reason, message.settled_at = OutboxStatus.DROPPED.value, "came_of_age", now
        session.add(message)
    tasks = select(TaskRow).where(
        col(TaskRow.person_id) == person.id,
        col(TaskRow.closed_at).is_(None),
        col(TaskRow.reason).in_(_ABOUT_GUARDIANS),
    )
    for task in session.exec(tasks).all():
        task.closed_at = now
        session.add(task)
