"""What the simulator of the demo shows: everyone with where they write from, one talk whole, and what is due next."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from flows.facts import Json
from flows.messages import Address, Choice
from flows.stages import Stage
from storage import audit
from storage.mailboxes import outside_addresses
from storage.operations.audit import STAGE
from storage.operations.rows import read_choices
from storage.store import OutboxStatus
from storage.tables import (
    AddressRow,
    BookingRow,
    ConsentRow,
    ConversationRow,
    InboundRow,
    OutboxRow,
    PersonRow,
    ReminderRow,
    Site,
    SlotRow,
    TaskRow,
    WaitRow,
)

#: Reminder rows that still wait for their time.
_PENDING: Final = "pending"


# --- everyone ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """One line of the list of people."""

    name: str
    stage: Stage
    audience: str | None
    language: str | None
    channel: str
    user: str
    declined: bool
    opted_out: bool
    reachable: bool
    changed_at: datetime
    #: Somebody who was only asked about others: a guardian, an office, a manager, a supervisor.
    is_outside: bool


def list_everyone(session: Session, hub: str) -> list[PersonLine]:
    """List all people with the address they last wrote from, those who changed last first."""
    rows = session.exec(
        select(PersonRow, AddressRow)
        .join(AddressRow, col(AddressRow.id) == col(PersonRow.address_id))
        .where(col(PersonRow.hub) == hub)
        .order_by(col(PersonRow.changed_at).desc(), col(PersonRow.id).desc())
    ).all()
    outside = outside_addresses(session, hub)
    return [
        PersonLine(
            name=name_of(person),
            stage=Stage(person.stage),
            audience=person.audience,
            language=person.language,
            channel=address.channel,
            user=address.user,
            declined=json.loads(person.answers).get("consent") is False,
            opted_out=address.opted_out_at is not None,
            reachable=address.reachable,
            changed_at=person.changed_at,
            is_outside=address.id in outside,
        )
        for person, address in rows
    ]


def name_of(person: PersonRow) -> str:
    """Return a person's name as far as it is known."""
    return " ".join(filter(None, (person.given_name, person.family_name)))


def people_stamp(session: Session, hub: str) -> str:
    """Return a text that changes whenever somebody comes, goes or moves to another stage."""
    people = session.exec(select(func.count(), func.max(PersonRow.id)).where(col(PersonRow.hub) == hub)).one()
    moves = audit.latest_move(session, hub)
    return f"{people[0]}.{people[1]}.{moves}"


