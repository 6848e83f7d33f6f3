"""Plan, confirm and write broadcasts; what a page, a command and a text from a coordinator's phone all do.

Plain functions over a transaction. ``storage.broadcasts`` keeps, counts and finds; here words are read, prices and hours
reckoned, and the outbox is written by the clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from channels.capabilities import CAPABILITIES
from flows.broadcast_text import Text, read_text
from flows.facts import Hub
from flows.messages import Purpose
from flows.rules.contact import BroadcastState, Recipient, opening
from flows.text import Segments, fold, segments
from storage import broadcasts, outbox
from storage.broadcasts import Confirmed, Group, NoDraft, OtherNumber, Preview, Reading
from storage.database import Transaction
from storage.recipients import Recipients
from storage.store import NewMessage, Store
from storage.tables import BroadcastRow, PersonRow, new_ref

#: People written to at once; fewer where a turn would wait for that, which the store knows.
BATCH: Final = 5000
#: Batches of one broadcast a tick: whoever else waits for the clock is not kept waiting.
_BATCHES: Final = 10
#: What the narrowest channel takes in one message.
MAX_CHARS: Final = min(capabilities.max_chars for capabilities in CAPABILITIES.values())
_COSTS: Final = "sms"


async def write_out(store: Store, hub: Hub, now: datetime) -> None:
    """Write the next batches of every broadcast to the outbox, and bring those paused or stopped into line."""
    for broadcast in await store.open_broadcasts(hub.id):
        for _ in range(_BATCHES):
            if not await store.fan_out(hub.id, broadcast, BATCH, now):
                break
        for _ in range(_BATCHES):
            if not await store.tend(hub.id, broadcast, BATCH, now):
                break


# --- words ------------------------------------------------------------------------------------------------------------


def read_texts(hub: Hub, texts: Mapping[str, str]) -> dict[str, Text]:
    """Read what was written, by language.

    Raises:
        WrongTextError: a text is empty or too long, or names a variable that there is not.
    """
    shared = {"hub": hub.name, "help_phone": hub.help_phone}
    return {
        language: read_text(text, language, shared=shared, max_chars=MAX_CHARS)
        for language, text in texts.items()
        if text.strip() or language == "en"
    }


def told_to(texts: Mapping[str, Text], language: str | None) -> Text:
    """Return the text that somebody reads: English when theirs is missing."""
    return texts.get(language or "en", texts["en"])


def example(texts: Mapping[str, Text], person: PersonRow | None, language: str, *, site: str | None = None) -> str:
    """Say a text as one person would read it; without one, as who has no name."""
    name = person.given_name if person else None
    return told_to(texts, language).fill({"first_name": (name or "").strip() or None, "site": site})


# --- the plan ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a broadcast would do, before it is confirmed."""

    preview: Preview
    #: What a text message costs in each language, said to somebody without a name.
    parts: Mapping[str, Segments]
    #: Parts of text messages in all, personal words included.
    texts: int
    #: In dollars; ``None`` when no price is configured.
    cost: float | None
    #: When the last message has left, quiet hours and the day's budget kept.
    finish_at: datetime


def plan(
    session: Transaction,
    hub: Hub,
    recipients: Recipients,
    texts: Mapping[str, Text],
    rates: Mapping[str, float],
    now: datetime,
    *,
    cap: int | None = None,
) -> Plan:
    """Reckon what a broadcast would do now.

    Args:
        rates: parts a second, by channel.
    """
    preview = broadcasts.preview(session, hub, recipients, now, cap=cap)
    parts = {language: segments(fold(told.fill({}))) for language, told in texts.items()}
    if any(told.is_personal for told in texts.values()):
        total = count_parts(texts, broadcasts.readings(session, hub, recipients, now, cap=cap))
    else:
        total = sum(_parts(parts, group) * group.people for group in preview.groups if group.channel == _COSTS)
    people = preview.by_channel.get(_COSTS, 0)
    price = hub.contact.text_price
    return Plan(
        preview=preview,
        parts=parts,
        texts=total,
        cost=total * price if price else None,
        finish_at=finish_time(preview.groups, rates, hub, now=now, parts_each=total / people if people else 1.0),
    )


