"""The simulator: be anybody, on any channel, see the same talk as SMS, Slack and Telegram show it, and let time pass."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Annotated, Any, Final, Literal
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, HTTPException, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from jinja2 import Environment, PackageLoader
from starlette.staticfiles import StaticFiles

from bot.attendance import note_attended
from bot.inbox import Inbox
from bot.simulator import keeping, mailbox, staff, views
from flows.facts import Hub
from flows.messages import Address, Inbound, InboundKind, Tap
from storage import mailboxes, simulator
from storage.database import Database

#: How often an open page looks whether there is something new.
_LOOK_S: Final = 0.25
#: Longer texts are no reply to a bot.
_MAX_CHARS: Final = 2_000
#: A year of one person fits into it; a jump further shows nothing more.
_FURTHEST: Final = timedelta(days=366)
#: A page that asks for a piece of itself says so; everybody else is led to the whole page.
_PIECE: Final = "x-piece"

ChannelName = Literal["sms", "slack", "telegram", "email"]
User = Annotated[str, Path(pattern=r"^[+\w.@-]{1,64}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What the simulator's routes work with."""

    hub: Hub
    inbox: Inbox
    database: Database
    #: Our side of each simulated channel, by name.
    accounts: Mapping[str, str]
    now: Callable[[], datetime]
    #: Lets time pass up to an instant; returns how many messages left meanwhile.
    jump: Callable[[datetime], Awaitable[int]]
    #: Whoever wrote before that has an invented past.
    begins_at: datetime
    #: Set when the process ends, so that open streams end as well.
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def zone(self) -> ZoneInfo:
        """The hub's zone, in which the page tells times."""
        return ZoneInfo(self.hub.zone)

    def address(self, channel: str, user: str) -> Address:
        """Return an address on a simulated channel."""
        return Address(channel=channel, account=self.accounts[channel], user=user)

    async def bring(self, address: Address, **what: Any) -> None:
        """Bring something in as a webhook would."""
        await self.inbox.deliver([Inbound(provider_id=f"sim-{uuid4().hex}", sender=address, **what)])


def static_files() -> StaticFiles:
    """Return the style, script and icon that are carried in the package."""
    return StaticFiles(directory=str(files("bot.simulator") / "static"))


def simulator_routes(sim: Simulation) -> APIRouter:
    """Build the routes of the simulator."""
    router = APIRouter(include_in_schema=False)
    pages = _Pages(sim)

    @router.get("/")
    async def home() -> Response:
        return RedirectResponse("/simulator")

    @router.get("/simulator")
    async def welcome() -> Response:
        return await pages.page(None)

    @router.get("/simulator/people")
    async def people() -> Response:
        return await pages.people()

    @router.get("/simulator/outside")
    async def outside(request: Request) -> Response:
        return await pages.outside(piece=_PIECE in request.headers)

    @router.get("/simulator/new/{channel}")
    async def new(channel: ChannelName) -> Response:
        return RedirectResponse(f"/simulator/{channel}/{await asyncio.to_thread(_free_user, sim, channel)}")

    @router.post("/simulator/clock")
    async def clock(
        request: Request,
        by: Annotated[Literal["hour", "day", "reminder", "place", "date"], Form()],
        to: Annotated[str, Form()] = "",
        channel: Annotated[str, Form()] = "",
        user: Annotated[str, Form()] = "",
    ) -> Response:
        address = sim.address(channel, user) if channel in sim.accounts and user else None
        target = await asyncio.to_thread(_target, sim, by, to, address)
        if target is None:
            return pages.told(request, "no_place" if by == "place" else "nothing_due", address)
        if target > sim.now() + _FURTHEST:
            return pages.told(request, "too_far", address)
        if target < sim.now():
            return pages.told(request, "in_the_past", address)
        left = await sim.jump(target)
        return pages.told(request, "jumped", address, left=left)

    @router.get("/simulator/events", response_class=EventSourceResponse)
    async def events(channel: str = "", user: str = "", outside: bool = False) -> AsyncIterator[ServerSentEvent]:
        address = sim.address(channel, user) if channel in sim.accounts and user else None
        async for state in _states(sim, address, outside=outside):
            yield ServerSentEvent(data=state)

    @router.get("/simulator/{channel}/{user}")
    async def talk(request: Request, channel: ChannelName, user: User) -> Response:
        address = sim.address(channel, user)
        return await (pages.piece(address) if _PIECE in request.headers else pages.page(address))

    @router.get("/simulator/{channel}/{user}/keep")
    async def keep(channel: ChannelName, user: User, name: Annotated[str, Query(max_length=80)] = "") -> Response:
        return await asyncio.to_thread(_keep, sim, sim.address(channel, user), name.strip())

    @router.post("/simulator/{channel}/{user}/write")
    async def write(request: Request, channel: ChannelName, user: User, text: Annotated[str, Form()] = "") -> Response:
        address = sim.address(channel, user)
        if text.strip():
            await sim.bring(address, text=text.strip()[:_MAX_CHARS])
        return pages.done(request, address)

    @router.post("/simulator/{channel}/{user}/tap")
    async def tap(request: Request, channel: ChannelName, user: User, value: Annotated[str, Form()]) -> Response:
        address, tapped = sim.address(channel, user), Tap.decode(value)
        if tapped is None:
            raise HTTPException(status_code=400, detail="this is none of our buttons")
        await sim.bring(address, kind=InboundKind.TAP, tap=tapped)
        return pages.done(request, address)

    @router.post("/simulator/{channel}/{user}/network")
    async def network(
        request: Request,
        channel: ChannelName,
        user: str,
        kind: Annotated[Literal["start", "blocked", "unblocked"], Form()],
    ) -> Response:
        address = sim.address(channel, user)
        await sim.bring(address, kind=InboundKind(kind))
        return pages.done(request, address)

    @router.post("/simulator/{channel}/{user}/attended")
    async def attended(request: Request, channel: ChannelName, user: User, slot: Annotated[str, Form()]) -> Response:
        address = sim.address(channel, user)
        await asyncio.to_thread(_note_attended, sim, address, slot)
        return pages.done(request, address)

    @router.post("/simulator/{channel}/{user}/checked")
    async def checked(request: Request, channel: ChannelName, user: User) -> Response:
        address = sim.address(channel, user)
        await asyncio.to_thread(_note_checked, sim, address)
        return pages.done(request, address)

    return router


