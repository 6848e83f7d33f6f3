"""Send people the links to what is theirs: all that is kept about them, and their dates for a calendar."""

from __future__ import annotations

from typing import Final

from flows import wording
from flows.draft import Draft
from flows.effects import HandOff, MakeLink
from flows.events import HoursFound
from flows.lookups import FindHours
from flows.messages import Purpose
from flows.rules.links import LinkPurpose

#: Calendars of somebody that may be read at the same time: on a phone, on a desk, and one that was lost.
_CALENDARS: Final = 5


def send_data(draft: Draft) -> None:
    """Send a link to all that is kept about the person; an earlier one leads nowhere any more."""
    _send(draft, LinkPurpose.EXPORT, "l/{token}", "my_data.sent", beside=0)


def send_calendar(draft: Draft, *, renew: bool) -> None:
    """Send the address of the person's calendar.

    Args:
        renew: let earlier addresses lead nowhere any more, since somebody else may know them.
    """
    phrase = "calendar.renewed" if renew else "calendar.sent"
    _send(draft, LinkPurpose.CALENDAR, "calendar/{token}.ics", phrase, beside=0 if renew else _CALENDARS - 1)


def send_letter(draft: Draft) -> None:
    """Look whether there is anything that a letter could say."""
    draft.needs = FindHours()


def take_hours(draft: Draft, found: HoursFound) -> None:
    """Send a link to the letter about the person's own hours, or say what has to come first.

    An earlier link leads nowhere any more.
    """
    draft.purpose = Purpose.REPLY
    if found.approved:
        _send(draft, LinkPurpose.LETTER, "l/{token}", "letter.link", beside=0)
        return
    draft.note("no_letter", waiting=found.waiting)
    if found.waiting:
        draft.say_phrase("letter.waits", hours=wording.say_minutes(found.waiting, draft.language))
    else:
        draft.say_phrase("letter.no_hours")
    draft.ask_again()


def _send(draft: Draft, purpose: LinkPurpose, path: str, phrase: str, *, beside: int) -> None:
    public_url = draft.facts.hub.public_url
    if not public_url:
        draft.note("no_link", why="nothing says at which address our pages are")
        draft.effects.append(HandOff(reason=f"asked_for_{purpose.value}"))
        draft.say_phrase("handed_off")
        return
    language = "?lang=es" if draft.language == "es" and purpose is not LinkPurpose.CALENDAR else ""
    draft.effects.append(MakeLink(purpose=purpose, beside=beside))
    draft.say_phrase(phrase, link=f"{public_url}/{path}{language}")
    draft.ask_again()
