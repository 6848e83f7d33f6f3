"""Decide whether a message may leave now: consent, opt-out, reach, how much is enough, and the recipient's quiet hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from flows.facts import ContactPolicy, QuietHours
from flows.messages import Purpose
from flows.state_hours import hours_at

#: Where a person may be whose ZIP we do not know: anywhere in the fifty states, unless their phone is a territory's.
_UNKNOWN_ZONES: Final = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)
_TERRITORIES: Final = {
    "PR": "America/Puerto_Rico",
    "VI": "America/St_Thomas",
    "GU": "Pacific/Guam",
    "MP": "Pacific/Saipan",
    "AS": "Pacific/Pago_Pago",
}


#: When to ask again whether a coordinator still holds the conversation, and whether sending is still paused.
_HELD_AGAIN: Final = timedelta(minutes=5)
_PAUSED_AGAIN: Final = timedelta(minutes=30)
#: What is written without being asked is counted over this time.
CROWDED_FOR: Final = timedelta(days=7)

#: What leaves though the person has not agreed to anything: it answers what they just did.
_ANSWERS: Final = frozenset({Purpose.REPLY, Purpose.FAREWELL, Purpose.CODE, Purpose.ANSWER})
#: What leaves while a coordinator holds the conversation: what they wrote themselves, what the law asks for, and a code.
_WHILE_HELD: Final = frozenset({Purpose.ANSWER, Purpose.WORD, Purpose.FAREWELL, Purpose.CODE})
#: Somebody who wrote so lately is answered at any hour.
_ANSWERED_WITHIN: Final = timedelta(days=1)
#: What nobody has asked for: it keeps the hours of the person's state as well, and is rationed.
UNASKED: Final = frozenset({Purpose.BROADCAST, Purpose.NUDGE})
_BY_STATE: Final = UNASKED | {Purpose.REQUEST}
#: What leaves however much the day has cost: the law asks for the one, somebody waits for the other.
_BEYOND_BUDGET: Final = frozenset({Purpose.FAREWELL, Purpose.CODE})


class Reason(StrEnum):
    """Why a message waits or never leaves; kept with it, and told in words by ``flows.reasons``."""

    EXPIRED = "expired"
    OPTED_OUT = "opted_out"
    UNREACHABLE = "unreachable"
    SHORT_CODE = "short_code"
    COUNTRY = "country"
    BROADCAST_PAUSED = "broadcast_paused"
    BROADCAST_STOPPED = "broadcast_stopped"
    HELD = "held"
    BUDGET = "budget"
    NO_CONSENT = "no_consent"
    NO_BROADCASTS = "no_broadcasts"
    PAUSED = "paused"
    OVERTAKEN = "overtaken"
    TOO_OFTEN = "too_often"
    QUIET_HOURS = "quiet_hours"
    EXPIRES_IN_QUIET_HOURS = "expires_in_quiet_hours"
    EXPIRES_WAITING = "expires_waiting"


class BroadcastState(StrEnum):
    """How far a broadcast has come, and what its people decided about it."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"  #: the number was typed; nothing is in the outbox yet
    SENDING = "sending"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """It may leave now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """It may leave at a later instant."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """It may never leave."""

    reason: str


Decision = Send | Wait | Drop


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """What the rule needs to know about whoever would receive it."""

    opted_out: bool
    reachable: bool
    consented: bool
    #: Whether a coordinator holds the conversation.
    held: bool
    #: IANA zone; ``None`` when unknown.
    zone: str | None
    #: Whether it is not clear yet if they want to leave.
    paused: bool = False
    #: Whether they have written, or been written to by a timer, since the message was decided on.
    overtaken: bool = False
    channel: str = ""
    #: Whether the address may be a person's: no short code and no sender's name, see ``flows.rules.countries.is_phone``.
    is_person: bool = True
    #: Of their phone, by ISO 3166; ``None`` where the channel has none.
    country: str | None = None
    #: Postal code; tells the state.
    zip_code: str | None = None
    #: Whether they want everything but broadcasts.
    no_broadcasts: bool = False
    #: When the message left that makes the next unasked one too many within seven days; ``None``: not so many yet.
    crowded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What the hub has sent on this day of its own."""

    #: Parts of text messages, those on their way included.
    texts: int
    #: The hub's IANA zone, by which its days begin.
    zone: str


