"""Send people the links to what is theirs: all that is kept about them, and their dates for a calendar."""

from __future__ import annotations

from typing import Final

from flows.draft import Draft
from flows.effects import HandOff, MakeLink
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
    """Send a link to the letter about the person's own hours; an earlier one leads nowhere any more."""
    _send(draft, LinkPurpose.LETTER, "l/{token}", "letter_link", beside=0)


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
