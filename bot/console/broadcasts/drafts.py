"""What the pages of a broadcast share: find it, read its words and filters, and name whom it means."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any, Final

from markupsafe import Markup

from bot import broadcasts as planning
from bot.console.answers import Led, NotThereError
from bot.console.broadcasts.room import HOME
from bot.console.house import Visit
from bot.console.words import Words, broken
from channels.capabilities import CAPABILITIES
from flows.broadcast_text import PERSONAL, Text, WrongTextError
from flows.rules.contact import BroadcastState
from storage import broadcast_people, broadcasts, organisations, series
from storage.recipients import Recipients
from storage.tables import BroadcastRow

#: Whoever a broadcast has not reached on the third evening does not get it, unless another time is set.
_USEFUL_FOR: Final = timedelta(days=2)
_EVENING: Final = time(20)
_TITLE_CHARS: Final = 60
#: A variable, with what stands for it, if anything does.
_VARIABLE: Final = re.compile(r"\{[^{}|]*(?:\|([^{}|]*))?\}")
_PERSONAL: Final = re.compile(f"\\{{({'|'.join(PERSONAL)})\\}}")


def find(visit: Visit, session: Any) -> BroadcastRow:
    """Find the broadcast that the path names.

    Raises:
        NotThereError: there is none, or not of this hub.
    """
    found = broadcasts.find(session, visit.hub.id, visit.path["ref"])
    if found is None:
        raise NotThereError
    return found


def here(broadcast: BroadcastRow, page: str = "") -> str:
    """Return where a broadcast, or a page of its draft, is."""
    return f"{HOME}/{broadcast.ref}/{page}" if page else f"{HOME}/{broadcast.ref}"


def is_draft(broadcast: BroadcastRow) -> bool:
    """Tell whether nothing has been decided yet."""
    return broadcast.status == BroadcastState.DRAFT


def no_draft(broadcast: BroadcastRow) -> Led:
    """Lead away from the pages of a draft that is none any more."""
    return Led(to=here(broadcast), told="no_draft")


def recipients_of(broadcast: BroadcastRow) -> Recipients:
    """Return whom it means."""
    return Recipients.from_json(broadcast.recipients)


def written(broadcast: BroadcastRow) -> Mapping[str, str]:
    """Return its text by language, as it was written; English is always asked for."""
    return {"en": "", **broadcasts.texts_of(broadcast)}


def read(visit: Visit, broadcast: BroadcastRow) -> dict[str, Text] | None:
    """Read its text; ``None`` while it cannot be sent."""
    try:
        return planning.read_texts(visit.hub, written(broadcast))
    except WrongTextError:
        return None


def title(broadcast: BroadcastRow) -> str:
    """Name a broadcast: as it was called, else by its first words; empty while nothing is written."""
    texts = written(broadcast) if is_draft(broadcast) else broadcast_people.as_written(broadcast)
    words = broadcast.name or next((text for text in texts.values() if text), "")
    words = _VARIABLE.sub(lambda found: found[1] or "…", words)
    return textwrap.shorten(words, _TITLE_CHARS, placeholder=" …") if words.strip() else ""


def with_names(text: str, say: Words) -> Markup:
    """Show a text with the names of what differs from person to person in their place."""
    parts = _PERSONAL.split(text)
    return Markup().join(
        Markup('<span class="tag">{}</span>').format(say(f"name.{part}")) if number % 2 else broken(part)
        for number, part in enumerate(parts)
    )


def usual_end(visit: Visit) -> datetime:
    """Return until when a broadcast is sent, unless another time is set."""
    day = visit.now.astimezone(visit.house.zone).date() + _USEFUL_FOR
    return datetime.combine(day, _EVENING, visit.house.zone)


def rates(visit: Visit) -> dict[str, float]:
    """Return how many parts a second leave on each channel."""
    usual = {name: capabilities.messages_per_second for name, capabilities in CAPABILITIES.items()}
    ours = {name: channel.capabilities.messages_per_second for name, channel in visit.house.channels.items()}
    return usual | ours


class Naming:
    """Says in words whom filters mean: what has a number or a reference gets its name."""

    def __init__(self, visit: Visit, session: Any) -> None:
        self.sites = series.list_sites(session, visit.hub.id)
        self.organisations = organisations.list_all(session, visit.hub.id)
        self._session, self._visit = session, visit

    def name(self, recipients: Recipients) -> list[tuple[str, str]]:
        """List the filters that are set, with the values as they are shown or as the templates name them."""
        return [(key, self._value(key, value)) for key, value in asdict(recipients).items() if value is not None]

    def _value(self, key: str, value: Any) -> str:
        match key:
            case "site":
                return next((site.name for site in self.sites if site.id == value), "…")
            case "organisation":
                return next((each.name for each in self.organisations if each.id == value), "…")
            case "answered" | "not_answered":
                earlier = broadcasts.find(self._session, self._visit.hub.id, value)
                return title(earlier) if earlier else "…"
            case _:
                return str(value)
