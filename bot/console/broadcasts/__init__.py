"""Broadcasts: write the same to many, in four short pages, watch it leave, hold it, and see what came of it."""

from bot.console.broadcasts import audience, checking, listing, message, outcome, running
from bot.console.broadcasts.room import room

__all__ = ("audience", "checking", "listing", "message", "outcome", "room", "running")
