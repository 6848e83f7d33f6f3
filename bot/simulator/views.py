"""Turn what the hub holds about one talk into what the simulator's page draws: bubbles, turns and things to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any, Final

from channels.render import as_slack, as_sms, as_telegram
from flows import wording
from flows.conversation import Conversation
from flows.facts import BookingStatus, Json
from flows.messages import Address, InboundKind, Outbound, Purpose, Tap
from flows.text import Segments, segments
from storage.simulator import Message, Place, Talk, Written
from storage.store import OutboxStatus

#: A message that reached the person, as far as anybody knows.
ARRIVED: Final = frozenset({OutboxStatus.SENT, OutboxStatus.DELIVERED, OutboxStatus.UNKNOWN})
#: Bookings that still count.
_LIVE: Final = frozenset({BookingStatus.BOOKED, BookingStatus.CONFIRMED})
#: Turns whose reasons are shown.
_MOST_TURNS: Final = 40
#: A message that nobody has to explain: it arrived or is about to.
_FINE: Final = ARRIVED | {OutboxStatus.READY, OutboxStatus.SENDING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One message of ours as each channel is given it."""

    sms: str
    segments: Segments
    slack: Mapping[str, Any]
    telegram: Mapping[str, Any]
    #: What a person without buttons may reply.
    short_replies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One thing in the talk: ours when it has ``shown``, else theirs."""

    key: str
    at: datetime
    #: What they wrote or pressed.
    text: str = ""
    kind: str = InboundKind.MESSAGE
    purpose: str = ""
    shown: Shown | None = None
    #: Whether the carrier confirms what was written, so that we say nothing.
    carrier_answers: bool = False
    #: Whether it begins another day.
    new_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnLine:
    """What was decided about one thing the person did."""

    id: int
    at: datetime
    kind: str
    said: str
    trace: Sequence[Mapping[str, Json]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What the bot waits for."""

    flow: str
    step: str
    misses: int
    answers: Mapping[str, str]


def bubbles(talk: Talk, *, zone: Any) -> list[Bubble]:
    """List what both sides said, oldest first."""
    theirs = [_theirs(written, talk) for written in talk.written]
    ours = [_ours(message, talk) for message in talk.messages if message.status in ARRIVED]
    in_order = sorted([*theirs, *ours], key=lambda bubble: (bubble.at, bubble.shown is not None))
    return list(_with_days(in_order, zone))


def _with_days(in_order: Sequence[Bubble], zone: Any) -> Iterator[Bubble]:
    day = None
    for bubble in in_order:
        its_day = bubble.at.astimezone(zone).date()
        yield replace(bubble, new_day=its_day != day)
        day = its_day


def _theirs(written: Written, talk: Talk) -> Bubble:
    text = written.text
    if written.kind == InboundKind.TAP:
        text = _label(written, talk.messages)
    return Bubble(
        key=f"w{written.id}",
        at=written.at,
        text=text,
        kind=written.kind,
        carrier_answers=any("the network confirms" in str(entry.get("why", "")) for entry in written.trace),
    )


def _label(written: Written, messages: Sequence[Message]) -> str:
    tap = Tap.decode(written.text)
    return (tap and label_of(tap, written.at, messages)) or written.text


def label_of(tap: Tap, at: datetime, messages: Sequence[Message]) -> str | None:
    """Find what a button said that was pressed at an instant."""
    for message in reversed(messages):
        if message.step == tap.step and message.created_at <= at:
            for choice in message.choices:
                if choice.id == tap.choice:
                    return choice.label
    return None


def _ours(message: Message, talk: Talk) -> Bubble:
    outbound = Outbound(
        reference=message.reference,
        to=Address(channel=talk.address.channel, account=talk.address.account, user=talk.address.user),
        text=message.text,
        choices=message.choices,
        step=message.step,
        purpose=Purpose(message.purpose),
    )
    text = as_sms(outbound)
    shown = Shown(
        sms=text,
        segments=segments(text),
        slack=as_slack(outbound),
        telegram=as_telegram(outbound),
        short_replies=tuple(choice.key or str(number) for number, choice in enumerate(message.choices, start=1)),
    )
    at = message.created_at if message.purpose == Purpose.REPLY else message.settled_at or message.created_at
    return Bubble(key=f"m{message.id}", at=at, purpose=message.purpose, shown=shown)


def turns(talk: Talk) -> list[TurnLine]:
    """List the latest turns with their reasons, the latest first."""
    return [
        TurnLine(
            id=written.id,
            at=written.at,
            kind=written.kind,
            said=_label(written, talk.messages) if written.kind == InboundKind.TAP else written.text,
            trace=written.trace,
        )
        for written in talk.written[: -_MOST_TURNS - 1 : -1]
    ]


def places(talk: Talk) -> list[Place]:
    """List bookings, those that still count first, then the latest first."""
    latest_first = reversed(talk.places)
    return sorted(latest_first, key=lambda place: place.booking.status not in _LIVE)


def next_start(talk: Talk, now: datetime) -> datetime | None:
    """Return when the person is next expected somewhere; ``None`` when they have no place ahead."""
    ahead = (place.slot.starts_at for place in talk.places if place.booking.status in _LIVE)
    return min((at for at in ahead if at > now), default=None)


def not_sent(talk: Talk) -> list[Message]:
    """List messages that wait, were dropped or failed, latest first."""
    return [message for message in reversed(talk.messages) if message.status not in _FINE]


def waiting(talk: Talk) -> Waiting | None:
    """Say which answer the bot waits for; ``None`` when no question is open."""
    frame = Conversation.decode(talk.conversation).frame
    if frame is None:
        return None
    return Waiting(flow=frame.flow, step=frame.step, misses=frame.misses, answers=told(frame.answers))


def told(answers: Mapping[str, Json]) -> dict[str, str]:
    """Return answers as words."""
    return {name.replace("_", " "): _word(name, value) for name, value in answers.items() if value is not None}


def _word(name: str, value: Json) -> str:
    match name, value:
        case "availability", list(windows):
            return wording.say_availability([window for window in windows if isinstance(window, dict)], "en")
        case _, bool(yes):
            return "yes" if yes else "no"
        case _, dict(parts):
            return " ".join(str(part) for part in parts.values() if part)
        case (("audience" | "role" | "time_off" | "programme" | "support" | "near"), str(word)):
            return word.replace("_", " ")
        case _:
            return str(value)


def say_moment(at: datetime, zone: Any) -> str:
    """Say an instant in a zone: ``Tue Dec 1, 5 PM``."""
    return wording.say_when(at.astimezone(zone), zone=None, language="en")


def say_clock(at: datetime, zone: Any) -> str:
    """Say the time of day in a zone: ``5:30 PM``."""
    return wording.say_time(at.astimezone(zone).time())


def say_day(at: datetime, zone: Any) -> str:
    """Say a day in a zone: ``Tue Dec 1``."""
    return say_moment(at, zone).partition(",")[0]


def say_user(user: str) -> str:
    """Say a phone number as people write it: ``(312) 555-0124``; leave other addresses as they are."""
    national = user.removeprefix("+1")
    return f"({national[:3]}) {national[3:6]}-{national[6:]}" if user.startswith("+1") and len(user) == 12 else user


def plain(text: str) -> str:
    """Read a text as Slack and Telegram do: the three escaped signs are signs again."""
    return unescape(text)


def has_ended(starts_at: datetime, minutes: int, now: datetime) -> bool:
    """Tell whether a date is over."""
    return starts_at + timedelta(minutes=minutes) <= now