# --- one talk ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to the person, as the outbox has it."""

    id: int
    reference: str
    text: str
    choices: tuple[Choice, ...]
    step: str
    purpose: str
    status: OutboxStatus
    reason: str | None
    turn: int | None
    created_at: datetime
    settled_at: datetime | None
    not_before: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Something that came from the person, with what was decided about it and why."""

    id: int
    kind: str
    text: str
    turn: int
    trace: Sequence[dict[str, Json]]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A booking with its slot and reminders."""

    booking: BookingRow
    slot: SlotRow
    title: dict[str, str]
    where: str
    reminders: Sequence[ReminderRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """All that the hub holds about whoever writes from one address; lists run from the oldest to the newest."""

    person: PersonRow
    address: AddressRow
    answers: dict[str, Json]
    #: The conversation as the engine wrote it.
    conversation: str
    held_by: str | None
    written: Sequence[Written]
    messages: Sequence[Message]
    moves: Sequence[audit.Noted]
    places: Sequence[Place]
    consent: Sequence[ConsentRow]
    tasks: Sequence[TaskRow]


def find_talk(session: Session, hub: str, address: Address) -> Talk | None:
    """Find everything about whoever writes from an address; ``None`` when nobody does."""
    found = session.exec(
        select(AddressRow, PersonRow)
        .join(PersonRow, col(PersonRow.id) == col(AddressRow.person_id))
        .where(*_is(hub, address))
    ).first()
    if found is None:
        return None
    row, person = found
    assert person.id is not None
    conversation = session.get(ConversationRow, person.id)
    return Talk(
        person=person,
        address=row,
        answers=json.loads(person.answers),
        conversation=conversation.state if conversation else "",
        held_by=conversation.held_by if conversation else None,
        written=_written(session, person.id),
        messages=_messages(session, person.id),
        moves=audit.tell(session, person, what=STAGE),
        places=_places(session, person.id),
        consent=session.exec(
            select(ConsentRow).where(col(ConsentRow.address_id) == row.id).order_by(col(ConsentRow.id))
        ).all(),
        tasks=_by_person(session, TaskRow, person.id),
    )


def talk_stamp(session: Session, hub: str, address: Address) -> str:
    """Return a text that changes whenever there is something new to show about an address."""
    found = session.exec(
        select(PersonRow.id, PersonRow.ref)
        .join(AddressRow, col(AddressRow.person_id) == col(PersonRow.id))
        .where(*_is(hub, address))
    ).first()
    if found is None:
        return ""
    person_id, person_ref = found
    conversation = session.get(ConversationRow, person_id)
    sent = session.exec(
        select(func.max(OutboxRow.id), func.sum(OutboxRow.status)).where(col(OutboxRow.person_id) == person_id)
    ).one()
    booked = session.exec(
        select(func.count(), func.max(BookingRow.changed_at)).where(col(BookingRow.person_id) == person_id)
    ).one()
    moved = audit.latest_move(session, hub, person_ref=person_ref)
    turns = conversation.version if conversation else 0
    return f"{person_id}.{turns}.{sent[0]}.{sent[1]}.{booked[0]}.{booked[1]}.{moved}"


def _is(hub: str, address: Address) -> tuple[ColumnElement[bool], ...]:
    return (
        col(AddressRow.hub) == hub,
        col(AddressRow.channel) == address.channel,
        col(AddressRow.account) == address.account,
        col(AddressRow.user) == address.user,
    )


def _written(session: Session, person_id: int) -> list[Written]:
    return [
        Written(
            id=row.id,
            kind=row.kind,
            text=row.body,
            turn=row.turn,
            trace=json.loads(row.trace),
            at=row.received_at,
        )
        for row in _by_person(session, InboundRow, person_id)
    ]


def _messages(session: Session, person_id: int) -> list[Message]:
    return [
        Message(
            id=row.id,
            reference=row.ref,
            text=row.body,
            choices=read_choices(row.choices),
            step=row.step,
            purpose=row.purpose,
            status=OutboxStatus(row.status),
            reason=row.reason,
            turn=row.turn,
            created_at=row.created_at,
            settled_at=row.settled_at,
            not_before=row.not_before,
        )
        for row in _by_person(session, OutboxRow, person_id)
    ]


def _places(session: Session, person_id: int) -> list[Place]:
    rows = session.exec(
        select(BookingRow, SlotRow, Site)
        .join(SlotRow, col(SlotRow.id) == col(BookingRow.slot_id))
        .join(Site, col(Site.id) == col(SlotRow.site_id), isouter=True)
        .where(col(BookingRow.person_id) == person_id)
        .order_by(col(SlotRow.starts_at), col(BookingRow.id))
    ).all()
    return [
        Place(
            booking=booking,
            slot=slot,
            title=json.loads(slot.title),
            where=", ".join(filter(None, (site.name, site.street, site.city))) if site else slot.place,
            reminders=session.exec(
                select(ReminderRow).where(col(ReminderRow.booking_id) == booking.id).order_by(col(ReminderRow.due_at))
            ).all(),
        )
        for booking, slot, site in rows
    ]


def _by_person(session: Session, table: Any, person_id: int) -> list[Any]:
    return list(session.exec(select(table).where(table.person_id == person_id).order_by(table.id)).all())


# --- what is due ------------------------------------------------------------------------------------------------------


def next_due(session: Session, hub: str, *, person_id: int | None = None) -> datetime | None:
    """Return when the next reminder or waiting message is due, or a kept seat is passed on, to anybody or to one person."""
    reminders = (
        select(func.min(ReminderRow.due_at))
        .join(BookingRow, col(BookingRow.id) == col(ReminderRow.booking_id))
        .where(col(ReminderRow.status) == _PENDING, col(ReminderRow.hub) == hub)
    )
    messages = select(func.min(OutboxRow.not_before)).where(
        col(OutboxRow.status) == OutboxStatus.WAITING.value, col(OutboxRow.hub) == hub
    )
    kept = select(func.min(WaitRow.offered_until)).where(col(WaitRow.status) == "offered", col(WaitRow.hub) == hub)
    if person_id is not None:
        kept = kept.where(col(WaitRow.person_id) == person_id)
        reminders = reminders.where(col(BookingRow.person_id) == person_id)
        messages = messages.where(col(OutboxRow.person_id) == person_id)
    found = (session.exec(reminders).one(), session.exec(messages).one(), session.exec(kept).one())
    return min((at for at in found if at is not None), default=None)


def is_sending(session: Session, hub: str) -> bool:
    """Tell whether a message is about to leave or on its way."""
    query = select(OutboxRow.id).where(
        col(OutboxRow.hub) == hub, col(OutboxRow.status).in_([OutboxStatus.READY.value, OutboxStatus.SENDING.value])
    )
    return session.exec(query.limit(1)).first() is not None


# --- for the seed -----------------------------------------------------------------------------------------------------


def leave_seats(session: Session, hub: str, slot_ref: str, seats: int) -> None:
    """Make a slot just as large as leaves this many seats."""
    slot = session.exec(select(SlotRow).where(col(SlotRow.hub) == hub, col(SlotRow.ref) == slot_ref)).one()
    slot.capacity = slot.taken + seats
    session.add(slot)