def decide(
    purpose: Purpose,
    recipient: Recipient,
    *,
    quiet_hours: QuietHours,
    expires_at: datetime | None,
    now: datetime,
    policy: ContactPolicy | None = None,
    spending: Spending | None = None,
    broadcast: BroadcastState | None = None,
) -> Decision:
    """Say whether a message may leave at ``now``, aware.

    While a coordinator holds the conversation only what a colleague wrote leaves. An answer to what a person just wrote
    may leave at any hour, and so may the code that they just asked for on a page. Nothing else may before they agreed to be
    written to, but the one request to somebody whom a person has named: that keeps the quiet hours as well. While sending is paused nothing else may
    leave at all: what the person has booked or what a colleague wrote waits, the rest is dropped. Nobody is nudged who has
    written in the meantime, nobody gets more unasked than the hub allows itself, and what is sent to many keeps the hours
    of the person's state too. Short codes and phones of other countries are never written to: they are no volunteers,
    and some cost a fortune.

    Args:
        policy: how much is enough; ``None`` sets no bounds.
        spending: what today has cost, where the channel costs; ``None`` otherwise.
        broadcast: the state of the broadcast that the message belongs to.
    """
    policy = policy or _NO_BOUNDS
    refusal = _never(purpose, recipient, policy, broadcast, expires_at=expires_at, now=now)
    if refusal is not None:
        return refusal
    if broadcast is BroadcastState.PAUSED:
        return Wait(until=now + _PAUSED_AGAIN, reason=Reason.BROADCAST_PAUSED)
    if recipient.held and purpose not in _WHILE_HELD:
        return Wait(until=now + _HELD_AGAIN, reason=Reason.HELD)  # a coordinator talks; the bot does not interrupt
    if _is_spent(purpose, policy, spending):
        assert spending is not None
        return _later(_next_day(now, spending.zone), Reason.BUDGET, expires_at)
    if purpose in _ANSWERS:
        return Send()
    if recipient.paused:
        return Wait(until=now + _PAUSED_AGAIN, reason=Reason.PAUSED)
    if purpose in UNASKED and recipient.crowded_at and recipient.crowded_at + CROWDED_FOR > now:
        free_at = recipient.crowded_at + CROWDED_FOR
        if purpose is Purpose.NUDGE or (expires_at is not None and free_at >= expires_at):
            return Drop(reason=Reason.TOO_OFTEN)
        return Wait(until=free_at, reason=Reason.TOO_OFTEN)
    opens_at = opening(purpose, recipient, quiet_hours=quiet_hours, now=now)
    if opens_at > now:
        if expires_at is not None and opens_at >= expires_at:
            return Drop(reason=Reason.EXPIRES_IN_QUIET_HOURS)
        return Wait(until=opens_at, reason=Reason.QUIET_HOURS)
    return Send()


_NO_BOUNDS: Final = ContactPolicy(countries=(), unasked_a_week=0, texts_a_day=0)


def _never(
    purpose: Purpose,
    recipient: Recipient,
    policy: ContactPolicy,
    broadcast: BroadcastState | None,
    *,
    expires_at: datetime | None,
    now: datetime,
) -> Drop | None:
    """Say why a message must not leave at any time; ``None`` when nothing speaks against it."""
    if expires_at is not None and now >= expires_at:
        return Drop(reason=Reason.EXPIRED)
    if recipient.opted_out and purpose is not Purpose.FAREWELL:
        return Drop(reason=Reason.OPTED_OUT)
    if not recipient.reachable:
        return Drop(reason=Reason.UNREACHABLE)
    if not recipient.is_person:
        return Drop(reason=Reason.SHORT_CODE)
    if recipient.channel == "sms" and policy.countries and recipient.country not in policy.countries:
        return Drop(reason=Reason.COUNTRY)
    if broadcast is BroadcastState.STOPPED:
        return Drop(reason=Reason.BROADCAST_STOPPED)
    if purpose in _ANSWERS:
        return None
    if not recipient.consented and purpose is not Purpose.REQUEST:
        return Drop(reason=Reason.NO_CONSENT)
    if recipient.no_broadcasts and purpose is Purpose.BROADCAST:
        return Drop(reason=Reason.NO_BROADCASTS)
    if recipient.paused and purpose not in (Purpose.REMINDER, Purpose.NOTICE, Purpose.WORD):
        return Drop(reason=Reason.PAUSED)
    if recipient.overtaken and purpose is Purpose.NUDGE:
        return Drop(reason=Reason.OVERTAKEN)
    return None


