"""Inbox: who waits for a human, and talking to one of them."""

from bot.console.inbox import canned, thread, threads
from bot.console.inbox.room import room

__all__ = ("canned", "room", "thread", "threads")