def _parts(parts: Mapping[str, Segments], group: Group) -> int:
    return parts.get(group.language or "en", parts["en"]).parts


def count_parts(texts: Mapping[str, Text], readings: Sequence[Reading]) -> int:
    """Count the parts of all text messages, each filled with what its people are called."""
    return sum(
        reading.people
        * segments(
            fold(told_to(texts, reading.language).fill({"first_name": reading.first_name, "site": reading.site}))
        ).parts
        for reading in readings
    )


#: How finely the hours are reckoned.
_STEP: Final = timedelta(minutes=15)
#: No plan looks further ahead.
_HORIZON: Final = timedelta(days=60)


def finish_time(
    groups: Sequence[Group], rates: Mapping[str, float], hub: Hub, *, now: datetime, parts_each: float = 1.0
) -> datetime:
    """Estimate when the last message has left: one sender a channel, each person in their open hours, the budget kept.

    Args:
        rates: parts a second, by channel.
        parts_each: parts of one text message on the average.
    """
    free_at: dict[str, datetime] = {}
    budget = _Budget(hub)
    for group in sorted(groups, key=lambda group: opens(group, hub, now)):
        costs = parts_each if group.channel == _COSTS else 1.0
        left = group.people * costs
        at = free_at.get(group.channel, now)
        while left > 0 and at - now < _HORIZON:
            at = opens(group, hub, at)
            more = min(left, _STEP.total_seconds() * rates[group.channel])
            if group.channel == _COSTS and not budget.take(at, more):
                at = _tomorrow(at, hub.zone)
                continue
            left -= more
            at += timedelta(seconds=more / rates[group.channel])
        free_at[group.channel] = at
    return max(free_at.values(), default=now)


def opens(group: Group, hub: Hub, at: datetime) -> datetime:
    """Return when people of a group may be written to, at an instant or after it."""
    recipient = Recipient(
        opted_out=False,
        reachable=True,
        consented=True,
        held=False,
        zone=group.zone,
        channel=group.channel,
        country=group.country,
        zip_code=group.zip_code,
    )
    return opening(Purpose.BROADCAST, recipient, quiet_hours=hub.quiet_hours, now=at)


def _tomorrow(at: datetime, zone: str) -> datetime:
    day = at.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(at.tzinfo)


class _Budget:
    """What is left of each day's texts; begun days count as whole, so the estimate is on the early side of one day."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._used: dict[object, float] = {}

    def take(self, at: datetime, texts: float) -> bool:
        day = at.astimezone(ZoneInfo(self._hub.zone)).date()
        limit = self._hub.contact.texts_a_day
        if limit and self._used.get(day, 0.0) >= limit:
            return False
        self._used[day] = self._used.get(day, 0.0) + texts
        return True


# --- sent -------------------------------------------------------------------------------------------------------------


def confirm(
    session: Transaction, hub: Hub, broadcast: BroadcastRow, *, typed: int | None, author: str, now: datetime
) -> Confirmed | OtherNumber | NoDraft:
    """Let a draft be sent when the number that was typed is the number of people.

    Raises:
        WrongTextError: the draft's text cannot be sent.
    """
    if broadcast.status != BroadcastState.DRAFT:
        return NoDraft(status=BroadcastState(broadcast.status))
    texts = read_texts(hub, broadcasts.texts_of(broadcast))
    return broadcasts.confirm(session, hub, broadcast, texts, typed=typed, author=author, now=now)


def send_test(session: Transaction, hub: Hub, texts: Mapping[str, Text], person: PersonRow, now: datetime) -> list[str]:
    """Send every language's text to one person alone, as they would read it; return the texts, none when they may not leave.

    It answers what they have just asked for, so it leaves at any hour; never to somebody who has not agreed to be written to.
    """
    if person.id is None or not broadcasts.may_be_tested(session, person):
        return []
    said = [example(texts, person, language) for language in texts]
    for text in said:
        message = NewMessage(
            dedupe_key=f"test:{new_ref()}", person_id=person.id, text=fold(text), purpose=Purpose.REPLY
        )
        outbox.enqueue(session, hub.id, message, now)
    return said


def follow_up(broadcast: BroadcastRow) -> Recipients:
    """Mean those who got a broadcast and have not written since."""
    return Recipients(not_answered=broadcast.ref)
