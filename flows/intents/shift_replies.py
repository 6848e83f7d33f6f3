"""Read a reply to a reminder in a person's own words: they come, do not, want another time, are late, or ask something."""

from __future__ import annotations

from datetime import date
from typing import Final

from flows.answers import read
from flows.answers.context import AnswerContext
from flows.answers.outcome import CERTAIN, LIKELY, Ambiguous, Match, NoMatch, Option, Outcome, Reason
from flows.commands import ShiftReply
from flows.intents import Intents
from flows.intents.grammar import Coded
from flows.intents.rules import Found

#: The type of the question that a reminder asks.
SHIFT_REPLY: Final = "shift_reply"
CONFIRM: Final = "confirm"
DECLINE: Final = "decline"
RESCHEDULE: Final = "reschedule"
LATE: Final = "late"
QUESTION: Final = "question"
_OF_LETTER: Final = {
    ShiftReply.CONFIRM: CONFIRM,
    ShiftReply.DECLINE: DECLINE,
    ShiftReply.RESCHEDULE: RESCHEDULE,
}


def read_shift_reply(text: str, intents: Intents, *, language: str, today: date, asked: bool = True) -> Outcome:
    """Read what a reply to a reminder says: ``confirm``, ``decline``, ``reschedule``, ``late`` or ``question``.

    Args:
        asked: whether a reminder has asked; if not, a yes, a no or a question mark alone is about something else.
    """
    if letter := intents.commands.read_shift_reply(text):
        return Match(value=_OF_LETTER[letter], span=(0, len(text)))
    coded = intents.lexicon.code(text)
    found = [
        (rules.name, place) for rules in intents.shift_replies if (place := rules.find(coded, waiting=SHIFT_REPLY))
    ]
    found = _without_denied(found, coded, intents)
    said = [name for name, _ in found]
    agreed = read("yes_no", text, AnswerContext(language=language, today=today))
    if not (asked or said):
        return NoMatch(reason=Reason.NOT_UNDERSTOOD)
    if isinstance(agreed, Match) and agreed.value is not None:
        said.append(CONFIRM if agreed.value else DECLINE)
        if said[0] == QUESTION and agreed.value and found[0][1].start > 1:
            said = [CONFIRM, *said]  # "yes, who do I ask for?": that they come is sure, the question is kept beside it
    if said:
        others = dict.fromkeys(other for other in said[1:] if other != said[0])
        return Match(
            value=said[0],
            span=(0, len(text)),
            confidence=LIKELY if others else CERTAIN,
            alternatives=tuple(Option(value=other) for other in others),
        )
    if text.rstrip().endswith("?"):
        return Match(value=QUESTION, span=(0, len(text)), confidence=LIKELY)
    if isinstance(agreed, Match | Ambiguous):  # "maybe", "yes and no"
        return Ambiguous(options=(Option(value=CONFIRM), Option(value=DECLINE)), reason=Reason.YES_AND_NO)
    return NoMatch(reason=agreed.reason)


def _without_denied(found: list[tuple[str, Found]], coded: Coded, intents: Intents) -> list[tuple[str, Found]]:
    """Leave out that they come where it was only read across a word that denies it: "I can't come today".

    What else they say may still be that they come: "I can't come at 3, but I will be there at 4".
    """
    places = dict(found)
    no, yes = places.get(DECLINE), places.get(CONFIRM)
    if no is None or yes is None or not (yes.start <= no.start and no.end <= yes.end):
        return found
    besides = intents.lexicon.code(coded.without(no.start, no.end))
    if any(rules.name == CONFIRM and rules.find(besides, waiting=SHIFT_REPLY) for rules in intents.shift_replies):
        return found
    return [one for one in found if one[0] != CONFIRM]
