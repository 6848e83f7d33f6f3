"""Erase a person who asks for it: only after they have picked it once more."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from flows.answering import asides
from flows.answers import read
from flows.answers.context import AnswerContext
from flows.answers.outcome import Match
from flows.answers.words import fold
from flows.conversation import SideQuestion
from flows.draft import Draft
from flows.effects import Forget, HandOff, Release
from flows.messages import Choice, Inbound

#: The words that pick it besides number and button.
_ERASE: Final = re.compile(
    r"delete|erase|borrar|borre|borren|borrarlo|borrarlos|delete (?:it|all|everything)|erase (?:it|all)"
)


def confirm(draft: Draft) -> None:
    """Ask whether everything shall be erased."""
    draft.say_phrase("confirm_forget")
    choices = (Choice(id=id_, label=draft.phrase(f"forget_choice.{id_}")) for id_ in ("erase", "keep"))
    asides.ask(draft, asides.FORGET, choices, values=(True, False))


def settle(draft: Draft, side: SideQuestion, inbound: Inbound) -> None:
    """Erase everything if that was picked; whatever else was said keeps it."""
    picked = asides.picked(draft, side, inbound)
    if picked == 0 or (picked is None and _ERASE.fullmatch(fold(inbound.text).text.strip(" .!"))):
        _erase(draft)
        return
    if picked is None and _agrees(draft, inbound.text):  # most likely to this, but it cannot be undone
        confirm(draft)
        return
    draft.say_phrase("unchanged")
    draft.ask_again()


def _agrees(draft: Draft, text: str) -> bool:
    outcome = read("yes_no", text, AnswerContext(language=draft.language, today=draft.today))
    return isinstance(outcome, Match) and outcome.value is True


def _erase(draft: Draft) -> None:
    for booking in draft.facts.bookings:
        draft.effects.append(Release(booking=booking.ref, cause="asked to be erased"))
    draft.say_phrase("forgotten")
    draft.conversation = replace(draft.conversation, stack=())
    draft.effects.append(Forget(reason="asked"))


def hand_over(draft: Draft) -> None:
    """Let a coordinator see the wish of somebody to whom the bot may not write now."""
    draft.effects.append(HandOff(reason="delete_data"))
    draft.note("silent", why="asks to be erased, but cannot be asked back; a coordinator is told")
