"""The mailbox of people outside: what guardians, aid offices, managers and supervisors are sent, with links to click."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup, escape

from storage import mailboxes
from storage.mailboxes import Letter
from storage.tables import PersonRow

_LINK: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """What one contact was sent, the latest first."""

    channel: str
    user: str
    letters: Sequence[Letter]
    #: What they were asked about last, as a key of the page's words; empty for a code alone.
    role: str
    latest_at: datetime


def read_mailboxes(session: Any, hub: str) -> list[Mailbox]:
    """Sort all letters by whom they went to; whoever was written to last comes first."""
    return _sorted(mailboxes.list_letters(session, hub))


def about(session: Any, hub: str, person: PersonRow) -> list[Mailbox]:
    """Read what contacts outside were sent about one person, and the supervisors of all places."""
    return _sorted(mailboxes.list_letters(session, hub, about=person.id))


def _sorted(letters: Sequence[Letter]) -> list[Mailbox]:
    by_address: dict[tuple[str, str], list[Letter]] = {}
    for letter in letters:
        by_address.setdefault((letter.channel, letter.user), []).append(letter)
    return [
        Mailbox(
            channel=channel,
            user=user,
            letters=here,
            role=next((one.link_purpose for one in here if one.link_purpose), ""),
            latest_at=here[0].at,
        )
        for (channel, user), here in by_address.items()
    ]


def linking(public_url: str) -> Callable[[str], Markup]:
    """Return a filter that makes addresses of our own pages in a text something to click; others stay words."""

    def linked(text: str) -> Markup:
        parts: list[Markup] = []
        at = 0
        for found in _LINK.finditer(text):
            if not public_url or not found[0].startswith(f"{public_url}/"):
                continue
            path = found[0].removeprefix(public_url)
            parts += [escape(text[at : found.start()])]
            parts += [Markup('<a href="{}" target="_blank" rel="noopener">{}</a>').format(path, found[0])]
            at = found.end()
        return Markup().join([*parts, escape(text[at:])])

    return linked
