"""Say in the user's words why and by whom something was decided; the trail itself keeps short English names."""

from __future__ import annotations

from bot.console.words import Words


def say_cause(say: Words, cause: str) -> str:
    """Say why: ``attended:SLOT`` and ``flow vetting`` by their words, anything longer as it was written."""
    key = "cause." + cause.partition(":")[0].casefold().replace(" ", "_")
    return say(key) if say.has(key) else cause


def say_author(say: Words, author: str) -> str:
    """Say who: ``person``, ``rule:NAME`` and ``link:PURPOSE`` by what they are, staff by their name."""
    kind, _, name = author.partition(":")
    return name if kind == "coordinator" and name else say.name_of("author", kind)
