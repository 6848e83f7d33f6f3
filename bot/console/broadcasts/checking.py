"""Third and fourth page of a draft: whom it reaches, whom not, until when; then typing the number lets it go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from babel.core import Locale, get_global
from babel.dates import get_timezone_name

import bot.console.broadcasts.drafts as drafts
from bot import broadcasts as planning
from bot.broadcasts import Plan
from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.broadcasts.room import room
from bot.console.house import Visit
from flows.broadcast_text import Text
from flows.reasons import say_reason
from flows.rules.access import Permission
from storage import broadcast_people
from storage.broadcasts import Confirmed, NoDraft
from storage.tables import BroadcastRow

#: How a form writes an instant.
_FORM_TIME: Final = "%Y-%m-%dT%H:%M"
_MOST_PEOPLE: Final = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """People of one channel and zone."""

    channel: str
    #: In words; empty when it is not known.
    zone: str
    people: int
    #: When the first of them may be written to, if not now.
    opens_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the sender of a broadcast sets: its end, and how many at most."""

    until: datetime
    cap: int | None
    #: What is wrong with what was typed; empty: nothing.
    wrong: str = ""


@room.get("/broadcasts/{ref}/check", Permission.BROADCAST)
def show(visit: Visit) -> Answer:
    """Show what the broadcast would do; with limits in the address, what it would do with those."""
    with visit.reading() as session:
        draft = drafts.find(visit, session)
        texts = drafts.read(visit, draft)
        if not drafts.is_draft(draft):
            return drafts.no_draft(draft)
        if texts is None:
            return Led(to=drafts.here(draft, "message"))
        limits = _read(visit, draft, visit.query) if visit.is_piece else _kept(visit, draft)
        return _page(visit, session, draft, texts, limits)


@room.post("/broadcasts/{ref}/check", Permission.BROADCAST)
def keep(visit: Visit) -> Answer:
    """Keep the limits, and go on to the last page."""
    with visit.writing() as session:
        draft = drafts.find(visit, session)
        texts = drafts.read(visit, draft)
        if not drafts.is_draft(draft):
            return drafts.no_draft(draft)
        if texts is None:
            return Led(to=drafts.here(draft, "message"))
        limits = _read(visit, draft, visit.form)
        if limits.wrong:
            return _page(visit, session, draft, texts, limits, status=422)
        draft.expires_at, draft.cap = limits.until, limits.cap
        session.add(draft)
        return Led(to=drafts.here(draft, "confirm"))


@room.get("/broadcasts/{ref}/confirm", Permission.BROADCAST)
def ask(visit: Visit) -> Answer:
    """Say once more what will happen, and ask for the number."""
    with visit.reading() as session:
        draft = drafts.find(visit, session)
        texts = drafts.read(visit, draft)
        if not drafts.is_draft(draft):
            return drafts.no_draft(draft)
        if texts is None or draft.expires_at is None or draft.expires_at <= visit.now:
            return Led(to=drafts.here(draft, "check"))
        return _confirm_page(visit, session, draft, texts)


@room.post("/broadcasts/{ref}/confirm", Permission.BROADCAST)
def confirm(visit: Visit) -> Answer:
    """Let it go when the number that was typed is the number of people; any other sends nothing."""
    typed = "".join(visit.form.get("number", "").replace(",", "").replace(".", "").split())
    with visit.writing() as session:
        draft = drafts.find(visit, session)
        texts = drafts.read(visit, draft)
        if not drafts.is_draft(draft):
            return drafts.no_draft(draft)
        if texts is None or draft.expires_at is None or draft.expires_at <= visit.now:
            return Led(to=drafts.here(draft, "check"))
        if not (typed.isascii() and typed.isdecimal() and 0 < int(typed[:9]) <= _MOST_PEOPLE and len(typed) < 9):
            return _confirm_page(visit, session, draft, texts, wrong="other_number", typed=typed[:9])
        outcome = planning.confirm(session, visit.hub, draft, typed=int(typed), author=visit.author, now=visit.now)
        match outcome:
            case Confirmed():
                return Led(to=drafts.here(draft), told="confirmed")
            case NoDraft():
                return drafts.no_draft(draft)
            case _:
                return _confirm_page(visit, session, draft, texts, wrong="other_number", typed=typed)


# --- who is among them, and who is not --------------------------------------------------------------------------------


@room.get("/broadcasts/{ref}/people", Permission.BROADCAST)
def list_people(visit: Visit) -> Answer:
    """List whom a draft would reach, or whom it leaves out for one reason."""
    reason, offset = visit.query.get("reason", ""), visit.query.get("from", "0")
    at = int(offset) if offset.isdecimal() and len(offset) < 8 else 0
    with visit.reading() as session:
        draft = drafts.find(visit, session)
        if not drafts.is_draft(draft):
            return drafts.no_draft(draft)
        recipients = drafts.recipients_of(draft)
        if reason:
            found = broadcast_people.list_left_out(session, visit.hub, recipients, visit.now, reason=reason, offset=at)
            if not found:
                raise NotThereError
        else:
            found = broadcast_people.list_reached(session, visit.hub, recipients, visit.now, cap=draft.cap, offset=at)
    values = {
        "draft": draft,
        "found": found[: broadcast_people.PAGE],
        "reason": reason,
        "why": say_reason(reason, visit.language) if reason else "",
        "offset": at,
        "page": broadcast_people.PAGE,
        "has_more": len(found) > broadcast_people.PAGE,
        "here": drafts.here(draft, "people"),
    }
    return Page(template="broadcast_people.html", values=values)


