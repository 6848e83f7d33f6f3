"""Messages to one person: through the outbox, by the same rule as every other one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from bot.api.desk import Desk
from bot.api.door import ApiError, Door, answers, not_found
from bot.api.once import do_once
from bot.api.shapes import Key, Ref, Words
from flows.messages import Purpose
from flows.rules.contact import Drop, Recipient, Wait, decide
from flows.rules.countries import is_phone
from flows.rules.programs import Scope
from storage import lookup, outbox
from storage.programs import Program
from storage.store import NewMessage, OutboxStatus
from storage.tables import OutboxRow

#: Whoever it has not reached by then does not get it.
_USEFUL: Final = timedelta(days=3)


class MessageIn(BaseModel):
    """What to say."""

    model_config = ConfigDict(extra="forbid")

    text: Words = Field(min_length=1, max_length=1200, pattern=r"\S")


class MessageOut(BaseModel):
    """A message and how far it has come."""

    ref: str
    #: ``None`` once the person is erased.
    person: str | None
    #: waiting, ready, sending, unknown, sent, delivered, undelivered, failed or dropped.
    status: str
    #: Why it waits, failed or was dropped.
    reason: str | None
    #: Not before then, as far as is known now.
    not_before: datetime | None
    created_at: datetime


def message_routes(desk: Desk, door: Door) -> APIRouter:
    """Return the routes of messages."""
    router = APIRouter(tags=["messages"])
    reader, sender = Depends(door.needs(Scope.READ_MESSAGES)), Depends(door.needs(Scope.SEND_MESSAGES))

    @router.post(
        "/people/{ref}/messages",
        status_code=202,
        response_model=MessageOut,
        responses=answers(404, 409),
        summary="Write to somebody, once the contact rule allows it",
    )
    def write(request: Request, ref: Ref, body: MessageIn, key: Key, program: Program = sender) -> Response:
        def work(session: Any) -> MessageOut:
            return _queue(session, desk, program, ref=ref, text=body.text, key=key)

        response, is_new = do_once(desk, program, key=key, asked=(request.url.path, body), status=202, work=work)
        if is_new:
            for channel, account in desk.accounts.items():
                desk.wake(channel, account)
        return response

    @router.get(
        "/messages/{ref}", dependencies=[reader], responses=answers(404), summary="See how far a message has come"
    )
    def read(ref: Ref) -> MessageOut:
        with desk.database.reading() as session:
            row = lookup.find_message(session, desk.hub.id, ref=ref)
            if row is None:
                raise not_found()
            return _out(session, desk, row)

    return router


def _queue(session: Any, desk: Desk, program: Program, *, ref: str, text: str, key: str) -> MessageOut:
    found = lookup.find_person(session, desk.hub.id, ref)
    if found is None:
        raise not_found()
    person, address = found.person, found.address
    assert person.id is not None
    now = desk.now()
    if address is None:
        raise ApiError(409, "no_address", "There is no address to write to.")
    recipient = Recipient(
        opted_out=address.opted_out_at is not None,
        reachable=address.reachable,
        consented=address.consented_at is not None,
        held=lookup.is_held(session, person),
        zone=person.zone,
        paused=address.paused_at is not None,
        channel=address.channel,
        is_person=is_phone(address.channel, address.user),
    )
    expires_at = now + _USEFUL
    decision = decide(Purpose.NOTICE, recipient, quiet_hours=desk.hub.quiet_hours, expires_at=expires_at, now=now)
    if isinstance(decision, Drop):
        raise ApiError(409, decision.reason, "This person may not be written to now.")
    dedupe_key = f"api:{program.token_id}:{now:%Y%m%d%H%M%S%f}:{key}"
    queued = outbox.enqueue(
        session,
        desk.hub.id,
        NewMessage(
            dedupe_key=dedupe_key,
            person_id=person.id,
            text=text,
            purpose=Purpose.NOTICE,
            not_before=decision.until if isinstance(decision, Wait) else None,
            expires_at=expires_at,
        ),
        now,
    )
    row = lookup.find_message(session, desk.hub.id, dedupe_key=dedupe_key)
    assert queued
    assert row is not None
    return _out(session, desk, row)


def _out(session: Any, desk: Desk, row: OutboxRow) -> MessageOut:
    return MessageOut(
        ref=row.ref,
        person=lookup.person_ref(session, desk.hub.id, row.person_id),
        status=OutboxStatus(row.status).name.lower(),
        reason=row.reason,
        not_before=row.not_before,
        created_at=row.created_at,
    )
