"""Take one turn of a conversation: ``advance`` is a pure function from what happened to what shall be said and done.

The order of precedence is fixed: what the network did, legal words, global words, the reply to a reminder, the answer
to the step that waits, and only then the flow.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from itertools import takewhile
from typing import Final, assert_never

from flows import walk
from flows.answers import read
from flows.answers.outcome import Ambiguous, Match, NoMatch, Outcome, Reason
from flows.commands import Command, ShiftReply, bare, is_carrier_stop
from flows.conversation import Conversation, Frame
from flows.draft import Draft, Turn
from flows.effects import Alert, Confirm, HandOff, MarkReachable, OptIn, OptOut, Release
from flows.events import Event, SlotsFound
from flows.facts import LANGUAGES, Booking, Facts, Json, SlotKind
from flows.library import Library
from flows.messages import Inbound, InboundKind, Purpose, Tap
from flows.model import Ask, Step
from flows.rules.stages import MAY_SERVE, MAY_TRAIN, Stage
from flows.shift_reply import read_shift_reply

#: After this many replies in a row that were not understood, a human is asked.
_MAX_MISSES: Final = 3
#: After this many the bot leaves it to the human; whoever writes on is no longer asked the same.
_SILENT_AFTER: Final = 5
#: Where a person begins who is not known yet.
_FIRST_FLOW: Final = "screening"
#: What the choices of a yes-or-no question stand for.
_YES_NO: Final = {"yes": True, "no": False, "unsure": None}
#: What takes half of a yes back, where the question is whether all is right.
_BUT: Final = re.compile(
    r"^(?:but|except|only|just|pero|menos|solo|salvo|excepto)\b|\b(?:change|wrong|cambi\w+|corrij\w+)\b"
)
_OFFERS: Final = {SlotKind.TRAINING: "training", SlotKind.SHIFT: "shifts"}

__all__ = ("Turn", "advance")


def advance(library: Library, conversation: Conversation, event: Event, facts: Facts, now: datetime) -> Turn:
    """Decide one turn.

    Args:
        facts: what is known about the hub and the person when the turn begins.
        now: aware; the same for every call of a turn.
    """
    draft = Draft(library=library, conversation=conversation, facts=facts, now=now, profile=dict(facts.person.answers))
    match event:
        case Inbound():
            _take_inbound(draft, event)
        case SlotsFound():
            walk.take_slots(draft, event)
        case _:
            assert_never(event)
    return draft.turn()


def _take_inbound(draft: Draft, inbound: Inbound) -> None:
    """Begin a turn."""
    language = draft.conversation.language or _first_language(draft, inbound)
    draft.conversation = replace(draft.conversation, turn=draft.conversation.turn + 1, language=language, unsaid="")
    _leave_lost_flows(draft)
    if _network_event(draft, inbound) or _command(draft, inbound):
        return
    if draft.facts.person.held:
        draft.note("silent", why="a coordinator holds the conversation")
    elif draft.facts.person.opted_out:
        draft.note("silent", why="opted out, and this is no word for coming back")
    elif not _shift_reply(draft, inbound):
        _answer_or_begin(draft, inbound)


def _leave_lost_flows(draft: Draft) -> None:
    """Leave flows that were removed while somebody was in them."""
    stack = draft.conversation.stack
    kept = tuple(takewhile(lambda frame: draft.library.knows(frame.flow, frame.revision), stack))
    if kept != stack:
        draft.note("flow_gone", flow=stack[len(kept)].flow)
        draft.conversation = replace(draft.conversation, stack=kept)


def _first_language(draft: Draft, inbound: Inbound) -> str:
    known = draft.facts.person.language or inbound.language_hint
    if known in LANGUAGES:
        return str(known)
    return "es" if draft.library.commands.greets_in_spanish(inbound.text) else draft.facts.hub.languages[0]


def _network_event(draft: Draft, inbound: Inbound) -> bool:
    match inbound.kind:
        case InboundKind.OPT_OUT:
            _opt_out(draft, inbound.text or "network", confirm=False)
        case InboundKind.OPT_IN:
            draft.effects.append(OptIn(cause=inbound.text or "network"))
            draft.note("opt_in", why="the network reports it and has confirmed it")
        case InboundKind.HELP:
            draft.note("help", why="the network has answered already")
        case InboundKind.BLOCKED:
            draft.effects.append(MarkReachable(reachable=False, cause="blocked"))
            draft.note("unreachable", why="the person blocked us")
        case InboundKind.UNBLOCKED:
            draft.effects.append(MarkReachable(reachable=True, cause="unblocked"))
            draft.note("reachable", why="the person let us in again")
        case InboundKind.MESSAGE | InboundKind.TAP | InboundKind.START:
            return False
        case _:
            assert_never(inbound.kind)
    return True


def _command(draft: Draft, inbound: Inbound) -> bool:
    if inbound.kind is InboundKind.TAP:
        return False
    opted_out = draft.facts.person.opted_out
    command = draft.library.commands.read(inbound.text, opted_out=opted_out)
    if inbound.kind is InboundKind.START:
        command = Command.START
        if inbound.campaign:
            draft.remember("campaign", inbound.campaign)
    if command is None or (command in (Command.ENGLISH, Command.SPANISH) and _asks_for_language(draft)):
        return False
    if command is not Command.STOP and not (command is Command.START if opted_out else not draft.facts.person.held):
        return False
    draft.note("command", command=command.value)
    _obey(draft, command, inbound)
    return True


def _asks_for_language(draft: Draft) -> bool:
    frame = draft.conversation.frame
    step = draft.flow(frame).steps.get(frame.step) if frame else None
    return bool(step and step.ask and step.ask.save_as == "language")


def _obey(draft: Draft, command: Command, inbound: Inbound) -> None:
    match command:
        case Command.STOP:
            network = draft.facts.network_confirms_opt_out and is_carrier_stop(inbound.text)
            _opt_out(draft, bare(inbound.text).upper()[:40], confirm=not network)
        case Command.START:
            _start(draft)
        case Command.HELP:
            draft.say_phrase("help")
            draft.ask_again()
        case Command.PERSON:
            draft.effects.append(HandOff(reason="asked_for_a_person"))
            draft.say_phrase("handed_off")
        case Command.ENGLISH:
            _switch_language(draft, "en")
        case Command.SPANISH:
            _switch_language(draft, "es")
        case Command.LANGUAGE:
            _switch_language(draft, "en" if draft.language == "es" else "es")
        case Command.BACK if draft.conversation.frame:
            walk.back(draft)
        case Command.BACK:
            _begin_or_idle(draft)
        case Command.STATUS:
            _status(draft)
            draft.ask_again()
        case Command.SHIFTS:
            _open_offer(draft, SlotKind.SHIFT)
        case Command.TRAINING:
            _open_offer(draft, SlotKind.TRAINING)
        case _:
            assert_never(command)


def _opt_out(draft: Draft, cause: str, *, confirm: bool) -> None:
    if draft.facts.person.opted_out:
        draft.note("opt_out", why="opted out before; nothing more is said")
        return
    draft.effects.append(OptOut(cause=cause))
    draft.note("opt_out", cause=cause, why="confirmed by us" if confirm else "the network confirms it, we do not")
    for booking in draft.facts.bookings:
        draft.effects.append(Alert(kind="shift_at_risk", booking=booking.ref))
    if confirm:
        draft.purpose = Purpose.FAREWELL
        draft.say_phrase("stopped")


def _start(draft: Draft) -> None:
    if draft.facts.person.opted_out:
        draft.effects.append(OptIn(cause="START"))
        draft.say_phrase("welcome_back")
    if draft.facts.person.held:
        draft.note("silent", why="a coordinator holds the conversation")
    elif draft.conversation.frame:
        draft.ask_again(briefly=False)
    else:
        _begin_or_idle(draft)


def _switch_language(draft: Draft, language: str) -> None:
    draft.set_language(language)
    draft.say_phrase("language_set")
    if draft.conversation.frame:
        draft.ask_again(briefly=False)


def _status(draft: Draft) -> None:
    if not draft.facts.bookings:
        begun = draft.current_stage is Stage.ENQUIRED and draft.conversation.frame
        draft.say_phrase(f"status.{(Stage.SCREENING if begun else draft.current_stage).value}")
    for booking in draft.facts.bookings[:3]:
        draft.say_phrase("status_booking", slot=draft.say_booking(booking))


def _open_offer(draft: Draft, kind: SlotKind, *, replaces: str | None = None) -> None:
    allowed = MAY_TRAIN if kind is SlotKind.TRAINING else MAY_SERVE
    if draft.current_stage not in allowed:
        if draft.conversation.frame:
            draft.say_phrase("finish_first")
            draft.ask_again()
        else:
            draft.say_phrase(f"status.{draft.current_stage.value}")
        return
    draft.conversation = replace(draft.conversation, stack=())
    walk.push(draft, _OFFERS[kind], {"replaces": replaces} if replaces else {})


def _shift_reply(draft: Draft, inbound: Inbound) -> bool:
    found = read_shift_reply(
        inbound,
        draft.facts.bookings,
        draft.library.commands,
        idle=draft.conversation.frame is None,
        language=draft.language,
        today=draft.today,
    )
    if found is None:
        return False
    booking, reply = found
    draft.note("shift_reply", reply=reply.value, booking=booking.ref)
    values = {"slot": draft.say_booking(booking)}
    match reply:
        case ShiftReply.CONFIRM:
            draft.effects.append(Confirm(booking=booking.ref))
            draft.say_phrase("confirmed", **values)
        case ShiftReply.DECLINE:
            draft.effects.append(Release(booking=booking.ref, cause="said N"))
            draft.move(_stage_without(draft, booking), cause="gave a place back")
            draft.say_phrase(f"released.{booking.slot.kind.value}", **values)
        case ShiftReply.RESCHEDULE:
            _open_offer(draft, booking.slot.kind, replaces=booking.ref)
        case _:
            assert_never(reply)
    return True


def _stage_without(draft: Draft, given_back: Booking) -> Stage:
    """Where somebody stands who has just given a place back: it was their last of its kind, or nothing changes."""
    kind = given_back.slot.kind
    if any(b.ref != given_back.ref and b.slot.kind is kind for b in draft.facts.bookings):
        return draft.current_stage
    stands = {
        (SlotKind.TRAINING, Stage.TRAINING): Stage.ELIGIBLE,
        (SlotKind.SHIFT, Stage.PLACED): Stage.READY,
    }
    return stands.get((kind, draft.current_stage), draft.current_stage)


def _answer_or_begin(draft: Draft, inbound: Inbound) -> None:
    frame = draft.conversation.frame
    if frame is None and inbound.kind is InboundKind.TAP:
        draft.say_phrase("old_button")
        _status(draft)
        return
    if frame is None:
        if asked := next((booking for booking in draft.facts.bookings if booking.asked), None):
            _ask_about(draft, asked)
        else:
            _begin_or_idle(draft, inbound)
        return
    step = draft.flow(frame).steps.get(frame.step)
    if step is None or step.ask is None:  # the flow was edited and this step is gone: begin it anew
        draft.note("restart", step=frame.step, why="the step is gone from the flow")
        walk.restart(draft, frame)
        return
    if inbound.kind is InboundKind.TAP and not _is_offered(draft, frame, step.ask, inbound.tap):
        draft.say_phrase("old_button")
        draft.ask_again()
        return
    if not inbound.text.strip() and inbound.tap is None:
        draft.say_phrase("text_only" if inbound.media_count else "reason.empty")
        draft.ask_again()
        return
    _read_answer(draft, frame, step, step.ask, inbound)


def _ask_about(draft: Draft, booking: Booking) -> None:
    """Ask again whether they come: what they wrote after a reminder was neither a yes nor a no."""
    draft.note("misunderstood", booking=booking.ref)
    draft.say_phrase("reason.not_understood")
    draft.say_phrase("status_booking", slot=draft.say_booking(booking))


def _is_offered(draft: Draft, frame: Frame, ask: Ask, tap: Tap | None) -> bool:
    """Tell whether a button belongs to the question that waits; slots that were offered before do not."""
    return tap is not None and tap.step == frame.step and tap.choice in {c.id for c in draft.shown(frame, ask)}


def _read_answer(draft: Draft, frame: Frame, step: Step, ask: Ask, inbound: Inbound) -> None:
    outcome = _read(draft, frame, ask, inbound)
    if isinstance(outcome, Match) and (objection := _objection(draft, ask, outcome.value, inbound)):
        _misunderstood(draft, frame, step, ask, objection)
        return
    match outcome:
        case Match(value=value, confidence=confidence):
            draft.note("understood", step=step.id, type=ask.type, confidence=confidence)
            _accept(draft, frame, step, ask, value)
        case Ambiguous(reason=reason) | NoMatch(reason=reason):
            _misunderstood(draft, frame, step, ask, reason.value)
        case _:
            assert_never(outcome)


def _read(draft: Draft, frame: Frame, ask: Ask, inbound: Inbound) -> Outcome:
    context = draft.context(frame, ask, tap=inbound.tap.choice if inbound.tap else None)
    outcome = read(ask.type, inbound.text, context)
    if ask.type != "yes_no":
        return outcome
    if (
        isinstance(outcome, NoMatch) and context.choices
    ):  # shown as a list: its numbers, labels and buttons count as well
        picked = read("choice", inbound.text, context)
        return replace(picked, value=_YES_NO[str(picked.value)]) if isinstance(picked, Match) else picked
    if isinstance(outcome, Match) and outcome.value is True and not ask.remember and _BUT.search(outcome.rest.lower()):
        return replace(outcome, value=False)  # "yes, but my ZIP is 60615" leaves something to change
    if isinstance(outcome, Match) and outcome.value is None and not _may_be_unsure(ask):
        return NoMatch(reason=Reason.NOT_UNDERSTOOD)
    return outcome


def _may_be_unsure(ask: Ask) -> bool:
    return any(option.id == "unsure" for option in ask.options)


def _objection(draft: Draft, ask: Ask, value: Json, inbound: Inbound) -> str | None:
    """Say why an answer that was understood cannot stand."""
    if ask.save_as == "guardian_contact" and value == inbound.sender.user:
        return "own_contact"
    return None


def _accept(draft: Draft, frame: Frame, step: Step, ask: Ask, value: Json) -> None:
    frame = replace(
        frame,
        answers={**frame.answers, ask.save_as: value},
        path=(*frame.path, step.id),
        misses=0,
    )
    draft.conversation = draft.conversation.with_frame(frame)
    if ask.save_as == "language" and isinstance(value, str):
        draft.set_language(value)
    elif ask.remember:
        draft.remember_answer(ask, value)
    walk.leave(draft, step)


def _misunderstood(draft: Draft, frame: Frame, step: Step, ask: Ask, reason: str) -> None:
    misses = frame.misses + 1
    draft.conversation = draft.conversation.with_frame(replace(frame, misses=misses))
    draft.note("misunderstood", step=step.id, reason=reason, misses=misses)
    if misses > _SILENT_AFTER:
        draft.note("silent", why="a human was asked to look, and the question was put often enough")
        return
    if misses == _MAX_MISSES:
        draft.effects.append(HandOff(reason="not_understood"))
        draft.say_phrase("human_will_look")
    elif misses > _MAX_MISSES:
        draft.say_phrase("human_was_told")
    elif misses == 1 and ask.retry and reason == "not_understood":
        draft.said.append(draft.text(ask.retry))
        draft.offer_choices(step, ask)
        return
    elif misses == 2 and ask.help:
        draft.said.append(draft.text(ask.help))
        draft.offer_choices(step, ask)
        return
    elif misses == 2 and f"example.{ask.type}" in draft.library.phrases:
        draft.say_phrase(f"example.{ask.type}")
    else:
        draft.say_phrase(f"reason.{reason}")
    draft.ask_again()


def _begin_or_idle(draft: Draft, inbound: Inbound | None = None) -> None:
    """Begin with a stranger; tell somebody known what to text, and let a coordinator read what they wrote."""
    if inbound and draft.conversation.last_said and draft.library.commands.only_thanks(inbound.text):
        draft.note("thanks")
        draft.say_phrase("you_are_welcome")
    elif draft.current_stage in (Stage.ENQUIRED, Stage.SCREENING):
        walk.push(draft, _FIRST_FLOW, {})
    else:
        draft.note("idle", stage=draft.current_stage.value)
        draft.say_phrase(
            f"idle_by_stage.{draft.current_stage.value}"
            if f"idle_by_stage.{draft.current_stage.value}" in draft.library.phrases
            else "idle"
        )
        if inbound and len(inbound.text.split()) > 1 and draft.said[0] not in draft.conversation.last_said:
            draft.effects.append(HandOff(reason="wrote_freely"))
            draft.say_phrase("someone_reads")
