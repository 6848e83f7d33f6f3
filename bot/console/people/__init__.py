"""People: how many stand where, who they are, and all that is known and decided about one of them."""

from bot.console.people import board, person
from bot.console.people.room import room

__all__ = ("board", "person", "room")
