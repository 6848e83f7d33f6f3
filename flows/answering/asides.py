"""Ask back about what was just said: which of these, is that right; the pick is read by number, label or button."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from flows import wording
from flows.answers import read
from flows.answers.context import AnswerChoice, AnswerContext
from flows.answers.outcome import GUESS, Ambiguous, Match, Option
from flows.conversation import SideQuestion, place
from flows.draft import ECHO_AGAIN as ECHO_AGAIN
from flows.draft import Draft
from flows.facts import Json
from flows.messages import Choice, Inbound, InboundKind
from flows.model import Ask, Step

#: Kinds of side questions.
WHICH: Final = "which"
ECHO: Final = "echo"
CORRECTION: Final = "correction"
CHANGE: Final = "change"
FORGET: Final = "forget"
CALL_NUMBER: Final = "call_number"
CALL_WHEN: Final = "call_when"
BOOKING: Final = "booking"
COVER: Final = "cover"
SWAP: Final = "swap"
WHO: Final = "who"

#: More readings than these are no help to anybody.
MOST_OPTIONS: Final = 5
#: A list of numbers to pick from by number only confuses.
_COUNTED: Final = frozenset({"number", "age"})


def ask(
    draft: Draft, kind: str, choices: Iterable[Choice] = (), *, values: Sequence[Json] = (), about: str = ""
) -> None:
    """Ask back; what is said has been added to the draft before, and nothing more should be."""
    side = SideQuestion(
        kind=kind, turn=draft.conversation.turn, choices=tuple(choices), values=tuple(values), about=about
    )
    draft.ask_back(side)


def offer_readings(draft: Draft, step: Step, ask_: Ask, outcome: Ambiguous) -> bool:
    """Offer the readings of a reply to pick from; tell whether that is any help."""
    options = outcome.options
    if not 2 <= len(options) <= MOST_OPTIONS or ask_.type in _COUNTED or ask_.type == "yes_no":
        return False
    if ask_.type == "choice":
        draft.say_phrase(f"reason.{outcome.reason.value}")
        draft.choices, draft.step = _of_the_list(draft, ask_, options), step.id
        return True
    draft.say_phrase("which_one")
    labels = [_label(draft, ask_.type, option) for option in options]
    ask(draft, WHICH, numbered(labels), values=[option.value for option in options], about=place(draft.frame))
    return True


def _of_the_list(draft: Draft, ask_: Ask, options: Iterable[Option]) -> tuple[Choice, ...]:
    """Show only the choices that were named, each under the number it has in the whole list."""
    named = {option.value for option in options if isinstance(option.value, str)}
    shown = enumerate(draft.shown(draft.frame, ask_), start=1)
    return tuple(replace(choice, key=choice.key or str(n)) for n, choice in shown if choice.id in named)


def _label(draft: Draft, type_name: str, option: Option) -> str:
    (kind, value), *others = option.label.items() or [(type_name, option.value)]
    kind, value = (type_name, option.value) if others else (kind, value)
    return wording.say_reading(kind, value, language=draft.language, today=draft.today)


def numbered(labels: Iterable[str]) -> tuple[Choice, ...]:
    """Make choices of labels, called by their place."""
    return tuple(Choice(id=str(n), label=label) for n, label in enumerate(labels, start=1))


def echo(draft: Draft, step: Step, ask_: Ask, value: Json) -> None:
    """Say a guess back and ask whether it is right, before it counts."""
    draft.note("echo", step=step.id)
    draft.say_phrase("echo_born" if ask_.save_as == "birth_date" else "echo", value=draft.say_guess(ask_, value))
    yes_and_no = (Choice(id=id_, label=draft.phrase(f"echo_choice.{id_}")) for id_ in ("yes", "no"))
    ask(draft, ECHO, yes_and_no, values=(value, None), about=place(draft.frame))


def picked(draft: Draft, side: SideQuestion, inbound: Inbound) -> int | None:
    """Find the place of the choice that was picked by button, number or label; ``None`` when something else was said."""
    ids = [choice.id for choice in side.choices]
    if inbound.kind is InboundKind.TAP:
        meant = inbound.tap is not None and inbound.tap.step == side.step and inbound.tap.choice in ids
        return ids.index(inbound.tap.choice) if meant and inbound.tap else None
    choices = tuple(AnswerChoice(id=one.id, label=one.label, synonyms=one.also) for one in side.choices)
    context = AnswerContext(language=draft.language, today=draft.today, choices=choices)
    outcome = read("choice", inbound.text, context) if choices else None
    if isinstance(outcome, Match) and outcome.confidence > GUESS and not outcome.rest:
        return ids.index(str(outcome.value))
    return None
