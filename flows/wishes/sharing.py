"""Hear that somebody else holds the phone: ask who, keep what they say out of the answers, and let a human sort it out."""

from __future__ import annotations

from flows.answering import asides
from flows.draft import Draft
from flows.effects import HandOff


def ask_who(draft: Draft) -> None:
    """Ask who is writing."""
    draft.effects.append(HandOff(reason="another_person"))
    draft.say_phrase("sharing.who")
    asides.ask(draft, asides.WHO)


def take_name(draft: Draft) -> None:
    """Take whatever they say about it: a human reads it; it is nobody's answer."""
    draft.say_phrase("sharing.noted")
