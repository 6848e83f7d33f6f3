"""Do what a word asks that outranks the step: leave, come back, get help, change the language, see places."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, assert_never

from flows.answering import correcting, replying
from flows.commands import Command, bare, is_carrier_stop
from flows.draft import Draft
from flows.effects import Alert, HandOff, OptIn, OptOut
from flows.facts import SlotKind
from flows.messages import Inbound, Purpose
from flows.places import hours_words, keeping
from flows.stages import MAY_SERVE, MAY_TRAIN, Stage
from flows.walking import walk
from flows.wishes import erasing, linking, outsiders, own_pages, phoning, sharing
from flows.wording import say_offer

#: Where a person begins who is not known yet.
_FIRST_FLOW: Final = "screening"
#: What comes before training where the hub asks for more than that.
_VETTING: Final = "vetting"
_OFFERS: Final = {SlotKind.TRAINING: "training", SlotKind.SHIFT: "shifts"}


def obey(draft: Draft, command: Command, inbound: Inbound) -> None:
    """Do what a command asks."""
    match command:
        case Command.STOP:
            network = draft.facts.network_confirms_opt_out and is_carrier_stop(inbound.text)
            opt_out(draft, bare(inbound.text).upper()[:40], confirm=not network)
        case Command.START:
            _start(draft)
        case Command.HELP:
            draft.say_phrase("help")
            _back_to_question(draft)
        case Command.PERSON:
            draft.effects.append(HandOff(reason="asked_for_a_person"))
            draft.say_phrase("handed_off")
        case Command.ENGLISH:
            _switch_language(draft, "en")
        case Command.SPANISH:
            _switch_language(draft, "es")
        case Command.LANGUAGE:
            _switch_language(draft, "en" if draft.language == "es" else "es")
        case Command.CALL_ME:
            phoning.promise(draft, inbound)
        case Command.CHANGE:
            correcting.list_changeable(draft)
        case Command.SKIP if draft.conversation.frame:
            replying.skip(draft)
        case Command.SKIP:
            begin_or_idle(draft)
        case Command.DELETE_DATA:
            erasing.confirm(draft)
        case Command.MY_DATA:
            own_pages.send_data(draft)
        case Command.CALENDAR:
            own_pages.send_calendar(draft, renew=False)
        case Command.NEW_CALENDAR:
            own_pages.send_calendar(draft, renew=True)
        case Command.LINK:
            linking.offer(draft)
        case Command.OTHER_PERSON:
            sharing.ask_who(draft)
        case Command.BACK if correcting.leave_visit(draft):
            draft.say_phrase("unchanged")
            draft.ask_again(briefly=False)
        case Command.BACK if draft.conversation.frame:
            walk.back(draft)
        case Command.BACK:
            begin_or_idle(draft)
        case Command.STATUS:
            tell_status(draft)
            draft.ask_again()
        case Command.SHIFTS:
            open_offer(draft, SlotKind.SHIFT)
        case Command.TRAINING:
            open_offer(draft, SlotKind.TRAINING)
        case Command.LETTER:
            own_pages.send_letter(draft)
        case Command.HERE:
            hours_words.here(draft)
        case Command.DONE:
            hours_words.done(draft, inbound)
        case _:
            assert_never(command)


def opt_out(draft: Draft, cause: str, *, confirm: bool) -> None:
    """Stop everything to this address; confirm once, unless the network does."""
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
    draft.conversation = replace(draft.conversation, began=draft.conversation.turn)
    if draft.facts.person.opted_out:
        draft.effects.append(OptIn(cause="START"))
        draft.say_phrase("welcome_back")
    if draft.facts.person.held:
        draft.note("silent", why="a coordinator holds the conversation")
    elif draft.conversation.frame:
        draft.ask_again(briefly=False)
    else:
        begin_or_idle(draft)


def _switch_language(draft: Draft, language: str) -> None:
    draft.set_language(language)
    draft.say_phrase("language_set")
    _back_to_question(draft, briefly=False)


def _back_to_question(draft: Draft, *, briefly: bool = True) -> None:
    """Ask once more what was open: whether everything shall be erased, or else what the step asks."""
    if draft.asked_to_erase:
        erasing.confirm(draft)
    else:
        draft.ask_again(briefly=briefly)


def tell_status(draft: Draft) -> None:
    """Say what the person has booked, or where they stand, and what they wait for."""
    if not draft.facts.bookings:
        begun = draft.current_stage is Stage.ENQUIRED and draft.conversation.frame
        if draft.current_stage is Stage.ELIGIBLE and draft.outstanding():  # the checks come before the training
            draft.say_phrase("status_checks_first")
        else:
            draft.say_phrase(f"status.{Stage.SCREENING.value}" if begun else draft.status_key)
    for booking in draft.facts.bookings[:3]:
        keeping.say_booked(draft, booking)
    for slot in draft.facts.lines:
        draft.say_phrase("status_line", slot=say_offer(slot, zone=draft.zone, language=draft.language))
    if draft.facts.person.no_broadcasts:
        draft.say_phrase("news.stays_off")


def open_offer(draft: Draft, kind: SlotKind, *, replaces: str | None = None, on: str | None = None) -> None:
    """Begin to offer places, or say why it is too early; a question that waits for an answer is asked again afterwards.

    Args:
        replaces: the booking that a new one takes the place of.
        on: the day whose places are shown first, ISO.
    """
    allowed = MAY_TRAIN if kind is SlotKind.TRAINING else MAY_SERVE
    if replaces:  # whoever signs up anew may move the place they have
        allowed |= {Stage.ENQUIRED, Stage.SCREENING}
    if draft.current_stage not in allowed:
        if draft.conversation.frame:
            draft.say_phrase("finish_first")
            draft.ask_again()
        else:
            draft.say_phrase(draft.status_key)
        return
    if kind is SlotKind.TRAINING and draft.current_stage is Stage.ELIGIBLE and draft.outstanding():
        if not walk.digress(draft, _VETTING, {}):
            draft.say_phrase("finish_first")
            draft.ask_again()
        return
    inputs = {name: value for name, value in (("replaces", replaces), ("on", on)) if value}
    if not walk.digress(draft, _OFFERS[kind], inputs):
        draft.say_phrase("finish_first")
        draft.ask_again()


def begin_or_idle(draft: Draft, inbound: Inbound | None = None) -> None:
    """Begin with a stranger; tell somebody known what to text, and let a coordinator read what they wrote."""
    if inbound and draft.conversation.last_said and draft.library.commands.only_thanks(inbound.text):
        draft.note("thanks")
        draft.say_phrase("you_are_welcome")
        return
    answered = inbound is not None and replying.answer_question(draft, inbound)
    if draft.current_stage is Stage.ENQUIRED and outsiders.hear(draft, inbound):
        return
    if draft.current_stage in (Stage.ENQUIRED, Stage.SCREENING):
        walk.push(draft, _FIRST_FLOW, {})
    elif not answered:
        draft.note("idle", stage=draft.current_stage.value)
        draft.say_phrase(
            f"idle_by_stage.{draft.current_stage.value}"
            if f"idle_by_stage.{draft.current_stage.value}" in draft.library.phrases
            else "idle"
        )
        if inbound and len(inbound.text.split()) > 1 and draft.said[0] not in draft.conversation.last_said:
            draft.effects.append(HandOff(reason="wrote_freely"))
            draft.say_phrase("someone_reads")
