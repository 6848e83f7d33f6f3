"""Hold a written conversation again: what each turn of a transcript brings in, and what is heard because of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.attendance import note_attended
from bot.simulator.staff import note_checked
from flows.facts import Hub, SlotKind
from flows.messages import Inbound, InboundKind, Outbound, Tap
from flows.rules.organisations import OrganisationKind, read_policy
from storage import organisations, people, schedule, simulator
from storage.simulator import Talk
from tests.bot.house import HUB, House, open_house, shown
from tests.bot.outsiders import browser, enter, link_to
from tests.bot.tutors import add_tutor

USERS = {"sms": "+13125550123", "slack": "U0VOLUNTEER", "telegram": "77001"}
GUARDIAN = "+13125550188"
COLLEAGUE = "+13125550177"
Script = Mapping[str, Any]


@asynccontextmanager
async def opened(script: Script, folder: Path) -> AsyncIterator[House]:
    """Open a house that holds what a transcript says of the hub, the time and what may be booked."""
    hub = Hub(id=HUB.id, **script["hub"]) if "hub" in script else HUB
    async with open_house(folder, hub=hub) as house:
        if "begins" in script:
            house.clock.at = _instant(script["begins"], hub)
        for starts in script.get("trainings", []):
            house.add_training(datetime.fromisoformat(starts))
        for starts in script.get("shifts", []):
            house.add_shift(datetime.fromisoformat(starts))
        for told in script.get("organisation", []):
            _add_organisation(house, hub, told)
        for slot in script.get("slot", []):
            _add(house, hub, slot)
        yield house


def _add_organisation(house: House, hub: Hub, told: Mapping[str, Any]) -> None:
    with house.app.database.session() as session:
        kind, policy = OrganisationKind(told["kind"]), read_policy(told.get("policy", {}))
        organisations.add(session, hub.id, **{**told, "kind": kind, "policy": policy})


async def _add_tutors(script: Script, house: House, channel: str) -> None:
    """Make those of whom a transcript says that they are trained, before anybody speaks."""
    for who, told in script.get("trained", {}).items():
        by = ("sms", COLLEAGUE) if who == "colleague" else (channel, user_of(script, channel))
        await add_tutor(house, house.inbound(*by).sender, **told)


def _add(house: House, hub: Hub, slot: Mapping[str, Any]) -> None:
    told = {name: value for name, value in slot.items() if name not in ("kind", "starts", "site")}
    with house.app.database.session() as session:
        place = dict(slot.get("site", {}))
        supervisor = place.pop("supervisor_contact", "")
        site = schedule.add_site(session, hub.id, **place) if place else None
        if site is not None:
            site.supervisor_contact = supervisor
        schedule.add_slot(
            session,
            hub.id,
            kind=SlotKind(slot["kind"]),
            starts_local=datetime.fromisoformat(slot["starts"]),
            site_id=site.id if site else None,
            **told,
        )


async def replay(script: Script, house: House, channel: str) -> list[list[str]]:
    """Take all turns on a channel; return the messages heard after each."""
    await _add_tutors(script, house, channel)
    return [await _take(script, house, channel, turn, first=turn is script["turn"][0]) for turn in script["turn"]]


async def _take(script: Script, house: House, channel: str, turn: Script, *, first: bool) -> list[str]:
    user = by = user_of(script, channel)
    inbound = replace(house.inbound(channel, user), language_hint=script.get("hint") if first else None)
    match turn:
        case {"until": until}:
            left = await house.jump(_instant(until, house.app.hub))
        case {"checked": True}:
            app = house.app
            note_checked(app.database, app.hub, app.library, _talk(house, inbound).person.ref, house.clock.at)
            left = await house.send()
        case {"attended": where}:
            left = await _attend(house, inbound, where)
        case {"tap": {"step": str(step), "label": str(label)}}:
            tap = Tap(step=step, choice=_choice(house, inbound, step, label))
            left = await house.deliver(replace(inbound, kind=InboundKind.TAP, tap=tap))
        case {"tap": {"step": str(step), "choice": str(choice)}}:
            tap = Tap(step=step, choice=choice)
            left = await house.deliver(replace(inbound, kind=InboundKind.TAP, tap=tap))
        case {"network": kind}:
            left = await house.deliver(replace(inbound, kind=InboundKind(kind)))
        case {"guardian": text}:  # by text message, whatever the person under 18 uses
            by = user = GUARDIAN
            left = await house.deliver(replace(house.inbound("sms", GUARDIAN), text=text))
        case {"colleague": text}:
            by = user = COLLEAGUE
            left = await house.deliver(replace(house.inbound("sms", COLLEAGUE), text=text))
        case {"outside": dict(told)}:  # by the page of the link that they were sent last
            by = str(told["contact"])
            form = {name: value for name, value in told.items() if name != "contact"}
            left = await _decide_outside(house, by, form)
        case {"you": text}:
            left = await house.deliver(replace(inbound, text=text))
        case _:
            raise AssertionError(f"nobody does anything in {turn}")
    in_order = sorted(left, key=lambda message: message.to.user != by)  # to whoever spoke first; else as they left
    return [_heard(message, by=by, outside=_outside(script)) for message in in_order]


async def _decide_outside(house: House, contact: str, form: Mapping[str, Any]) -> list[Outbound]:
    """Open the link that somebody outside was sent, type the code, and send the form of its page."""
    link = link_to(house, contact)
    async with browser(house) as visitor:
        await enter(house, visitor, link, contact=contact)
        page = await visitor.post(f"{link}/page", **{name: str(value) for name, value in form.items()})
        assert page.status_code == 200, page.text
    return await house.send()


def _outside(script: Script) -> Mapping[str, str]:
    """Say who is who of those outside that a transcript names, by their contact."""
    names = {"college": "aid office", "employer": "manager", "district": "district"}
    offices = {one["contact"]: names[one["kind"]] for one in script.get("organisation", []) if "contact" in one}
    places = (slot.get("site", {}).get("supervisor_contact") for slot in script.get("slot", []))
    return offices | dict.fromkeys(filter(None, places), "supervisor")


def _heard(message: Outbound, *, by: str, outside: Mapping[str, str]) -> str:
    """Write a message as it is read; one to somebody else says so, and no link is the same twice."""
    text = re.sub(r"/l/[\w-]{22}", "/l/TOKEN", shown(message))
    is_guardian = message.to.user == GUARDIAN or message.to.channel == "email"
    if message.to.user in outside:
        return f"[to the {outside[message.to.user]}] {text}"
    other = "the guardian" if is_guardian else "the colleague" if message.to.user == COLLEAGUE else "you"
    return text if message.to.user == by else f"[to {other}] {text}"


async def _attend(house: House, inbound: Inbound, where: str | bool) -> list[Any]:
    """Note that the person came: where something begins at that time, else to their latest training."""
    app, talk = house.app, _talk(house, inbound)
    slots = [place.slot.ref for place in talk.places if place.slot.starts_local == where]
    slot_ref = slots[-1] if isinstance(where, str) else None
    note_attended(app.database, app.hub, app.library.phrases, talk.person.ref, house.clock.at, slot_ref=slot_ref)
    return await house.send()


def _choice(house: House, inbound: Inbound, step: str, label: str) -> str:
    """Find what a button stands for that a person was shown."""
    ours = reversed(house.channels[inbound.sender.channel].sent)
    return next(
        choice.id
        for message in ours
        if message.step == step and message.to == inbound.sender
        for choice in message.choices
        if choice.label == label
    )


def _talk(house: House, inbound: Inbound) -> Talk:
    with house.app.database.reading() as session:
        talk = simulator.find_talk(session, house.app.hub.id, inbound.sender)
    assert talk
    return talk


def user_of(script: Script, channel: str) -> str:
    """Return from where the person writes."""
    return str(script.get("user", USERS[channel]))


def check_end(script: Script, house: House, channel: str) -> None:
    """Assert what a transcript says of the person at the end."""
    end, user = script.get("end", {}), user_of(script, channel)
    with house.app.database.reading() as session:
        person = people.find_by_user(session, house.app.hub.id, user, channel=channel)
        assert {name: getattr(person, name) for name in end} == end


def expected(script: Script) -> list[list[str]]:
    """Return what a transcript says is heard after each turn."""
    return [turn["bot"].split("\n---\n") if turn["bot"] else [] for turn in script["turn"]]


def _instant(local: str, hub: Hub) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(hub.zone))
