"""Take one turn of a conversation: ``advance`` is a pure function from what happened to what shall be said and done.

The order of precedence is fixed: what the network did, legal words, global words, the reply to a reminder, the answer
to the step that waits, and only then the flow. A timer counts only as long as nobody has written.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import takewhile
from typing import assert_never

from flows import accepted, nudging, regating
from flows.answering import asides, replying, settling
from flows.commands import Command
from flows.conversation import Conversation, SideQuestion
from flows.draft import Draft
from flows.effects import MarkReachable, OptIn, ResumeSending, TimerKind
from flows.events import (
    BroadcastFound,
    ColleagueFound,
    Corrected,
    Event,
    HoursFound,
    OwnerFound,
    SlotsFound,
    TimerDue,
    VisitsFound,
    WaysFound,
)
from flows.facts import LANGUAGES, Facts
from flows.geography import nearest_zip
from flows.intents import STOP, Intent
from flows.library import Library
from flows.messages import Inbound, InboundKind, Purpose
from flows.places import cover_reply, done_words, hours_words, seat_reply, shift_reply, swapping
from flows.stages import Stage
from flows.turns import Turn, finish
from flows.walking import offering, walk
from flows.wishes import (
    broadcasting,
    commanding,
    declining,
    erasing,
    guardian_replies,
    guarding,
    interrupting,
    linking,
    own_pages,
    preferring,
)

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
            draft.nudging = conversation.nudged > 0  # whoever writes is no longer nudged: the turn is a timer's
            draft.purpose = Purpose.NUDGE if draft.nudging else Purpose.REPLY
            offering.take_slots(draft, event)
        case VisitsFound():
            draft.purpose = Purpose.REPLY
            hours_words.take_visits(draft, event)
        case HoursFound():
            own_pages.take_hours(draft, event)
        case ColleagueFound():
            swapping.take_colleague(draft, event)
        case OwnerFound():
            linking.take_owner(draft, event)
        case BroadcastFound():
            broadcasting.take_found(draft, event)
        case WaysFound():
            preferring.take_ways(draft, event)
        case TimerDue(kind=TimerKind.ACCEPTED | TimerKind.REVIEWED):
            if facts.person.stage is not Stage.ELIGIBLE:
                draft.note("stale", why="they have gone on by themselves")
                return Turn(conversation=conversation, trace=tuple(draft.trace))
            draft.conversation = replace(conversation, turn=conversation.turn + 1, unsaid="")
            _leave_lost_flows(draft)
            if not accepted.go_on(draft, event.kind):
                return finish(draft)
        case TimerDue() if nudging.is_stale(conversation, event):
            draft.note("stale", why="somebody has written since, or the timer has fired")
            return Turn(conversation=conversation, trace=tuple(draft.trace))
        case TimerDue():
            draft.conversation = replace(conversation, turn=conversation.turn + 1, unsaid="")
            _leave_lost_flows(draft)
            nudging.take_timer(draft, event)
        case Corrected():
            draft.conversation = replace(conversation, turn=conversation.turn + 1, unsaid="")
            _leave_lost_flows(draft)
            regating.take_correction(draft, event)
        case _:
            assert_never(event)
    if draft.finds_question and (frame := draft.conversation.frame) and frame.step not in draft.flow(frame).steps:
        walk.restart(draft, frame)
    regating.recheck(draft, author=event.author if isinstance(event, Corrected) else "person")
    if draft.needs is None:
        nudging.set_timer(draft)
    return finish(draft)


def _take_inbound(draft: Draft, inbound: Inbound) -> None:
    """Begin a turn."""
    language = draft.conversation.language or _first_language(draft, inbound)
    before = draft.conversation
    side = before.side if before.side and before.side.turn == before.turn else None
    draft.conversation = replace(before, turn=before.turn + 1, language=language, unsaid="", side=None)
    draft.open_guess = side if side and side.kind == asides.ECHO else None
    draft.asked_to_erase = side is not None and side.kind == asides.FORGET
    nudging.hear(draft)
    _leave_lost_flows(draft)
    guarding.come_of_age(draft)
    if _network_event(draft, inbound) or _command(draft, inbound):
        return
    if not (draft.facts.person.opted_out or draft.facts.person.held) and broadcasting.hear(draft, inbound):
        return
    intent = None if settling.is_choice(side, inbound) else interrupting.read_interruption(draft, inbound)
    if draft.facts.person.paused and not (intent and intent.name == STOP):
        draft.effects.append(ResumeSending())
    if not draft.facts.person.opted_out and guardian_replies.take_back(draft, inbound):
        return
    if intent and interrupting.obey_above_all(draft, intent, inbound):
        return
    if intent and declining.hear(draft, intent, inbound):
        return
    if intent and intent.name == "delete_data" and (draft.facts.person.held or draft.facts.person.opted_out):
        erasing.hand_over(draft)
    if draft.facts.person.held:
        draft.conversation = replace(
            draft.conversation, began=draft.conversation.began + 1
        )  # the bot has no part in it
        draft.note("silent", why="a coordinator holds the conversation")
    elif draft.facts.person.opted_out:
        draft.note("silent", why="opted out, and this is no word for coming back")
    else:
        _go_on(draft, side, intent, inbound)


def _go_on(draft: Draft, side: SideQuestion | None, intent: Intent | None, inbound: Inbound) -> None:
    """Take what was said as an answer: to what we asked back, to a reminder, as a wish, or to the step."""
    if guardian_replies.hear_word(draft, inbound):
        return
    left = settling.settle(draft, side, inbound) if side else inbound
    if left is None:
        return
    wish = intent if left is inbound else None
    if (
        not linking.hear(draft, left)
        and not preferring.hear(draft, left)
        and not cover_reply.hear(draft, left)
        and not swapping.hear(draft, left)
        and not seat_reply.hear(draft, left)
        and not hours_words.hear(draft, left)
        and not shift_reply.hear(draft, left, wish)
        and not guardian_replies.hear(draft, left)
        and not interrupting.obey_change(draft, left)
        and not (wish and interrupting.obey(draft, wish, left))
    ):
        _answer_or_begin(draft, left)


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
            commanding.opt_out(draft, inbound.text or "network", confirm=False)
        case InboundKind.OPT_IN:
            draft.effects.append(OptIn(cause=inbound.text or "network"))
            if draft.facts.person.paused:
                draft.effects.append(ResumeSending())
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
    command = command or done_words.read_word(draft, inbound.text)
    if command in (Command.HERE, Command.DONE) and not hours_words.concerns(draft):
        return False
    beside = draft.library.commands.read_language_beside(inbound.text)
    names_language = beside or command in (Command.ENGLISH, Command.SPANISH)
    if command is None or (names_language and draft.asks_for("language")):
        return False
    if command is not Command.STOP and not (command is Command.START if opted_out else not draft.facts.person.held):
        return False
    draft.note("command", command=command.value)
    if draft.facts.person.paused and command is not Command.STOP:
        draft.effects.append(ResumeSending())
    if beside:
        draft.set_language(beside)
    commanding.obey(draft, command, inbound)
    return True


def _answer_or_begin(draft: Draft, inbound: Inbound) -> None:
    frame = draft.conversation.frame
    if frame is None and inbound.kind is InboundKind.TAP:
        draft.say_phrase("old_button")
        commanding.tell_status(draft)
        return
    if frame is None:
        if asked := next((booking for booking in draft.facts.bookings if booking.asked), None):
            shift_reply.ask_about(draft, asked, inbound)
        else:
            commanding.begin_or_idle(draft, inbound)
        return
    step = draft.flow(frame).steps.get(frame.step)
    if step is None or step.ask is None:  # the flow was edited and this step is gone: begin it anew
        draft.note("restart", step=frame.step, why="the step is gone from the flow")
        walk.restart(draft, frame)
        return
    if inbound.kind is InboundKind.TAP and not replying.is_offered(draft, frame, step.ask, inbound.tap):
        draft.say_phrase("old_button")
        draft.ask_again()
        return
    if inbound.location and step.ask.type == "zip" and (zip_code := nearest_zip(inbound.location)):
        asides.echo(draft, step, step.ask, zip_code)
        return
    if not inbound.text.strip() and inbound.tap is None:
        draft.say_phrase("text_only" if inbound.media_count or inbound.location else "reason.empty")
        draft.ask_again()
        return
    replying.read_answer(draft, frame, step, step.ask, inbound)
