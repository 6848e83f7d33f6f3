"""The two answers to a place that is offered: take it, or pass."""

from __future__ import annotations

from flows.answers.outcome import Match
from flows.answers.words import phrase_key
from flows.commands import ShiftReply
from flows.draft import Draft
from flows.intents import shift_replies
from flows.messages import Choice
from flows.phrases import Phrases


def seat_choices(phrases: Phrases, language: str) -> tuple[Choice, ...]:
    """Return the buttons under an offer; where there are none, their letters are texted."""
    return tuple(
        Choice(id=reply.value, key=reply.value, label=phrases.say(f"seat_choice.{reply.name.lower()}", language))
        for reply in (ShiftReply.CONFIRM, ShiftReply.DECLINE)
    )


def read_seat_choice(draft: Draft, text: str) -> bool | None:
    """Read whether a place that is offered is taken, by C or N; ``None`` where neither is said.

    Where no other question waits, the words of a button do as well, and that the person comes or cannot, in their own.
    """
    reply = draft.library.commands.read_shift_reply(text)
    if reply in (ShiftReply.CONFIRM, ShiftReply.DECLINE):
        return reply is ShiftReply.CONFIRM
    if reply is not None or draft.conversation.frame is not None:
        return None
    for choice in seat_choices(draft.library.phrases, draft.language):
        if phrase_key(text) == phrase_key(choice.label):
            return choice.id == ShiftReply.CONFIRM.value
    outcome = shift_replies.read_shift_reply(
        text, draft.library.intents, language=draft.language, today=draft.today, asked=True
    )
    if not isinstance(outcome, Match) or outcome.alternatives:
        return None
    return {shift_replies.CONFIRM: True, shift_replies.DECLINE: False}.get(str(outcome.value))
