"""The page on which whoever answers for the volunteers at a place approves their hours, corrects one, or disputes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bot.pages.desk import Desk
from bot.pages.page import Opened, Shown, Taken
from flows.answers import read
from flows.answers.context import AnswerContext
from flows.answers.outcome import Match
from flows.messages import Purpose
from flows.rules.ledger import HoursStatus, is_possible
from flows.rules.links import LinkPurpose
from flows.wording import say_minutes, say_slot, say_when
from storage import hours
from storage.hours import Entry
from storage.store import NewMessage

_AUTHOR: Final = f"link:{LinkPurpose.HOURS.value}"
#: How long what was decided is still shown.
_SHOWN_FOR: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One entry in words."""

    ref: str
    name: str
    when: str
    title: str
    claimed: str
    #: What was planned, if it differs.
    planned: str
    status: str
    minutes: int


class HoursPage:
    """Shows a site's open claims; approves the ones that were shown."""

    purpose = LinkPurpose.HOURS
    code_phrase = "supervisor.code"

    def show(self, desk: Desk, session: Any, link: Opened) -> Shown | None:
        """Show the claims, or that all is done."""
        return self._shown(desk, session, link)

    def take(self, desk: Desk, session: Any, link: Opened, form: Mapping[str, str]) -> Shown | Taken | None:
        """Approve all that was shown, or correct or dispute one. What is decided already stays as it is."""
        open_ = [entry for entry in self._entries(desk, session, link) if entry.status is HoursStatus.CLAIMED]
        one = next((entry for entry in open_ if entry.ref == form.get("ref")), None)
        match form.get("decision"):
            case "approve":
                last = int(form["last"]) if form.get("last", "").isascii() and form.get("last", "").isdigit() else 0
                for entry in open_:
                    if entry.id <= last:  # whatever was claimed while the page lay open is seen first
                        _decide(desk, session, link, entry, HoursStatus.APPROVED)
            case "dispute" if one:
                if _decide(desk, session, link, one, HoursStatus.DISPUTED):
                    _tell(desk, session, link, one, "hours_disputed")
            case "correct" if one:
                return self._correct(desk, session, link, one, form.get("hours", ""))
            case _:
                return self._shown(desk, session, link)
        return Taken()

    def _correct(self, desk: Desk, session: Any, link: Opened, entry: Entry, said: str) -> Shown | Taken | None:
        minutes = _minutes(said, link)
        if minutes is None:
            return self._shown(desk, session, link, wrong={entry.ref: "how_long"})
        if minutes == entry.minutes:
            _decide(desk, session, link, entry, HoursStatus.APPROVED)
            return Taken()
        if not hours.correct(session, desk.hub.id, entry, minutes, author=_AUTHOR, now=link.now):
            return self._shown(desk, session, link, wrong={entry.ref: "counted"})
        _tell(desk, session, link, entry, "hours_corrected", minutes=minutes)
        return Taken()

    def _entries(self, desk: Desk, session: Any, link: Opened) -> list[Entry]:
        site_id = _site(link)
        return hours.list_entries(session, desk.hub.id, site_id, since=link.now - _SHOWN_FOR)

    def _shown(self, desk: Desk, session: Any, link: Opened, *, wrong: Mapping[str, str] | None = None) -> Shown | None:
        name = hours.site_name(session, desk.hub.id, _site(link))
        if name is None:
            return None
        entries = self._entries(desk, session, link)
        claimed = [entry for entry in entries if entry.status is HoursStatus.CLAIMED]
        decided = [entry for entry in entries if entry.status is not HoursStatus.CLAIMED]
        values = {
            "site": name,
            "open": [_line(entry, link) for entry in claimed],
            "decided": [_line(entry, link) for entry in decided],
            "last": max((entry.id for entry in claimed), default=0),
            "total": say_minutes(sum(entry.minutes for entry in claimed), link.language),
            "wrong": wrong or {},
        }
        return Shown(template="hours.html", values=values)


def _site(link: Opened) -> int:
    return int(link.subject)


def _decide(desk: Desk, session: Any, link: Opened, entry: Entry, status: HoursStatus) -> bool:
    return hours.decide(session, desk.hub.id, _site(link), entry, status, author=_AUTHOR, now=link.now)


def _minutes(said: str, link: Opened) -> int | None:
    context = AnswerContext(language=link.language, today=link.now.date())
    outcome = read("duration", said[:40], context)
    minutes = int(str(outcome.value)) if isinstance(outcome, Match) else 0
    return minutes if is_possible(minutes) else None


def _tell(desk: Desk, session: Any, link: Opened, entry: Entry, phrase: str, *, minutes: int = 0) -> None:
    """Tell the volunteer what has become of their hours."""
    language = entry.language or desk.hub.languages[0]
    values = {
        "hub": desk.hub.name,
        "help_phone": desk.hub.help_phone,
        "given_name": entry.given_name,
        "slot": say_slot(entry.slot, zone=entry.zone, language=language),
        "hours": say_minutes(minutes, language),
    }
    message = NewMessage(
        dedupe_key=f"{phrase}:{entry.ref}",
        person_id=entry.person_id,
        text=desk.library.phrases.say(phrase, language, values),
        purpose=Purpose.NOTICE,
    )
    hours.tell(session, desk.hub.id, message, link.now)


def _line(entry: Entry, link: Opened) -> _Line:
    slot = entry.slot
    same = entry.minutes == slot.minutes
    return _Line(
        ref=entry.ref,
        name=" ".join(
            part for part in (entry.given_name, entry.family_name[:1] and f"{entry.family_name[0]}.") if part
        ),
        when=say_when(slot.starts_at, zone=None, language=link.language),
        title=slot.title.get(link.language) or slot.title.get("en", ""),
        claimed=say_minutes(entry.minutes, link.language),
        planned="" if same else say_minutes(slot.minutes, link.language),
        status=entry.status.value,
        minutes=entry.minutes,
    )
