"""Calendar: what is on, who comes, and planning it."""

from bot.console.calendar import changing, holidays, making, printing, seats, shown, slot
from bot.console.calendar.room import room

__all__ = ("changing", "holidays", "making", "printing", "room", "seats", "shown", "slot")

# Whatever file was read first: a path of its own, as that of the holidays, comes before one that takes any reference.
room.routes.sort(key=lambda route: "{" in route.path)
