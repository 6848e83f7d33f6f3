"""Write a talk down as a transcript: the TOML that the tests play again, with everything they need to know.

What is shown to a person depends on the slots there are, so those that were ever offered are written down as well, with
the seats that others left; when one of these seats changed hands during the talk, the transcript tells the last of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.simulator import views
from flows.facts import BookingStatus, Hub
from flows.messages import Address, InboundKind, Tap
from storage import organisations
from storage.database import Database
from storage.offered import Offered, list_offered
from storage.simulator import Message, Talk, Written, find_talk
from storage.tables import OrganisationRow

#: A reply that leaves later than this was held back, and belongs to the time in between.
_AT_ONCE: Final = timedelta(minutes=1)
#: Who moves people on whose checks are done.
_REQUIREMENTS: Final = "rule:requirements"
#: Shorter pauses are not written down.
_PAUSE: Final = timedelta(minutes=1)
#: What stands between three single quotation marks without escapes, and cannot be taken for the next turn.
_LITERAL: Final = re.compile(r"(?!\n)(?:(?!'''|\[\[turn\]\]|\nbot = )[^\x00-\x08\x0b-\x1f\x7f])*(?<!')")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deed:
    """What the person did, or what was noted about them."""

    at: datetime
    lines: tuple[str, ...]
    answers: tuple[Message, ...]


def keep(
    database: Database,
    hub: Hub,
    address: Address,
    now: datetime,
    *,
    name: str,
    hint: str = "",
    since: datetime | None = None,
) -> str | None:
    """Write down the talk from an address, as the transcript tests read it; ``None`` when there is none to keep.

    Args:
        now: when the talk is kept; what left until then is part of it.
        name: what the transcript shows.
        hint: the language that the person's own app is set to, if it was told with the first message.
        since: a talk that began before is none to keep.
    """
    with database.reading() as session:
        talk = find_talk(session, hub.id, address)
        if talk is None or not can_be_kept(talk, since):
            return None
        offered = list_offered(session, hub.id, _offered_refs(talk))
        known = [_organisation(row) for row in organisations.of_person(session, talk.person.id or 0)]
    zone = ZoneInfo(hub.zone)
    begins_at = _whole_second(talk.written[0].at.astimezone(zone))
    parts = ["\n".join(_head(talk, hub, begins_at, name=name, hint=hint))]
    parts += known
    parts += ["\n".join(_slot(one, talk)) for one in offered]
    parts += ["\n".join(["[[turn]]", *lines]) for lines in _turns(talk, begins_at, now.astimezone(zone))]
    return "\n\n".join(parts) + "\n"


def _whole_second(at: datetime) -> datetime:
    """Round up: what was already too late must not be early enough again."""
    return at.replace(microsecond=0) + timedelta(seconds=bool(at.microsecond))


def can_be_kept(talk: Talk, since: datetime | None) -> bool:
    """Tell whether a talk began with something that the person did, at an instant or later."""
    return bool(talk.written) and (since is None or talk.written[0].at >= since)


def _offered_refs(talk: Talk) -> set[str]:
    """Name all that was ever offered in a talk, and all that was booked; other choices are among them."""
    shown = {choice.id for message in talk.messages for choice in message.choices}
    return shown | {place.slot.ref for place in talk.places}


def file_name(name: str) -> str:
    """Make a name for the file: ``An evening shift!`` becomes ``an_evening_shift.toml``."""
    words = re.findall(r"[a-z0-9]+", name.lower())
    return f"{'_'.join(words)[:60] or 'talk'}.toml"


# --- what stands above the turns --------------------------------------------------------------------------------------


def _head(talk: Talk, hub: Hub, begins_at: datetime, *, name: str, hint: str) -> Iterator[str]:
    yield f"name = {_quoted(name)}"
    yield f"channels = [{_quoted(talk.address.channel)}]"
    yield f"user = {_quoted(talk.address.user)}"
    if hint:
        yield f"hint = {_quoted(hint)}"
    told: dict[str, object] = {"name": hub.name, "zone": hub.zone, "help_phone": hub.help_phone}
    if hub.requires:
        told["requires"] = list(hub.requires)
    yield f"hub = {_table(told)}"
    yield f"begins = {_quoted(_wall(begins_at))}"
    end = {"stage": talk.person.stage, "language": talk.person.language}
    yield f"end = {_table({key: value for key, value in end.items() if value})}"


def _organisation(row: OrganisationRow) -> str:
    told = {"kind": row.kind, "name": row.name, "code": row.code, "contact": row.contact}
    policy = ", ".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in json.loads(row.policy).items()
    )
    lines = [f"{key} = {_quoted(value)}" for key, value in told.items()]
    return "\n".join(["[[organisation]]", *lines, f"policy = {{ {policy} }}"])


def _slot(one: Offered, talk: Talk) -> Iterator[str]:
    slot, site = one.slot, one.site
    own = any(place.slot.ref == slot.ref and _holds(place.booking.status) for place in talk.places)
    yield "[[slot]]"
    yield f"kind = {_quoted(slot.kind)}"
    yield f"title = {_table(json.loads(slot.title))}"
    yield f"starts = {_quoted(slot.starts_local)}"
    yield f"zone = {_quoted(slot.zone)}"
    yield f"minutes = {slot.minutes}"
    yield f"capacity = {max(1, slot.capacity - slot.taken + own)}"
    if slot.role:
        yield f"role = {_quoted(slot.role)}"
    if slot.place:
        yield f"place = {_quoted(slot.place)}"
    if slot.one_to_one:
        yield "one_to_one = true"
    if not slot.supervised:
        yield "supervised = false"
    if site:
        told = {"name": site.name, "street": site.street, "city": site.city, "state": site.state, "zip_code": site.zip}
        point = {"latitude": site.latitude, "longitude": site.longitude} if site.latitude is not None else {}
        yield f"site = {_table({**told, 'zone': site.zone, **point})}"


def _holds(status: str) -> bool:
    return status != BookingStatus.RELEASED


# --- the turns --------------------------------------------------------------------------------------------------------


def _turns(talk: Talk, clock: datetime, now: datetime) -> Iterator[list[str]]:
    """Yield each deed and what was answered, and between them the time that passed and what left meanwhile."""
    deeds = sorted([*_written(talk), *_attended(talk), *_checked(talk)], key=lambda deed: deed.at)
    answers = {message.id for deed in deeds for message in deed.answers}
    unasked = [message for message in _arrived(talk.messages) if message.id not in answers]
    for deed in deeds:
        left = [message for message in unasked if _left_at(message) <= deed.at]
        unasked = unasked[len(left) :]
        if left or deed.at - clock >= _PAUSE:
            clock = _whole_second(deed.at.astimezone(clock.tzinfo))
            yield [f"until = {_quoted(_wall(clock))}", _bot(left)]
        yield [*deed.lines, _bot(deed.answers)]
    if unasked:
        yield [f"until = {_quoted(_wall(_whole_second(now)))}", _bot(unasked)]


def _arrived(messages: Iterable[Message]) -> list[Message]:
    return sorted((one for one in messages if one.status in views.ARRIVED), key=lambda one: (_left_at(one), one.id))


def _left_at(message: Message) -> datetime:
    return message.settled_at or message.created_at


def _written(talk: Talk) -> Iterator[_Deed]:
    for written in talk.written:
        answers = (
            message
            for message in talk.messages
            if message.turn == written.turn and message.status in views.ARRIVED and _at_once(message, written.at)
        )
        yield _Deed(at=written.at, lines=(_did(written, talk.messages),), answers=tuple(answers))


def _attended(talk: Talk) -> Iterator[_Deed]:
    for place in talk.places:
        at = place.booking.changed_at
        if place.booking.status == BookingStatus.ATTENDED:
            news = (one for one in talk.messages if one.turn is None and one.created_at == at and _at_once(one, at))
            yield _Deed(at=at, lines=(f"attended = {_quoted(place.slot.starts_local)}",), answers=tuple(news))


def _checked(talk: Talk) -> Iterator[_Deed]:
    """Yield that staff noted the checks as done, when that moved the person on."""
    for move in talk.moves:
        if move.author == _REQUIREMENTS:
            news = (one for one in talk.messages if one.turn is None and one.created_at == move.at)
            yield _Deed(at=move.at, lines=("checked = true",), answers=tuple(news))


def _at_once(message: Message, at: datetime) -> bool:
    return timedelta() <= _left_at(message) - at < _AT_ONCE


def _did(written: Written, messages: Sequence[Message]) -> str:
    match written.kind:
        case InboundKind.MESSAGE:
            return f"you = {_text(written.text)}"
        case InboundKind.TAP:
            return f"tap = {_table(_pressed(written, messages))}"
        case kind:
            return f"network = {_quoted(kind)}"


def _pressed(written: Written, messages: Sequence[Message]) -> dict[str, str]:
    """Name a button by its words: what it stands for may be a slot, whose reference is another one in the tests."""
    tap = Tap.decode(written.text)
    assert tap, "only buttons of ours are taken in"
    label = views.label_of(tap, written.at, messages)
    return {"step": tap.step, "label": label} if label else {"step": tap.step, "choice": tap.choice}


def _bot(messages: Iterable[Message]) -> str:
    told = "\n---\n".join(_shown(message) for message in messages)
    return f"bot = {_text(told)}"


def _shown(message: Message) -> str:
    numbered = (f"{choice.key or number} {choice.label}" for number, choice in enumerate(message.choices, start=1))
    return "\n".join((message.text, *numbered))


# --- TOML -------------------------------------------------------------------------------------------------------------


def _wall(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="seconds")


def _table(values: Mapping[str, object]) -> str:
    told = (f"{key} = {_quoted(value) if isinstance(value, str) else value}" for key, value in values.items())
    return f"{{ {', '.join(told)} }}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _text(text: str) -> str:
    """Write what was said so that people can read it, where TOML allows that."""
    return f"'''{text}'''" if _LITERAL.fullmatch(text) else _quoted(text)