# --- what is shown ----------------------------------------------------------------------------------------------------


class _Pages:
    """Draws the page and its pieces from the templates."""

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim
        zone = sim.zone
        self._templates = Environment(
            loader=PackageLoader("bot.simulator"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "moment": lambda at: views.say_moment(at, zone),
            "clock": lambda at: views.say_clock(at, zone),
            "day": lambda at: views.say_day(at, zone),
            "user": views.say_user,
            "plain": views.plain,
            "told": views.told,
            "linked": mailbox.linking(sim.hub.public_url),
        }
        self._templates.globals |= {"hub": sim.hub, "has_ended": views.has_ended}

    async def page(self, address: Address | None) -> Response:
        return await self._draw("simulator.html", address, with_people=True)

    async def piece(self, address: Address) -> Response:
        return await self._draw("_talk.html", address, with_people=False)

    async def people(self) -> Response:
        return await self._draw("_people.html", None, with_people=True)

    async def outside(self, *, piece: bool) -> Response:
        """Show what contacts outside were sent."""
        boxes = await asyncio.to_thread(_read_mailboxes, self._sim)
        template = "_outside.html" if piece else "simulator.html"
        return await self._draw(template, None, with_people=not piece, boxes=boxes)

    async def _draw(self, name: str, address: Address | None, *, with_people: bool, **more: Any) -> Response:
        values = await asyncio.to_thread(_read, self._sim, address, with_people=with_people) | more
        return HTMLResponse(self._templates.get_template(name).render(values))

    def told(self, request: Request, key: str, address: Address | None, **values: Any) -> Response:
        """Answer a jump in words, or by the page."""
        if _PIECE not in request.headers:
            return self.done(request, address)
        template = self._templates.get_template("_told.html")
        return HTMLResponse(template.render(key=key, now=self._sim.now(), **values))

    def done(self, request: Request, address: Address | None) -> Response:
        """Answer a change: nothing for a page that looks by itself, else the page."""
        if _PIECE in request.headers:
            return Response(status_code=204)
        where = f"/simulator/{address.channel}/{address.user}" if address else "/simulator"
        return RedirectResponse(where, status_code=303)


def _read(sim: Simulation, address: Address | None, *, with_people: bool) -> dict[str, Any]:
    now = sim.now()
    with sim.database.reading() as session:
        people = simulator.list_everyone(session, sim.hub.id) if with_people else []
        talk = simulator.find_talk(session, sim.hub.id, address) if address else None
        values: dict[str, Any] = {"now": now, "address": address, "people": people, "talk": talk}
        values["next_week"] = (now + timedelta(days=7)).astimezone(sim.zone).strftime("%Y-%m-%dT%H:%M")
        if talk:
            values |= {
                "name": simulator.name_of(talk.person),
                "bubbles": views.bubbles(talk, zone=sim.zone),
                "places": views.places(talk),
                "turns": views.turns(talk),
                "not_sent": views.not_sent(talk),
                "waiting": views.waiting(talk),
                "can_be_kept": keeping.can_be_kept(talk, sim.begins_at),
                "boxes": mailbox.about(session, sim.hub.id, talk.person),
            }
    if talk:
        values["checks"] = staff.read_checks(sim.database, sim.hub, sim.inbox.library, talk.person.ref, now)
    return values


def _read_mailboxes(sim: Simulation) -> list[mailbox.Mailbox]:
    with sim.database.reading() as session:
        return mailbox.read_mailboxes(session, sim.hub.id)


async def _states(sim: Simulation, address: Address | None, *, outside: bool) -> AsyncIterator[dict[str, str]]:
    """Yield what changes: the time, the talk and the people; the first at once."""
    last: dict[str, str] = {}
    while not sim.stopping.is_set():
        state = await asyncio.to_thread(_state, sim, address, outside=outside)
        if state != last:
            last = state
            yield {**state, "now": sim.now().isoformat()}
        try:
            async with asyncio.timeout(_LOOK_S):
                await sim.stopping.wait()
        except TimeoutError:
            pass


def _state(sim: Simulation, address: Address | None, *, outside: bool) -> dict[str, str]:
    with sim.database.reading() as session:
        talk = simulator.talk_stamp(session, sim.hub.id, address) if address else ""
        talk += mailboxes.letters_stamp(session, sim.hub.id) if address or outside else ""
        people = simulator.people_stamp(session, sim.hub.id)
    ahead = round((sim.now() - datetime.now(UTC)).total_seconds())
    return {"talk": talk, "people": people, "ahead": str(ahead)}


# --- what is done -----------------------------------------------------------------------------------------------------


def _target(sim: Simulation, by: str, to: str, address: Address | None) -> datetime | None:
    """Return where a jump leads; ``None`` when there is nothing to jump to."""
    now = sim.now()
    match by:
        case "hour":
            return now + timedelta(hours=1)
        case "day":
            return now + timedelta(days=1)
        case "date":
            try:
                return datetime.fromisoformat(to).replace(tzinfo=sim.zone)
            except ValueError:
                return None
        case "place":
            with sim.database.reading() as session:
                talk = simulator.find_talk(session, sim.hub.id, address) if address else None
            return views.next_start(talk, now) if talk else None
        case _:
            with sim.database.reading() as session:
                talk = simulator.find_talk(session, sim.hub.id, address) if address else None
                own = simulator.next_due(session, sim.hub.id, person_id=talk.person.id) if talk else None
                return own or simulator.next_due(session, sim.hub.id)


def _keep(sim: Simulation, address: Address, name: str) -> Response:
    """Answer with the talk as a transcript to save."""
    name = name or "A talk in the simulator"
    kept = keeping.keep(sim.database, sim.hub, address, sim.now(), name=name, since=sim.begins_at)
    if kept is None:
        raise HTTPException(status_code=409, detail="only a talk that was begun here can be kept")
    headers = {"content-disposition": f'attachment; filename="{keeping.file_name(name)}"'}
    return Response(kept, media_type="application/toml", headers=headers)


def _note_attended(sim: Simulation, address: Address, slot: str) -> None:
    with sim.database.reading() as session:
        talk = simulator.find_talk(session, sim.hub.id, address)
    if talk:
        note_attended(sim.database, sim.hub, sim.inbox.library.phrases, talk.person.ref, sim.now(), slot_ref=slot)


def _note_checked(sim: Simulation, address: Address) -> None:
    with sim.database.reading() as session:
        talk = simulator.find_talk(session, sim.hub.id, address)
    if talk:
        staff.note_checked(sim.database, sim.hub, sim.inbox.library, talk.person.ref, sim.now())


def _free_user(sim: Simulation, channel: str) -> str:
    """Return somebody on a channel who has not written yet."""
    with sim.database.reading() as session:
        taken = {line.user for line in simulator.list_everyone(session, sim.hub.id)}
    numbers = (f"{number:03}" for number in range(1, 10_000))
    match channel:
        case "slack":
            users = (f"U0NEW{number}" for number in numbers)
        case "telegram":
            users = (f"800000{number}" for number in numbers)
        case _:
            users = (f"+1{630 + int(number) // 100}55501{int(number) % 100:02}" for number in numbers)
    return next(user for user in users if user not in taken)
