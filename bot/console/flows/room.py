"""The room of flows, to which each file beside this one adds its routes."""

from __future__ import annotations

from typing import Final

from bot.console.room import Room
from flows.rules.access import Permission

room: Final = Room("flows", home="/console/flows", needs=Permission.SEE_ALL)
