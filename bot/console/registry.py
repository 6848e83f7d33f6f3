"""Every room of the console, in the order of the navigation; a new one is a file of its own and a line here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.console import broadcasts, calendar, flows, inbox, own_phone, people, reports, settings, today, users
from bot.console.room import Room

ROOMS: Final[Sequence[Room]] = (
    today.room,
    inbox.room,
    people.room,
    calendar.room,
    broadcasts.room,
    flows.room,
    reports.room,
    settings.room,
    users.room,
    own_phone.account,
)
