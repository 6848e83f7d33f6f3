"""Broadcasts: write the same to many, in four short pages, watch it leave, hold it, and see what came of it."""

import bot.console.broadcasts.audience
import bot.console.broadcasts.checking
import bot.console.broadcasts.listing
import bot.console.broadcasts.message
import bot.console.broadcasts.outcome
import bot.console.broadcasts.running  # noqa: F401 - each adds its routes to the room
from bot.console.broadcasts.room import room

__all__ = ("room",)
