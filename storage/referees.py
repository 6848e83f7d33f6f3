"""Read what references were asked and answered, and keep an answer given on a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from flows.rules.references import Reference
from storage.operations import referees
from storage.performing import perform
from storage.tables import PersonRow, RefereeRow, to_micros


def find(session: Session, hub: str, ref: str) -> tuple[RefereeRow, PersonRow] | None:
    """Find who was asked, and about whom; ``None`` once somebody else was named, or a guardian does not agree."""
    return session.exec(
        select(RefereeRow, PersonRow)
        .join(PersonRow, col(PersonRow.id) == col(RefereeRow.person_id))
        .where(
            col(RefereeRow.hub) == hub, col(RefereeRow.ref) == ref, col(RefereeRow.status).not_in(("replaced", "held"))
        )
    ).one_or_none()


def answer(session: Session, hub: str, ref: str, reference: Reference, now: datetime) -> bool:
    """Keep an answer in the session's transaction; ``False`` when there is nothing to answer any more."""
    return perform(session, referees.answer(hub, ref, reference, now))


def ask_no_more(session: Session, person: PersonRow, nth: int, now: datetime) -> None:
    """Leave a reference alone about whom a coordinator has decided."""
    assert person.id is not None
    perform(session, referees.ask_no_more(person.hub, person.id, nth, to_micros(now)))


def list_of(session: Session, person: PersonRow) -> Sequence[RefereeRow]:
    """List whom a person has named, the first reference first; those named before last."""
    return session.exec(
        select(RefereeRow)
        .where(col(RefereeRow.person_id) == person.id)
        .order_by(col(RefereeRow.status) == "replaced", col(RefereeRow.nth), col(RefereeRow.id))
    ).all()
