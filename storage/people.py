"""Find people, tell their story, and change what a coordinator may change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, func, select

from flows.facts import BookingStatus, Json, SlotKind
from flows.messages import Address
from flows.rules.countries import country_of
from flows.stages import Stage
from storage import audit
from storage.operations import suppressions
from storage.operations.audit import STAGE
from storage.operations.people import TEXT_COLUMNS, move_detail
from storage.operations.rows import write_json
from storage.performing import perform
from storage.store import OutboxStatus
from storage.tables import (
    AddressRow,
    BookingRow,
    ConversationRow,
    InboundRow,
    OutboxRow,
    PersonRow,
    SlotRow,
    TaskRow,
)

# --- find -------------------------------------------------------------------------------------------------------------


def find(session: Session, hub: str, ref: str) -> PersonRow | None:
    """Find a person by the reference that people outside may see."""
    return session.exec(select(PersonRow).where(col(PersonRow.hub) == hub, col(PersonRow.ref) == ref)).one_or_none()


def get(session: Session, hub: str, person_id: int | None) -> PersonRow | None:
    """Return a person by their number; ``None`` once they are erased."""
    row = session.get(PersonRow, person_id) if person_id is not None else None
    return row if row and row.hub == hub else None


def find_by_user(session: Session, hub: str, user: str, *, channel: str = "sms") -> PersonRow | None:
    """Find whoever writes from a phone number in E.164, or a vendor's user id; the latest, if there are several."""
    return session.exec(
        select(PersonRow)
        .join(AddressRow, col(AddressRow.person_id) == col(PersonRow.id))
        .where(col(AddressRow.hub) == hub, col(AddressRow.channel) == channel, col(AddressRow.user) == user)
        .order_by(col(AddressRow.id).desc())
        .limit(1)
    ).first()


