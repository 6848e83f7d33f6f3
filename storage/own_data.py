"""Gather all that is kept about one person, for themselves: what they told us, and what came of it; nothing of others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import String, cast
from sqlmodel import Session, col, or_, select

from storage.tables import (
    AddressRow,
    AllowanceRow,
    AuditRow,
    BookingRow,
    CalendarMailRow,
    ChannelPreferenceRow,
    ConsentRow,
    ConversationRow,
    CoverAskRow,
    DeliveryRow,
    GuardianConsentRow,
    GuardianRow,
    HoursRow,
    InboundRow,
    LetterRow,
    LinkRow,
    MembershipRow,
    NoteRow,
    OrganisationRow,
    OutboxRow,
    PersonRow,
    RefereeRow,
    ReminderRow,
    RepeatRow,
    RequirementRow,
    ReservationRow,
    SlotRow,
    SwapRow,
    TaskRow,
    TimerRow,
    WaitRow,
    WebhookRow,
)

#: Columns that say nothing about the person: numbers of rows, our bookkeeping, hashes of secrets.
_INNER: Final = frozenset(
    {
        *("id", "hub", "person_id", "address_id", "guardian_id", "to_person_id", "booking_id", "slot_id", "site_id"),
        *("organisation_id", "membership_id", "allowance_id", "cover_id", "broadcast_id", "person_ref"),
        *("token_hash", "code_hash", "ticket_hash", "seal", "seal_no", "dedupe_key", "priority", "forget", "tries"),
        *("codes_sent", "counted_from", "code_expires_at", "code_sent_at", "ticket_expires_at", "subject", "trace"),
        *("version", "turn", "attempts", "claimed_at", "not_before", "step", "account", "warned_percent", "told_days"),
    }
)
#: Who decided, by name, and what others answered about them: that is somebody else's.
_OTHERS: Final = frozenset(
    {"decided_by", "author", "approver", "held_by", "reference", "recommends", "comment", "how_known"}
)
#: Columns that hold JSON.
_JSON: Final = frozenset({"answers", "state", "detail", "choices"})


def gather(session: Session, hub: str, person_id: int) -> dict[str, Any] | None:
    """Return all that is kept about somebody, as JSON; ``None`` when there is nobody."""
    person = session.get(PersonRow, person_id)
    if person is None or person.hub != hub:
        return None

    def of(table: Any, *conditions: Any) -> list[dict[str, Any]]:
        key = list(table.__table__.primary_key.columns)
        rows = session.exec(select(table).where(table.hub == hub, *conditions).order_by(*key)).all()
        return [_shown(row) for row in rows]

    def own(table: Any) -> list[dict[str, Any]]:
        return of(table, table.person_id == person_id)

    addresses = select(AddressRow.id).where(col(AddressRow.person_id) == person_id)
    bookings = select(BookingRow.id).where(col(BookingRow.person_id) == person_id)
    memberships = select(MembershipRow.id).where(col(MembershipRow.person_id) == person_id)
    return {
        "person": _shown(person),
        "addresses": own(AddressRow),
        "consents": of(ConsentRow, col(ConsentRow.address_id).in_(addresses)),
        "preferred_channels": _preferred(session, person_id),
        "conversation": own(ConversationRow),
        "messages": _messages(own(InboundRow), own(OutboxRow)),
        "bookings": _bookings(session, person_id),
        "reminders": of(ReminderRow, col(ReminderRow.booking_id).in_(bookings)),
        "calendar_mails": of(CalendarMailRow, col(CalendarMailRow.booking_id).in_(bookings)),
        "wait_lists": own(WaitRow),
        "asked_to_take_over": [*own(CoverAskRow), *of(SwapRow, col(SwapRow.to_person_id) == person_id)],
        "asked_others_to_take_over": of(SwapRow, col(SwapRow.booking_id).in_(bookings)),
        "hours": own(HoursRow),
        "letters": own(LetterRow),
        "requirements": own(RequirementRow),
        "guardians": own(GuardianRow),
        "references": own(RefereeRow),
        "guardian_of": [
            {name: value for name, value in row.items() if name in ("status", "asked_at", "decided_at")}
            for row in of(GuardianRow, col(GuardianRow.guardian_id) == person_id)
        ],
        "guardian_consents": own(GuardianConsentRow),
        "organisations": _organisations(session, person_id),
        "allowances": of(AllowanceRow, col(AllowanceRow.membership_id).in_(memberships)),
        "reserved_allowances": of(ReservationRow, col(ReservationRow.booking_id).in_(bookings)),
        "links": own(LinkRow),
        "timers": own(TimerRow),
        "tasks": own(TaskRow),
        "notes": own(NoteRow),
        "decisions": _decisions(of(AuditRow, or_(col(AuditRow.person_ref) == person.ref))),
        "told_other_programs": _told(session, hub, person.ref),
        "answered_other_programs": _answered(session, hub, person.ref),
    }


def _shown(row: Any) -> dict[str, Any]:
    names = [column.name for column in row.__table__.columns if column.name not in _INNER | _OTHERS]
    return {name: _value(name, getattr(row, name)) for name in names}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if name in _JSON and isinstance(value, str):
        return json.loads(value) if value else None
    return value


def _preferred(session: Session, person_id: int) -> list[dict[str, Any]]:
    rows = session.exec(
        select(ChannelPreferenceRow, AddressRow)
        .join(AddressRow, col(AddressRow.id) == col(ChannelPreferenceRow.address_id))
        .where(col(ChannelPreferenceRow.person_id) == person_id)
        .order_by(col(ChannelPreferenceRow.purpose))
    ).all()
    return [{"messages": one.purpose, "channel": address.channel} for one, address in rows]


def _messages(inbound: Iterable[dict[str, Any]], outbox: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    received = [{"from": "you", "at": row["received_at"], **row} for row in inbound]
    sent = [{"from": "us", "at": row["created_at"], **row} for row in outbox]
    return sorted((*received, *sent), key=lambda message: str(message["at"]))


def _bookings(session: Session, person_id: int) -> list[dict[str, Any]]:
    rows: Sequence[tuple[BookingRow, SlotRow]] = session.exec(
        select(BookingRow, SlotRow)
        .join(SlotRow, col(SlotRow.id) == col(BookingRow.slot_id))
        .where(col(BookingRow.person_id) == person_id)
        .order_by(col(SlotRow.starts_at), col(BookingRow.id))
    ).all()
    return [
        {
            **_shown(booking),
            "title": json.loads(slot.title),
            "kind": slot.kind,
            "starts_local": slot.starts_local,
            "zone": slot.zone,
            "minutes": slot.minutes,
        }
        for booking, slot in rows
    ]


def _organisations(session: Session, person_id: int) -> list[dict[str, Any]]:
    rows = session.exec(
        select(MembershipRow, OrganisationRow)
        .join(OrganisationRow, col(OrganisationRow.id) == col(MembershipRow.organisation_id))
        .where(col(MembershipRow.person_id) == person_id)
        .order_by(col(MembershipRow.id))
    ).all()
    return [{**_shown(member), "name": one.name, "kind": one.kind} for member, one in rows]


def _decisions(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in ("at", "what", "detail")} for row in rows]


def _told(session: Session, hub: str, ref: str) -> list[dict[str, Any]]:
    news = col(WebhookRow.ref) + "-" + cast(col(AuditRow.seal_no), String)
    rows = session.exec(
        select(DeliveryRow, AuditRow.what)
        .join(WebhookRow, col(WebhookRow.id) == col(DeliveryRow.webhook_id))
        .join(AuditRow, (col(AuditRow.hub) == col(DeliveryRow.hub)) & (col(DeliveryRow.ref) == news))
        .where(col(DeliveryRow.hub) == hub, col(AuditRow.person_ref) == ref)
        .order_by(col(DeliveryRow.id))
    ).all()
    return [{"at": row.created_at.isoformat(), "what": what, "status": row.status} for row, what in rows]


def _answered(session: Session, hub: str, ref: str) -> list[dict[str, Any]]:
    """Return what a program that brought them in was answered; it is kept for a day, in case the program asks again."""
    rows = session.exec(
        select(RepeatRow).where(col(RepeatRow.hub) == hub, col(RepeatRow.body).contains(ref, autoescape=True))
    ).all()
    bodies = [(row.created_at.isoformat(), json.loads(row.body)) for row in rows]
    return [{"at": at, "answer": body} for at, body in bodies if body.get("ref") == ref]
