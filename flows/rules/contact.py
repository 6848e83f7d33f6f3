"""Decide whether a message may leave now: consent, opt-out, reach and the recipient's quiet hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flows.facts import QuietHours
from flows.messages import Purpose

#: Where a person may be whose ZIP we do not know: anywhere in the fifty states.
_UNKNOWN_ZONES: Final = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)


#: When to ask again whether a coordinator still holds the conversation, and whether sending is still paused.
_HELD_AGAIN: Final = timedelta(minutes=5)
_PAUSED_AGAIN: Final = timedelta(minutes=30)


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


def decide(
    purpose: Purpose,
    recipient: Recipient,
    *,
    quiet_hours: QuietHours,
    expires_at: datetime | None,
    now: datetime,
) -> Decision:
    """Say whether a message may leave at ``now``, aware.

    While a coordinator holds the conversation only what a colleague wrote leaves. An answer to what a person just wrote
    may leave at any hour, and so may the code that they just asked for on a page. Nothing else may before they agreed to be
    written to, but the one request to somebody whom a person has named: that keeps the quiet hours as well. While sending is paused nothing else may
    leave at all: what the person has booked or what a colleague wrote waits, the rest is dropped. Nobody is nudged who has
    written in the meantime.
    """
    if expires_at is not None and now >= expires_at:
        return Drop(reason="expired")
    if recipient.opted_out and purpose is not Purpose.FAREWELL:
        return Drop(reason="opted_out")
    if not recipient.reachable:
        return Drop(reason="unreachable")
    if recipient.held and purpose not in (Purpose.NOTICE, Purpose.FAREWELL, Purpose.CODE):
        return Wait(until=now + _HELD_AGAIN, reason="held")  # a coordinator talks; the bot does not interrupt
    if purpose in (Purpose.REPLY, Purpose.FAREWELL, Purpose.CODE):
        return Send()
    if not recipient.consented and purpose is not Purpose.REQUEST:
        return Drop(reason="no_consent")
    if recipient.paused and purpose in (Purpose.REMINDER, Purpose.NOTICE):
        return Wait(until=now + _PAUSED_AGAIN, reason="paused")
    if recipient.paused:
        return Drop(reason="paused")
    if recipient.overtaken and purpose is Purpose.NUDGE:
        return Drop(reason="overtaken")
    opens_at = next_open(now, zone=recipient.zone, quiet_hours=quiet_hours)
    if opens_at > now:
        if expires_at is not None and opens_at >= expires_at:
            return Drop(reason="expires_in_quiet_hours")
        return Wait(until=opens_at, reason="quiet_hours")
    return Send()


def next_open(now: datetime, *, zone: str | None, quiet_hours: QuietHours) -> datetime:
    """Return the first instant from ``now`` on that lies in a person's open hours; ``now`` itself if it does.

    Args:
        zone: the person's IANA zone; when unknown, the hours that are open across the country.
    """
    zones = (zone,) if zone else _UNKNOWN_ZONES
    candidate = now
    for _ in range(16):  # each pass moves on to an opening; a week has seven a zone
        latest = max(_open_in(candidate, ZoneInfo(name), quiet_hours) for name in zones)
        if latest <= candidate:
            return candidate
        candidate = latest
    return candidate


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
