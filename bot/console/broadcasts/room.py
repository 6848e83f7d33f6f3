"""The room of broadcasts, to which each file beside this one adds its routes."""

from __future__ import annotations

from typing import Final

from bot.console.room import Room
from flows.rules.access import Permission

room: Final = Room("broadcasts", home="/console/broadcasts", needs=Permission.SEE_ALL)
HOME: Final = room.home
