"""Flows: what the bot says and asks, where people are in it, and how its words are changed and published."""

from bot.console.flows import back, draft, drawn, listing, phrases, step
from bot.console.flows.room import room

__all__ = ("back", "draft", "drawn", "listing", "phrases", "room", "step")