def list_people(
    session: Session,
    hub: str,
    *,
    stage: Stage | None = None,
    role: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> Sequence[PersonRow]:
    """List people, those who changed last first."""
    query = select(PersonRow).where(col(PersonRow.hub) == hub)
    if stage is not None:
        query = query.where(col(PersonRow.stage) == stage.value)
    if role is not None:
        query = query.where(col(PersonRow.role) == role)
    query = query.order_by(col(PersonRow.changed_at).desc(), col(PersonRow.id).desc())
    return session.exec(query.limit(limit).offset(offset)).all()


def count_by_stage(session: Session, hub: str) -> dict[Stage, int]:
    """Count the people at each stage, in the order of stages; a stage without anybody counts 0."""
    counts = dict(
        session.exec(
            select(PersonRow.stage, func.count()).where(col(PersonRow.hub) == hub).group_by(col(PersonRow.stage))
        ).all()
    )
    return {stage: counts.get(stage.value, 0) for stage in Stage}


# --- tell -------------------------------------------------------------------------------------------------------------


class EventKind(StrEnum):
    """What may stand in a person's story."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    STAGE = "stage"
    TASK = "task"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvent:
    """One thing that happened between a person and us."""

    at: datetime
    kind: EventKind
    #: What was written, the stage moved to, or the task's kind.
    text: str
    #: Delivery status, cause of the move, or reason of the task.
    detail: str
    #: The turn it belongs to, if any.
    turn: int | None = None


def tell_story(session: Session, person: PersonRow, *, limit: int = 500) -> list[StoryEvent]:
    """List what happened with a person, oldest first; of a very long story the latest part of each kind."""
    assert person.id is not None
    events = [
        *_inbound(session, person.id, limit),
        *_outbound(session, person.id, limit),
        *_moves(session, person, limit),
        *_tasks(session, person.id, limit),
    ]
    return sorted(events, key=lambda event: event.at)  # at the same instant, what came in stands before what went out


def _inbound(session: Session, person_id: int, limit: int) -> Iterator[StoryEvent]:
    for row in _latest(session, InboundRow, person_id, limit):
        yield StoryEvent(at=row.received_at, kind=EventKind.INBOUND, text=row.body, detail=row.kind, turn=row.turn)


def _outbound(session: Session, person_id: int, limit: int) -> Iterator[StoryEvent]:
    for row in _latest(session, OutboxRow, person_id, limit):
        status = OutboxStatus(row.status).name.lower()
        detail = f"{status}: {row.reason}" if row.reason else status
        yield StoryEvent(at=row.created_at, kind=EventKind.OUTBOUND, text=row.body, detail=detail, turn=row.turn)


def _moves(session: Session, person: PersonRow, limit: int) -> Iterator[StoryEvent]:
    for noted in audit.tell(session, person, what=STAGE, limit=limit):
        yield StoryEvent(at=noted.at, kind=EventKind.STAGE, text=noted.stage, detail=f"{noted.cause} ({noted.author})")


def _tasks(session: Session, person_id: int, limit: int) -> Iterator[StoryEvent]:
    for row in _latest(session, TaskRow, person_id, limit):
        yield StoryEvent(at=row.opened_at, kind=EventKind.TASK, text=row.kind, detail=row.reason)


def _latest(session: Session, table: Any, person_id: int, limit: int) -> list[Any]:
    query = select(table).where(table.person_id == person_id).order_by(table.id.desc()).limit(limit)
    return list(reversed(session.exec(query).all()))


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTrace:
    """Why one turn went as it did."""

    turn: int
    inbound: str
    trace: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """All that is known about one person, for whoever looks after them or tests a flow."""

    person: PersonRow
    answers: dict[str, Json]
    addresses: Sequence[AddressRow]
    #: The conversation as the engine wrote it; ``None`` before the first turn.
    conversation: Json
    version: int
    held_by: str | None
    #: Oldest first.
    traces: Sequence[TurnTrace]


def describe(session: Session, person: PersonRow, *, turns: int = 50) -> Detail:
    """Show a person's facts, addresses, conversation and the reasons of the latest turns."""
    assert person.id is not None
    conversation = session.get(ConversationRow, person.id)
    state = conversation.state if conversation else ""
    return Detail(
        person=person,
        answers=json.loads(person.answers),
        addresses=session.exec(
            select(AddressRow).where(col(AddressRow.person_id) == person.id).order_by(col(AddressRow.id))
        ).all(),
        conversation=json.loads(state) if state else None,
        version=conversation.version if conversation else 0,
        held_by=conversation.held_by if conversation else None,
        traces=[
            TurnTrace(turn=row.turn, inbound=row.body, trace=json.loads(row.trace))
            for row in _latest(session, InboundRow, person.id, turns)
        ],
    )


# --- change -----------------------------------------------------------------------------------------------------------


def add_person(
    session: Session, hub: str, address: Address, now: datetime, *, stage: Stage = Stage.ENQUIRED, **facts: Json
) -> PersonRow | None:
    """Bring in a person who has not written yet; ``None`` when the address is somebody's already, or of somebody erased.

    Nothing may be sent to them before they agree; never to whoever asked to be erased, unless they write by themselves.
    """
    if perform(session, suppressions.holds(hub, address)):
        return None
    person = PersonRow(hub=hub, stage=stage.value, created_at=now, changed_at=now)
    taken = select(AddressRow.id).where(
        col(AddressRow.hub) == hub,
        col(AddressRow.channel) == address.channel,
        col(AddressRow.account) == address.account,
        col(AddressRow.user) == address.user,
    )
    if session.exec(taken).first() is not None:
        return None
    _keep_facts(person, facts)
    session.add(person)
    session.flush()
    assert person.id is not None
    row = AddressRow(
        hub=hub,
        channel=address.channel,
        account=address.account,
        user=address.user,
        person_id=person.id,
        country=country_of(address.channel, address.user),
        created_at=now,
    )
    session.add(row)
    session.flush()
    person.address_id = row.id
    return person


def _keep_facts(person: PersonRow, facts: Mapping[str, Json]) -> None:
    known = {name: value for name, value in facts.items() if value is not None}
    person.answers = write_json(known)
    for name in TEXT_COLUMNS:
        if name in known:
            setattr(person, name, str(known[name]))
    if "birth_date" in known:
        person.birth_date = date.fromisoformat(str(known["birth_date"]))


def move(
    session: Session, person: PersonRow, stage: Stage, *, cause: str, now: datetime, author: str = "coordinator"
) -> None:
    """Move a person to a stage and keep the cause; nothing happens when they are there already.

    Args:
        author: ``coordinator:NAME``, ``rule:NAME``, ``link:PURPOSE``.
    """
    if person.stage == stage.value:
        return
    detail = move_detail(person.stage, stage.value, cause)
    audit.note(session, person.hub, person_ref=person.ref, author=author, what=STAGE, detail=detail, now=now)
    person.stage, person.changed_at = stage.value, now
    session.add(person)


def has_attended_training(session: Session, person: PersonRow) -> bool:
    """Tell whether somebody has come to any training."""
    query = (
        select(BookingRow.id)
        .join(SlotRow, col(SlotRow.id) == col(BookingRow.slot_id))
        .where(
            col(BookingRow.person_id) == person.id,
            col(BookingRow.status) == BookingStatus.ATTENDED.value,
            col(SlotRow.kind) == SlotKind.TRAINING.value,
        )
    )
    return session.exec(query.limit(1)).first() is not None


def hold(session: Session, person: PersonRow, *, coordinator: str, now: datetime) -> bool:
    """Let a coordinator answer instead of the bot; ``False`` when another one does already."""
    assert person.id is not None
    conversation = session.get(ConversationRow, person.id, with_for_update=True)
    if conversation is None:
        conversation = ConversationRow(person_id=person.id, hub=person.hub, version=0, state="", changed_at=now)
        session.add(conversation)
    if conversation.held_by not in (None, coordinator):
        return False
    conversation.held_by, conversation.changed_at = coordinator, now
    return True


def hand_back(session: Session, person: PersonRow, *, now: datetime) -> None:
    """Let the bot answer again."""
    conversation = session.get(ConversationRow, person.id, with_for_update=True)
    if conversation is not None:
        conversation.held_by, conversation.changed_at = None, now
