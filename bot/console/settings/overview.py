"""Show the hub, and how its channels are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bot.console.answers import Answer, Page
from bot.console.house import Visit
from bot.console.settings.room import room
from flows.reasons import say_reason
from flows.rules.access import Permission
from storage import organisations, outbox, series
from storage.tables import OutboxRow

#: How far back failures are shown.
_LOOKED_BACK: Final = timedelta(days=7)
_MOST_REASONS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a channel is."""

    name: str
    account: str
    is_connected: bool
    stuck: int
    failed: int
    #: Why, in words, most frequent first.
    reasons: tuple[tuple[str, int], ...]


@room.get("/settings", Permission.SEE_ALL)
def show(visit: Visit) -> Answer:
    """Show what is set, and where it can be changed."""
    with visit.reading() as session:
        stuck = outbox.list_stuck(session, visit.hub.id, visit.now)
        failed = outbox.list_failed(session, visit.hub.id, visit.now - _LOOKED_BACK, limit=1000)
        values: dict[str, Any] = {
            "sites": series.list_sites(session, visit.hub.id),
            "partners": {partner.id: partner.name for partner in series.list_partners(session, visit.hub.id)},
            "organisations": organisations.list_all(session, visit.hub.id),
        }
    channels = [_health(visit, name, stuck, failed) for name in sorted(visit.house.channels)]
    needs = visit.house.library.requirements.values()
    asked = [one for one in needs if one.need.needed or one.need.kind in visit.hub.requires]
    return Page(
        template="settings.html", values={**values, "channels": channels, "asked": asked, "hours": _hours(visit)}
    )


def _health(visit: Visit, name: str, stuck: Any, failed: Any) -> Health:
    why: dict[str, int] = {}
    mine: list[OutboxRow] = [row for row in failed if row.channel == name]
    for row in mine:
        words = say_reason(row.reason or "", visit.language)
        why[words] = why.get(words, 0) + 1
    return Health(
        name=name,
        account=visit.house.accounts[name],
        is_connected=name in visit.house.started,
        stuck=sum(1 for row in stuck if row.channel == name),
        failed=len(mine),
        reasons=tuple(sorted(why.items(), key=lambda item: -item[1])[:_MOST_REASONS]),
    )


def _hours(visit: Visit) -> list[tuple[int, str, str]]:
    """Tell the open hours of each weekday, Monday first, as wall clock."""
    quiet = visit.hub.quiet_hours
    return [
        (day, f"{opens // 60}:{opens % 60:02}", f"{closes // 60}:{closes % 60:02}")
        for day, (opens, closes) in enumerate(zip(quiet.opens, quiet.closes, strict=True))
    ]
