"""Do what a sentence asks that outranks the question: leave, be heard, correct something, reach a human."""

from __future__ import annotations

from flows.answering import correcting, overhearing, reading
from flows.answers.outcome import Ambiguous
from flows.answers.words import phrase_key
from flows.commands import Command
from flows.draft import Draft
from flows.effects import Alert, HandOff, PauseSending
from flows.intents import ALERT, STOP, Intent, Waiting
from flows.intents.shift_replies import SHIFT_REPLY
from flows.messages import Inbound, InboundKind
from flows.places import shift_reply
from flows.wishes import commanding, erasing, phoning

#: Intents that are commands in other words.
_COMMANDS = {
    "help": Command.HELP,
    "human": Command.PERSON,
    "back": Command.BACK,
    "skip": Command.SKIP,
    "status": Command.STATUS,
    "language:en": Command.ENGLISH,
    "language:es": Command.SPANISH,
}
_CHANGE = "change:"
#: Types whose answers are found within a sentence: "wrong zip it is 60608". A name would take the whole of it.
_TOLD_IN_PASSING = frozenset({"zip", "date", "phone", "email", "contact", "choice", "availability", "number", "age"})


def read_interruption(draft: Draft, inbound: Inbound) -> Intent | None:
    """Find what a text asks for besides answering; a pressed button only answers."""
    if inbound.kind is not InboundKind.MESSAGE or not any(map(str.isalpha, inbound.text)):
        return None  # a number, a date in figures: half of all replies ask for nothing
    frame = draft.conversation.frame
    step = draft.flow(frame).steps.get(frame.step) if frame else None
    waiting = None
    if step and step.ask:
        words = tuple(word for choice in draft.shown(draft.frame, step.ask) for word in (choice.label, *choice.also))
        if phrase_key(inbound.text) in map(phrase_key, words):
            return None  # just a choice; no carrier's word may be one
        waiting = Waiting(type=step.ask.type, choices=words)
    elif frame is None and any(booking.asked for booking in draft.facts.bookings):
        waiting = Waiting(type=SHIFT_REPLY)
    return draft.library.intents.read(inbound.text, waiting=waiting)


def obey_above_all(draft: Draft, intent: Intent, inbound: Inbound) -> bool:
    """Do what holds whoever answers and whatever was said before: let go who wants to leave, and hear who tells of harm."""
    if ALERT in (intent.name, *intent.also):
        draft.note("alert", why="the text tells of harm")
        draft.effects.append(Alert(kind="harm"))
        if intent.name == ALERT and not draft.facts.person.opted_out:
            draft.urgent = True
            draft.say_phrase("harm")
            return True
    if intent.name == STOP and intent.clear:
        commanding.opt_out(draft, inbound.text.strip()[:20], confirm=True)
        return True
    return False


def obey(draft: Draft, intent: Intent, inbound: Inbound) -> bool:
    """Do what else a sentence asks; tell whether it was anything that can be done."""
    draft.note("intent", intent=intent.name, clear=intent.clear)
    match intent.name:
        case "stop":
            draft.effects.append(HandOff(reason="unclear_opt_out"))
            if draft.facts.person.paused:
                draft.note("silent", why="asked before whether they want to leave; a human was told")
            else:
                draft.effects.append(PauseSending())
                draft.say_phrase("unclear_stop")
        case "delete_data":
            erasing.confirm(draft)
        case "human" if phoning.asks_for_a_call(inbound.text):
            commanding.obey(draft, Command.CALL_ME, inbound)
        case "cancel_shift":
            return shift_reply.give_back(draft, inbound.text)
        case "help" if _answers(draft, inbound):
            return False
        case "language:en" | "language:es" | "change:language" if draft.asks_for("language"):
            return False
        case name if name.startswith(_CHANGE):
            return _change(draft, name.removeprefix(_CHANGE), intent, inbound)
        case name if name in _COMMANDS:
            commanding.obey(draft, _COMMANDS[name], inbound)
        case _:
            return False
    return True


def _answers(draft: Draft, inbound: Inbound) -> bool:
    """Tell whether a reply picks a choice: "I don't know what those are, I just want to help" asks for no help."""
    frame = draft.conversation.frame
    step = draft.flow(frame).steps.get(frame.step) if frame else None
    return bool(step and step.ask and step.ask.type == "choice" and reading.understands(draft, step.ask, inbound.text))


def obey_change(draft: Draft, inbound: Inbound) -> bool:
    """Ask anew for the answer that follows the word CHANGE; tell whether one does."""
    what = None if inbound.kind is InboundKind.TAP else draft.library.commands.read_change(inbound.text)
    name = correcting.named(draft, what) if what else None
    if what and name is None and correcting.names_waiting(draft, what):
        draft.say_phrase("changing")
        draft.ask_again(briefly=False)
        return True
    if name is None:
        return False
    draft.note("command", command=Command.CHANGE.value, answer=name)
    correcting.ask_or_hand_over(draft, name)
    return True


def _change(draft: Draft, field: str, intent: Intent, inbound: Inbound) -> bool:
    """Ask an answer anew, or take the new one from the same text; what depended on it is asked again, nothing else."""
    one = correcting.find(draft, field)
    if one is None:
        if draft.conversation.frame and (draft.asks_for(field) or draft.profile.get(field) is None):
            return False
        correcting.hand_over(draft, field)
        return True
    given = {**correcting.known_answers(draft), **correcting.given_answers(draft)}
    found = overhearing.read_changes(draft, inbound.text, given, takes_back=True, also_untold=False)
    changes = {} if isinstance(found, Ambiguous) else {change.field: change.value for change in found}
    for text in (intent.rest, inbound.text if one.ask.type in _TOLD_IN_PASSING else ""):
        if field not in changes and (value := overhearing.read_told(draft, text, one)) is not None:
            changes = {field: value}
    if changes:
        correcting.change(draft, changes, sender=inbound.sender, said=inbound.text)
    else:
        correcting.ask_or_hand_over(draft, field)
    return True
