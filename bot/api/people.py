"""People: search, read, and bring in with how they agreed to be written to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from bot.api.desk import Desk
from bot.api.door import ApiError, Door, answers, not_found
from bot.api.once import do_once
from bot.api.shapes import After, Key, Limit, Page, Ref, Words, cut, read_cursor, write_cursor
from bot.importing import PEOPLE, Context, Sheet, read
from bot.importing.sheet import Row
from flows.library import shipped
from flows.rules.programs import Scope
from flows.stages import Stage
from storage.importing import add_people
from storage.incoming import IncomingPerson
from storage.lookup import Found, find_person, list_people
from storage.people import find_by_user
from storage.programs import Program


class PersonOut(BaseModel):
    """A person as other programs see them."""

    ref: str
    stage: Stage
    given_name: str | None
    family_name: str | None
    language: str | None
    zone: str | None
    zip: str | None
    audience: str | None
    role: str | None
    campaign: str | None
    phone: str | None
    email: str | None
    #: Whether they agreed to be written to, and have not left since.
    consented: bool
    opted_out: bool
    created_at: datetime
    changed_at: datetime


class ConsentIn(BaseModel):
    """Evidence that somebody agreed to be written to."""

    model_config = ConfigDict(extra="forbid")

    source: Words = Field(min_length=4, max_length=200, description="Where and how: `web form, October fair`.")
    on: date = Field(description="The day on which they did.")


class PersonIn(BaseModel):
    """Somebody to be brought in; without consent they are kept, and nothing is sent to them."""

    model_config = ConfigDict(extra="forbid")

    phone: Words | None = Field(default=None, max_length=40, examples=["+13125550142"])
    email: Words | None = Field(default=None, max_length=200)
    given_name: Words | None = Field(default=None, max_length=60)
    family_name: Words | None = Field(default=None, max_length=60)
    language: Words | None = Field(default=None, max_length=20, examples=["es"])
    zip: Words | None = Field(default=None, max_length=10)
    birth_date: date | None = None
    audience: Words | None = Field(default=None, max_length=60)
    role: Words | None = Field(default=None, max_length=60)
    campaign: Words | None = Field(default=None, max_length=80)
    consent: ConsentIn | None = None


def people_routes(desk: Desk, door: Door) -> APIRouter:
    """Return the routes below ``/people``."""
    router = APIRouter(tags=["people"])
    reader, writer = Depends(door.needs(Scope.READ_PEOPLE)), Depends(door.needs(Scope.WRITE_PEOPLE))
    library = shipped()

    @router.get("/people", dependencies=[reader], responses=answers(), summary="List and search people")
    def people(
        limit: Limit = 50,
        after: After = None,
        stage: Stage | None = None,
        role: Annotated[Words | None, Query(max_length=60)] = None,
        q: Annotated[Words | None, Query(max_length=80, description="Beginning of a name, or end of a phone.")] = None,
    ) -> Page[PersonOut]:
        with desk.database.reading() as session:
            rows = list_people(
                session, desk.hub.id, after=read_cursor(after), limit=limit + 1, stage=stage, role=role, words=q
            )
            shown, more = cut(rows, limit)
            items = [_out(one) for one in shown]
            return Page(items=items, next=write_cursor(shown[-1].person.id or 0) if more else None)

    @router.get("/people/{ref}", dependencies=[reader], responses=answers(404), summary="Read one person")
    def person(ref: Ref) -> PersonOut:
        with desk.database.reading() as session:
            found = find_person(session, desk.hub.id, ref)
            if found is None:
                raise not_found()
            return _out(found)

    @router.post(
        "/people",
        status_code=201,
        response_model=PersonOut,
        responses=answers(409),
        summary="Bring somebody in, with how they agreed to be written to",
    )
    def bring_in(request: Request, body: PersonIn, key: Key, program: Program = writer) -> Response:
        incoming = _judge(desk, library, body)

        def work(session: Any) -> PersonOut:
            contact = incoming.contact
            if (known := find_by_user(session, desk.hub.id, contact.user, channel=contact.channel)) is not None:
                raise ApiError(409, "known", "Somebody has this address already.", fields={"ref": known.ref})
            stored = add_people(
                session, desk.hub.id, desk.accounts, [incoming], author=f"api:{program.name}", now=desk.now()
            )
            if not stored.added:
                raise ApiError(409, "not_wanted", "Whoever has this address asked not to be written to.")
            made = find_by_user(session, desk.hub.id, contact.user, channel=contact.channel)
            assert made is not None
            found = find_person(session, desk.hub.id, made.ref)
            assert found is not None
            return _out(found)

        response, _ = do_once(desk, program, key=key, asked=(request.url.path, body), status=201, work=work)
        return response

    return router


def _out(found: Found) -> PersonOut:
    person, address = found.person, found.address
    channel = address.channel if address else ""
    return PersonOut(
        ref=person.ref,
        stage=Stage(person.stage),
        given_name=person.given_name,
        family_name=person.family_name,
        language=person.language,
        zone=person.zone,
        zip=person.zip,
        audience=person.audience,
        role=person.role,
        campaign=person.campaign,
        phone=address.user if address and channel == "sms" else None,
        email=address.user if address and channel == "email" else None,
        consented=address is not None and address.consented_at is not None and address.opted_out_at is None,
        opted_out=address is not None and address.opted_out_at is not None,
        created_at=person.created_at,
        changed_at=person.changed_at,
    )


def _judge(desk: Desk, library: Any, body: PersonIn) -> IncomingPerson:
    """Judge a person as a row of a file is judged, by the same rules."""
    told = body.model_dump(mode="json", exclude={"consent"}, exclude_none=True)
    if body.consent:
        told |= {"consent_source": body.consent.source, "consented_on": body.consent.on.isoformat()}
    told = {name: value.strip() for name, value in told.items() if value.strip()}
    sheet = Sheet(headings=tuple(told), rows=(Row(number=1, cells=tuple(told.values())),))
    context = Context(
        today=desk.now().astimezone(ZoneInfo(desk.hub.zone)).date(),
        zone=desk.hub.zone,
        channels=frozenset(desk.accounts),
        known={
            kind: {option.id: option.id for option in library.sets.choices[kind]} for kind in ("roles", "audiences")
        },
    )
    found = read(PEOPLE, sheet, context)
    if found.faults:
        names = {"consent_source": "consent.source", "consented_on": "consent.on", "": "phone"}
        fields = {names.get(fault.column, fault.column): fault.advice() for fault in found.faults}
        raise ApiError(422, "invalid", "A value cannot be read.", fields=fields)
    (incoming,) = found.good
    assert isinstance(incoming, IncomingPerson)
    if incoming.contact.channel not in desk.accounts:
        raise ApiError(422, "invalid", "A value cannot be read.", fields={"phone": "this hub does not send texts"})
    return incoming
