"""Flows: what the bot says and asks, where people are in it, and how its words are changed and published."""

import bot.console.flows.back
import bot.console.flows.draft
import bot.console.flows.drawn
import bot.console.flows.listing
import bot.console.flows.phrases
import bot.console.flows.step  # noqa: F401 - each adds its routes to the room
from bot.console.flows.room import room

__all__ = ("room",)
