"""Send whoever has an e-mail address their dates as calendar files: when one is booked, changed or called off."""

from __future__ import annotations

from datetime import datetime

from bot.calendar_file import write_invitation
from flows import wording
from flows.facts import Hub
from flows.library import Library
from storage import calendar_mails
from storage.calendar_mails import Untold
from storage.database import Database


def mail_dates(database: Database, hub: Hub, library: Library, now: datetime) -> int:
    """Write what calendars have to be told; return how many mails that made."""
    with database.reading() as session:
        untold = calendar_mails.list_untold(session, hub.id, now)
    written, seen = 0, set[int]()
    for one in untold:
        if one.booking_id in seen:  # of several addresses the first
            continue
        seen.add(one.booking_id)
        with database.session() as session:
            if one.is_told:
                calendar_mails.note_seen(session, hub.id, one)
                continue
            text, calendar = _text(one, hub, library), _calendar(one, hub)
            written += calendar_mails.write(session, hub.id, one, text=text, calendar=calendar, now=now)
    return written


def _text(one: Untold, hub: Hub, library: Library) -> str:
    language = _language(one, hub)
    key = "called_off" if one.date.called_off else "booked" if one.is_new else "changed"
    slot = wording.say_slot(one.slot, zone=one.zone, language=language)
    return library.phrases.say(f"calendar_mail.{key}", language, {"hub": hub.name, "slot": slot})


def _calendar(one: Untold, hub: Hub) -> str:
    return write_invitation(
        hub,
        one.date,
        language=_language(one, hub),
        sequence=one.sequence,
        organiser=one.account,
        attendee=one.user,
    )


def _language(one: Untold, hub: Hub) -> str:
    return one.language or hub.languages[0]