# --- the limits -------------------------------------------------------------------------------------------------------


def _kept(visit: Visit, draft: BroadcastRow) -> Limits:
    in_time = draft.expires_at is not None and draft.expires_at > visit.now
    until = draft.expires_at if in_time and draft.expires_at else drafts.usual_end(visit)
    return Limits(until=until, cap=draft.cap)


def _read(visit: Visit, draft: BroadcastRow, form: Mapping[str, str]) -> Limits:
    kept, zone = _kept(visit, draft), visit.house.zone
    typed_until, typed_cap = form.get("until", "").strip(), form.get("cap", "").strip()
    try:
        until = datetime.strptime(typed_until[:16], _FORM_TIME).replace(tzinfo=zone) if typed_until else kept.until
    except ValueError:
        return Limits(until=kept.until, cap=kept.cap, wrong="no_time")
    if until <= visit.now:
        return Limits(until=until, cap=kept.cap, wrong="past")
    if typed_cap and not (typed_cap.isascii() and typed_cap.isdecimal() and 0 < int(typed_cap[:8]) <= _MOST_PEOPLE):
        return Limits(until=until, cap=kept.cap, wrong="no_number")
    return Limits(until=until, cap=int(typed_cap[:8]) if typed_cap else None)


# --- shown ------------------------------------------------------------------------------------------------------------


def _page(
    visit: Visit,
    session: Any,
    draft: BroadcastRow,
    texts: Mapping[str, Text],
    limits: Limits,
    *,
    status: int = 200,
) -> Page:
    planned = _plan(visit, session, draft, texts, limits.cap)
    naming = drafts.Naming(visit, session)
    values = {
        "draft": draft,
        "here": drafts.here(draft, "check"),
        "plan": planned,
        "zones": _zones(visit, planned),
        "limits": limits,
        "until": limits.until.astimezone(visit.house.zone).strftime(_FORM_TIME),
        "earliest": visit.now.astimezone(visit.house.zone).strftime(_FORM_TIME),
        "filters": naming.name(drafts.recipients_of(draft)),
        "why": lambda reason: say_reason(reason, visit.language),
        "no_spanish": _without_translation(planned, texts),
        "wrong": limits.wrong,
    }
    template = "_broadcast_check.html" if visit.is_piece else "broadcast_check.html"
    return Page(template=template, values=values, status=status)


def _confirm_page(
    visit: Visit, session: Any, draft: BroadcastRow, texts: Mapping[str, Text], *, wrong: str = "", typed: str = ""
) -> Page:
    planned = _plan(visit, session, draft, texts, draft.cap)
    recipients = drafts.recipients_of(draft)
    languages = sorted(
        {group.language or "en" for group in planned.preview.groups if (group.language or "en") in texts}
    )
    said = []
    for language in languages or ["en"]:
        one = broadcast_people.sample(session, visit.hub, recipients, visit.now, language=language)
        filling = {"first_name": one.first_name, "site": one.site} if one else {}
        said.append((language, one, planning.told_to(texts, language).fill(filling)))
    values = {
        "draft": draft,
        "here": drafts.here(draft, "confirm"),
        "plan": planned,
        "people": planned.preview.people,
        "opens_at": _first(visit, planned),
        "filters": drafts.Naming(visit, session).name(recipients),
        "said": said,
        "wrong": wrong,
        "typed": typed,
    }
    return Page(template="broadcast_confirm.html", values=values, status=422 if wrong else 200)


def _first(visit: Visit, planned: Plan) -> datetime | None:
    """Return when the first of all people may be written to; ``None`` when somebody may be now."""
    earliest = min((planning.opens(group, visit.hub, visit.now) for group in planned.preview.groups), default=visit.now)
    return earliest if earliest > visit.now else None


def _plan(visit: Visit, session: Any, draft: BroadcastRow, texts: Mapping[str, Text], cap: int | None) -> Plan:
    recipients = drafts.recipients_of(draft)
    return planning.plan(session, visit.hub, recipients, texts, drafts.rates(visit), visit.now, cap=cap)


def _zones(visit: Visit, planned: Plan) -> list[Zone]:
    """Sum people up by channel and zone, many first."""
    sums: dict[tuple[str, str], int] = {}
    opens: dict[tuple[str, str], datetime] = {}
    for group in planned.preview.groups:
        key = (group.channel, _zone_name(group.zone, visit.language))
        at = planning.opens(group, visit.hub, visit.now)
        sums[key] = sums.get(key, 0) + group.people
        opens[key] = min(at, opens.get(key, at))
    return [
        Zone(
            channel=channel,
            zone=zone,
            people=people,
            opens_at=opens[channel, zone] if opens[channel, zone] > visit.now else None,
        )
        for (channel, zone), people in sorted(sums.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    ]


def _zone_name(zone: str | None, language: str) -> str:
    """Name a zone as people do, ``Central Time``, whichever place it is called by."""
    if not zone:
        return ""
    known = get_global("meta_zones")  # by the older names: America/Indianapolis
    shared = Locale.parse(language).meta_zones.get(
        known.get(zone) or known.get(f"America/{zone.rpartition('/')[2]}", ""), {}
    )
    return str(shared.get("long", {}).get("generic") or get_timezone_name(zone, locale=language))


def _without_translation(planned: Plan, texts: Mapping[str, Text]) -> int:
    """Count those who read a language in which nothing is written: they get the English text."""
    return sum(group.people for group in planned.preview.groups if (group.language or "en") not in texts)
