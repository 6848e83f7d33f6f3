"""Read a reply as an answer to a question, with what is known of the talk besides the words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Final

from flows.answering import weekly
from flows.answers import read
from flows.answers.outcome import Match, NoMatch, Outcome, Reason
from flows.answers.words import fold, phrase_key
from flows.conversation import Frame
from flows.draft import Draft
from flows.messages import Inbound
from flows.model import Ask

#: Nobody who writes is younger; a day of the last year was meant for something else.
_NEWBORN_DAYS: Final = 366
#: What the choices of a yes-or-no question stand for.
_YES_NO: Final = {"yes": True, "no": False, "unsure": None}
#: What makes a yes depend on something: nobody has signed by "ok, but is she supervised?".
_CONDITION: Final = re.compile(
    r"\?|\b(?:but|except|only|just|if|unless|until|provided|long as|conditions?|pero|solo|salvo|excepto|siempre que|siempre y cuando|mientras|con tal|condicion(?:es)?)\b"
)
#: What takes half of a yes back, where the question is whether all is right.
_BUT: Final = re.compile(
    r"^(?:but|except|only|just|pero|menos|solo|salvo|excepto)\b|\b(?:change|wrong|cambi\w+|corrij\w+)\b"
)


def read_reply(draft: Draft, frame: Frame, ask: Ask, inbound: Inbound) -> Outcome:
    """Read a reply as an answer to a question."""
    context = draft.context(frame, ask, tap=inbound.tap.choice if inbound.tap else None)
    outcome = read(ask.type, inbound.text, context)
    if ask.type == "name" and _names_audience(draft, inbound.text):
        return NoMatch(reason=Reason.NOT_A_NAME)  # "hs senior"
    if ask.save_as == "birth_date" and isinstance(outcome, Match) and _is_no_birth(draft, str(outcome.value)):
        return NoMatch(reason=Reason.YEAR_MISSING)  # "monday after 3": whoever was born this year does not write to us
    if ask.type == "availability" and isinstance(outcome, Match):
        return _beside_the_old(draft, ask, outcome, inbound.text)
    if ask.type != "yes_no":
        return outcome
    if (
        isinstance(outcome, NoMatch) and context.choices
    ):  # shown as a list: its numbers, labels and buttons count as well
        picked = read("choice", inbound.text, context)
        return replace(picked, value=_YES_NO[str(picked.value)]) if isinstance(picked, Match) else picked
    if isinstance(outcome, Match) and outcome.value is True and not ask.remember:
        return _half_a_yes(draft, frame, outcome, inbound.text)
    if isinstance(outcome, Match) and outcome.value is None and not _may_be_unsure(ask):
        return NoMatch(reason=Reason.NOT_UNDERSTOOD)
    return outcome


def _half_a_yes(draft: Draft, frame: Frame, outcome: Match, text: str) -> Outcome:
    """Weigh what stands beside a yes: "yes, but my ZIP is 60615" leaves something to change of what they told us.

    Where they told us nothing, as a guardian who reads what they agree to, it is neither a yes nor a no.
    """
    if any(step.ask and step.ask.remember for step in draft.flow(frame).steps.values()):
        return replace(outcome, value=False) if _BUT.search(outcome.rest.lower()) else outcome
    return NoMatch(reason=Reason.YES_AND_NO) if _CONDITION.search(fold(text).text) else outcome


def _names_audience(draft: Draft, text: str) -> bool:
    """Tell whether a reply only says how somebody comes to us, which is asked elsewhere."""
    said = phrase_key(text).split()
    options = draft.library.sets.choices.get("audiences", ())
    labels = (label for one in options for by in (one.label.values(), *one.also.values()) for label in by)
    return bool(said) and {*said} <= {word for label in labels for word in phrase_key(label).split()}


def _is_no_birth(draft: Draft, value: str) -> bool:
    return (draft.today - date.fromisoformat(value)).days < _NEWBORN_DAYS


def _beside_the_old(draft: Draft, ask: Ask, outcome: Match, text: str) -> Match:
    """Add hours to those said before, where that is meant: "Friday too"."""
    old = weekly.windows_of(draft.profile.get(ask.save_as))
    said = fold(text).text
    if not old or not weekly.adds(said):
        return outcome
    return replace(outcome, value=weekly.changed(said, old, weekly.windows_of(outcome.value)))


def understands(draft: Draft, ask: Ask, text: str) -> bool:
    """Tell whether a text would be taken for an answer."""
    return isinstance(read(ask.type, text, draft.context(draft.frame, ask, tap=None)), Match)


def _may_be_unsure(ask: Ask) -> bool:
    return any(option.id == "unsure" for option in ask.options)