def _is_spent(purpose: Purpose, policy: ContactPolicy, spending: Spending | None) -> bool:
    if spending is None or not policy.texts_a_day or purpose in _BEYOND_BUDGET:
        return False
    return spending.texts >= policy.texts_a_day * (1 if purpose in UNASKED else 2)


def _next_day(now: datetime, zone: str) -> datetime:
    tomorrow = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), ZoneInfo(zone)).astimezone(now.tzinfo)


def _later(until: datetime, reason: Reason, expires_at: datetime | None) -> Decision:
    if expires_at is not None and until >= expires_at:
        return Drop(reason=Reason.EXPIRES_WAITING)
    return Wait(until=until, reason=reason)


def by_hand(wrote_at: datetime | None, leaves_at: datetime) -> Purpose:
    """Say what a coordinator's own words are: an answer, or something that the person did not ask for.

    Args:
        wrote_at: when the person last wrote; ``None`` if they never did.
        leaves_at: when the words shall leave.
    """
    is_answer = wrote_at is not None and leaves_at - wrote_at <= _ANSWERED_WITHIN
    return Purpose.ANSWER if is_answer else Purpose.WORD


# --- hours ------------------------------------------------------------------------------------------------------------


def opening(purpose: Purpose, recipient: Recipient, *, quiet_hours: QuietHours, now: datetime) -> datetime:
    """Return when a message that answers nobody may leave at the earliest, as far as hours go; ``now`` if it may at once."""
    zone = recipient.zone or _TERRITORIES.get(recipient.country or "")
    by_state = purpose in _BY_STATE and recipient.channel == "sms"
    hours = hours_at(recipient.zip_code, quiet_hours) if by_state else quiet_hours
    return next_open(now, zone=zone, quiet_hours=hours)


def next_open(now: datetime, *, zone: str | None, quiet_hours: QuietHours) -> datetime:
    """Return the first instant from ``now`` on that lies in a person's open hours; ``now`` itself if it does.

    Args:
        zone: the person's IANA zone; when unknown, the hours that are open across the country.
    """
    if now.tzinfo is UTC:  # elsewhere two instants of a repeated hour are equal, and one would be taken for the other
        return _remembered(now, zone, quiet_hours)
    return _next_open(now, zone, quiet_hours)


def _next_open(now: datetime, zone: str | None, quiet_hours: QuietHours) -> datetime:
    zones = (zone,) if zone else _UNKNOWN_ZONES
    candidate = now
    for _ in range(16):  # each pass moves on to an opening; a week has seven a zone
        latest = max(_open_in(candidate, ZoneInfo(name), quiet_hours) for name in zones)
        if latest <= candidate:
            return candidate
        candidate = latest
    return candidate


#: A batch of messages asks the same about many people in few zones.
_remembered: Final = lru_cache(maxsize=1024)(_next_open)


def _open_in(now: datetime, zone: ZoneInfo, quiet_hours: QuietHours) -> datetime:
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    day = local.weekday()
    if quiet_hours.opens[day] <= minute < quiet_hours.closes[day]:
        return now
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if minute >= quiet_hours.closes[day]:
        midnight, day = midnight + timedelta(days=1), (day + 1) % 7
    opening = midnight + timedelta(minutes=quiet_hours.opens[day])
    return opening.replace(tzinfo=zone).astimezone(now.tzinfo)


def last_open(before: datetime, *, zone: str | None, quiet_hours: QuietHours) -> datetime:
    """Return the latest instant up to ``before`` in a person's open hours, one minute before they close at the latest.

    Used for a reminder that would fall into the night before an early shift: it leaves the evening before.
    """
    zones = (zone,) if zone else _UNKNOWN_ZONES
    candidate = before
    for _ in range(16):
        earliest = min(_closed_in(candidate, ZoneInfo(name), quiet_hours) for name in zones)
        if earliest >= candidate:
            return candidate
        candidate = earliest
    return candidate


def _closed_in(before: datetime, zone: ZoneInfo, quiet_hours: QuietHours) -> datetime:
    local = before.astimezone(zone)
    minute = local.hour * 60 + local.minute
    day = local.weekday()
    if quiet_hours.opens[day] <= minute < quiet_hours.closes[day]:
        return before
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if minute < quiet_hours.opens[day]:
        midnight, day = midnight - timedelta(days=1), (day - 1) % 7
    closing = midnight + timedelta(minutes=quiet_hours.closes[day] - 1)
    return closing.replace(tzinfo=zone).astimezone(before.tzinfo)
