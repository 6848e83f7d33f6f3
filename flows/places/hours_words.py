"""Hear what somebody says about a shift while it is on or over: HERE, DONE and the hours, whether they came."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from flows import wording
from flows.answers import read
from flows.answers.context import AnswerContext
from flows.answers.outcome import Match
from flows.answers.words import fold, phrase_key
from flows.commands import Command, Commands
from flows.draft import Draft
from flows.effects import Alert, CheckIn, ClaimHours, HandOff, MissShift
from flows.events import VisitsFound
from flows.facts import Booking, BookingStatus, Served, Slot
from flows.lookups import FindVisits
from flows.messages import Inbound, InboundKind
from flows.rules.ledger import Span, is_at_the_door, is_possible, needs_look, overlaps, usual_minutes
from flows.stages import Stage

#: Prefix of the step that the buttons carry by which we ask whether somebody came; the booking's ref follows.
AFTER_STEP: Final = "after."
CAME: Final = "yes"
MISSED: Final = "no"
#: To anybody else HERE and DONE are words like others: who signs up says "done" and means the question.
_SERVES: Final = frozenset({Stage.TRAINING, Stage.READY, Stage.PLACED, Stage.ACTIVE, Stage.PAUSED})
_BY_NUMBER: Final = {"1": CAME, "2": MISSED}
#: Begins with a number, in figures or in words.
_LENGTH: Final = re.compile(
    r"^(?:(?:with|after|in|for|about|around|from|it was|fueron|fue|con|en|por|como|de|desde|unas?|unos) )*"
    r"(?:\d|[.,]\d|an? |one|two|three|four|five|six|seven|eight|half|un[ao]? |dos|tres|cuatro|cinco|seis|siete|ocho|medi[ao]|horas?)"
)
#: "done at 5" tells a time of day, not a length; alone behind DONE it says when they left.
_CLOCK: Final = r"(?:1[0-2]|0?\d)(?::[0-5]\d)? ?(?:[ap]\.?m\.?|noon)?"
_TIME_OF_DAY: Final = re.compile(r"^(?:at|by|since|until|till|a las?|hasta|from|de|desde)(?!\w)")
_PARTS: Final = re.compile(r"(\d{1,2})(?::(\d\d))?")
_LEFT_AT: Final = re.compile(rf"^(?:at|by|around|a las?) {_CLOCK}[.!]*$")
#: From one time of day to another; without minutes or am and pm it may be a guess at hours.
_FROM_TO: Final = re.compile(
    rf"^(?:from|de|desde)? ?(?:las? )?(?P<begins>{_CLOCK}) ?(?:-|to|til|till|until|a|hasta) ?(?:las? )?(?P<ends>{_CLOCK})[.!]*$"
)
#: Nobody serves less than nothing, and no dash stands before a length.
_MINUS: Final = re.compile(r"[\s:]-\d")
#: Said behind DONE by those who are polite.
_POLITE: Final = re.compile(
    r"^(?:thanks?(?: you)?|thx|ty|muchas gracias|gracias|for (?:today|the day|now)|today|por hoy|por ahora|hoy)(?: (?:so|very) much)?(?:,? (?:thanks?(?: you)?|gracias))?[.!]*$"
)


# --- the words --------------------------------------------------------------------------------------------------------


def read_word(draft: Draft, text: str) -> Command | None:
    """Read DONE with hours behind it, or thanks, or when they left: "done 2 hours", "done, thanks", "done at 5"."""
    rest = _behind_done(draft.library.commands, text)
    if _POLITE.match(rest) or _LEFT_AT.match(rest) or _FROM_TO.match(rest):
        return Command.DONE
    return Command.DONE if _after_done(draft.library.commands, text) else None


def concerns(draft: Draft) -> bool:
    """Tell whether HERE and DONE mean anything to this person."""
    facts = draft.facts
    return draft.current_stage in _SERVES or bool(facts.bookings or facts.unanswered)


def here(draft: Draft) -> None:
    """Note that somebody is at the door, or say why it cannot be noted."""
    at_door = [one for one in draft.facts.bookings if is_at_the_door(_planned(one.slot), draft.now)]
    begun = [one for one in at_door if one.slot.starts_at <= draft.now]
    if at_door:
        booking = (begun or at_door)[0]
        draft.note("here", booking=booking.ref)
        draft.effects.append(CheckIn(booking=booking.ref))
        draft.say_phrase(f"here.{booking.slot.kind.value}", slot=draft.say_booking(booking))
    elif draft.facts.unanswered:
        draft.needs = FindVisits(minutes=None)
        return
    elif draft.facts.bookings:
        draft.say_phrase("here.too_early", slot=draft.say_booking(draft.facts.bookings[0]))
    else:
        draft.say_phrase("here.not_booked")
    draft.ask_again()


def done(draft: Draft, inbound: Inbound) -> None:
    """Look up which shift is done; how long it was is taken from the same text."""
    rest = _behind_done(draft.library.commands, inbound.text)
    told = "" if _POLITE.match(rest) else _after_done(draft.library.commands, inbound.text) or rest
    minutes = _minutes(draft, told) if told and not _MINUS.search(inbound.text) else None
    if told and (minutes is None or not is_possible(minutes)):
        draft.say_phrase("done.how_long")
        draft.ask_again()
        return
    draft.needs = FindVisits(minutes=minutes)


def _after_done(commands: Commands, text: str) -> str:
    """Return what follows the word DONE, as far as that can be a length of time."""
    rest = _behind_done(commands, text)
    is_length = _FROM_TO.match(rest) or (_LENGTH.match(rest) and not _TIME_OF_DAY.match(rest))
    return rest if is_length else ""


def _behind_done(commands: Commands, text: str) -> str:
    """Return what follows DONE, or a word that says so only with a length behind it."""
    folded = fold(text).text
    if found := _pattern(commands.done).match(folded):
        return found[1].strip()
    found = _pattern(tuple(sorted(_words()["done_with_a_length"]))).match(folded)
    return found[1].strip() if found and _LENGTH.match(found[1].strip()) else ""


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"^\W*(?:{longest_first})(?!\w)[\W_]*(.+)$", re.DOTALL)


def _minutes(draft: Draft, text: str) -> int | None:
    if (spell := _FROM_TO.match(text)) or _TIME_OF_DAY.match(text):
        return _between(spell["begins"], spell["ends"]) if spell else None
    outcome = read("duration", text, AnswerContext(language=draft.language, today=draft.today))
    return int(str(outcome.value)) if isinstance(outcome, Match) else None


def _between(begins: str, ends: str) -> int | None:
    """Return how long it is from one time of the clock to the next other; "2-3" may be hours, and is asked about."""
    if not any(sign in f"{begins}{ends}" for sign in (":", "m", "noon")):
        return None
    hours = [(int(found[1]) % 12, int(found[2] or 0)) for found in map(_PARTS.match, (begins, ends)) if found]
    (hour, minute), (later, to) = hours
    return (60 * (later - hour) + to - minute) % (12 * 60) or None


# --- whether they came ------------------------------------------------------------------------------------------------


def hear(draft: Draft, inbound: Inbound) -> bool:
    """Take a reply as the answer to whether they came; tell whether it was one."""
    tap = inbound.tap if inbound.kind is InboundKind.TAP else None
    if tap and tap.step.startswith(AFTER_STEP):
        ref = tap.step.removeprefix(AFTER_STEP)
        asked = next((one for one in draft.facts.unanswered if one.ref == ref), None)
        if tap.choice == CAME:
            draft.needs = FindVisits(minutes=None, booking=ref)
        else:
            _miss(draft, asked)
        return True
    if tap or not draft.facts.unanswered or draft.conversation.frame:
        return False
    latest = draft.facts.unanswered[0]
    if _asked_later(draft, latest):
        return False
    said, minutes = _answer(draft, inbound.text)
    if said == CAME:
        draft.needs = FindVisits(minutes=minutes, booking=latest.ref)
    elif said == MISSED:
        _miss(draft, latest)
    return bool(said)


def _asked_later(draft: Draft, after: Booking) -> bool:
    """Tell whether a reminder has asked since; then a yes answers that."""
    return any(
        one.asked and one.changed_at and after.changed_at and one.changed_at > after.changed_at
        for one in draft.facts.bookings
    )


def _answer(draft: Draft, text: str) -> tuple[str, int | None]:
    """Read whether they came, and for how long."""
    key, words = phrase_key(text), _words()
    if key in _BY_NUMBER:
        return _BY_NUMBER[key], None
    if key in words["missed"]:
        return MISSED, None
    if key in words["came"]:
        return CAME, None
    outcome = read("yes_no", text, AnswerContext(language=draft.language, today=draft.today))
    if not isinstance(outcome, Match) or not isinstance(outcome.value, bool):
        return "", None
    if not outcome.rest:
        return CAME if outcome.value else MISSED, None
    minutes = _minutes(draft, outcome.rest) if outcome.value else None
    return (CAME, minutes) if minutes and is_possible(minutes) else ("", None)


@cache
def _words() -> Mapping[str, frozenset[str]]:
    table = tomllib.loads((files("flows") / "hours_words.toml").read_text("utf-8"))
    return {
        kind: frozenset(phrase_key(word) for listed in by_language.values() for word in listed)
        for kind, by_language in table.items()
    }


def _miss(draft: Draft, booking: Booking | None) -> None:
    if booking:
        draft.note("missed", booking=booking.ref)
        draft.effects.append(MissShift(booking=booking.ref, cause="said so"))
    draft.say_phrase("after.missed")
    draft.ask_again()


# --- how long it was --------------------------------------------------------------------------------------------------


def take_visits(draft: Draft, found: VisitsFound) -> None:
    """Claim hours for the shift that is meant: the one asked about, else the latest without hours, else the latest."""
    counted = {one.booking: one for one in found.served}
    visits = [visit.booking for visit in found.visits]
    open_ = [one for one in visits if one.ref not in counted and one.status is not BookingStatus.NO_SHOW]
    named = [one for one in visits if one.ref == found.booking]
    meant = next(iter(named or open_ or visits), None)
    if meant is None:
        _say_why_none(draft)
    else:
        _claim(draft, meant, counted.get(meant.ref), found)
    draft.ask_again()


def _claim(draft: Draft, booking: Booking, before: Served | None, found: VisitsFound) -> None:
    planned = _planned(booking.slot)
    minutes = found.minutes
    if before and (minutes is None or minutes == before.minutes):
        draft.say_phrase("done.same", **_said(draft, booking, before.minutes))
        return
    if before and before.approved:
        _hand_over(draft, "hours_after_approval", "done.approved", _said(draft, booking, before.minutes))
        return
    if booking.status is BookingStatus.NO_SHOW:
        _hand_over(draft, "came_after_all", "done.settled", {})
        return
    minutes = minutes or usual_minutes(planned, draft.now)
    others = [Span(starts_at=one.starts_at, minutes=one.minutes) for one in found.served if one.booking != booking.ref]
    if overlaps(Span(starts_at=planned.starts_at, minutes=minutes), others):
        _hand_over(draft, "hours_overlap", "done.overlap", {})
        return
    draft.note("hours", booking=booking.ref, minutes=minutes)
    draft.effects.append(ClaimHours(booking=booking.ref, minutes=minutes))
    looked_at = needs_look(minutes, planned=planned.minutes)
    if looked_at:
        draft.effects.append(Alert(kind="hours_differ", booking=booking.ref))
    draft.say_phrase("done.noted_for_look" if looked_at else "done.noted", **_said(draft, booking, minutes))


def _hand_over(draft: Draft, reason: str, phrase: str, values: Mapping[str, str]) -> None:
    draft.note("hours_not_taken", why=reason)
    draft.effects.append(HandOff(reason=reason))
    draft.say_phrase(phrase, **values)


def _say_why_none(draft: Draft) -> None:
    if draft.facts.bookings:
        draft.say_phrase("done.not_begun", slot=draft.say_booking(draft.facts.bookings[0]))
    else:
        draft.say_phrase("done.nothing")


def _said(draft: Draft, booking: Booking, minutes: int) -> dict[str, str]:
    return {"slot": draft.say_booking(booking), "hours": wording.say_minutes(minutes, draft.language)}


def _planned(slot: Slot) -> Span:
    return Span(starts_at=slot.starts_at, minutes=slot.minutes)
