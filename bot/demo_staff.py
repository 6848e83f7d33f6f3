"""The invented staff of the demo: one user of each role, who may be entered without a password, on this machine only."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response

from bot.app import App
from bot.console.door import Door
from bot.console.house import House
from flows.rules.access import BOUND_TO_SITES, Role
from storage import series, users

_NAMES: Final[Mapping[Role, str]] = {
    Role.ADMINISTRATOR: "Alex Rivera",
    Role.COORDINATOR: "Maria Lopez",
    Role.SITE_LEAD: "Sam Carter",
    Role.PARTNER: "Priya Shah",
    Role.AUDITOR: "Jordan Lee",
}


def email_of(role: Role) -> str:
    """Return what the invented user of a role signs in with."""
    return f"{_NAMES[role].partition(' ')[0].lower()}@example.org"


def add_staff(app: App) -> None:
    """Add one user of each role; those who see certain sites look after the first one, or belong to the first partner."""
    now = app.now()
    with app.database.session() as session:
        sites, partners = series.list_sites(session, app.hub.id), series.list_partners(session, app.hub.id)
        for role, name in _NAMES.items():
            users.add(
                session,
                app.hub.id,
                email=email_of(role),
                name=name,
                role=role,
                author="rule:demo",
                now=now,
                sites=[sites[0].id] if sites and sites[0].id and role in BOUND_TO_SITES else (),
                partner_id=partners[0].id if partners and role is Role.PARTNER else None,
            )


def invite(app: App, now: datetime) -> str:
    """Make a one-time link for the administrator.

    Args:
        now: by the clock on the wall.
    """
    with app.database.session() as session:
        user = users.find_by_email(session, app.hub.id, email_of(Role.ADMINISTRATOR))
        assert user is not None, "the demo has one"
        return f"{app.hub.public_url}/console/welcome/{users.invite(session, user, now)}"


def staff_routes(house: House) -> APIRouter:
    """Let whoever sits at this machine be any of them."""
    router = APIRouter(include_in_schema=False)
    door = Door(house)

    @router.post("/demo/enter/{role}")
    async def enter(request: Request, role: Role) -> Response:
        return await asyncio.to_thread(_enter, house, door, request, role)

    return router


def _enter(house: House, door: Door, request: Request, role: Role) -> Response:
    with house.database.reading() as session:
        user = users.find_by_email(session, house.hub.id, email_of(role))
    response = door.let_in(request, user.id) if user and user.id is not None else None
    if response is None:
        raise HTTPException(status_code=404)
    return response
