"""Read the invented hub from its file and write its places and dates to the database."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from flows.facts import Hub, SlotKind
from storage.database import Database
from storage.schedule import add_partner, add_site, add_slot
from storage.tables import Site

#: Weeks before and after this one that have dates.
_PAST_WEEKS: Final = 5
_COMING_WEEKS: Final = 6
#: Larger than any seeded crowd; some dates are made nearly full at the end.
_TRAINING_SEATS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """One training session or shift of the calendar."""

    ref: str
    kind: SlotKind
    starts_at: datetime
    ends_at: datetime


@cache
def read_data(name: str) -> Mapping[str, Any]:
    """Read one of the files beside this module."""
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text("utf-8"))


def demo_hub() -> Hub:
    """Return the invented hub."""
    return Hub(**read_data("hub")["hub"])


def add_calendar(database: Database, hub: Hub, now: datetime) -> dict[str, Date]:
    """Write partners, sites, training sessions and shifts of the weeks around ``now``; return the dates by reference."""
    data = read_data("hub")
    monday = now.astimezone(ZoneInfo(hub.zone)).date()
    monday -= timedelta(days=monday.weekday())
    with database.session() as session:
        partners = {key: add_partner(session, hub.id, **partner).id for key, partner in data["partner"].items()}
        sites = {key: add_site(session, hub.id, **_site(site, partners)) for key, site in data["site"].items()}
        dates = {}
        for slot in [*_trainings(data, monday, sites, hub), *_shifts(data, monday, sites)]:
            row = add_slot(session, hub.id, **slot)
            ends_at = row.starts_at + timedelta(minutes=row.minutes)
            dates[row.ref] = Date(ref=row.ref, kind=slot["kind"], starts_at=row.starts_at, ends_at=ends_at)
    return dates


def _site(site: Mapping[str, Any], partners: Mapping[str, int | None]) -> dict[str, Any]:
    fields = {**site, "partner_id": partners[site["partner"]], "zip_code": site["zip"]}
    del fields["partner"], fields["zip"]
    return fields


def _trainings(data: Mapping[str, Any], monday: date, sites: Mapping[str, Site], hub: Hub) -> Iterator[dict[str, Any]]:
    for week in range(-_PAST_WEEKS, _COMING_WEEKS):
        for training in data["training"]:
            site = sites.get(training.get("site", ""))
            yield {
                "kind": SlotKind.TRAINING,
                "title": training["title"],
                "starts_local": _on(monday, week, training["day"], training["time"]),
                "zone": site.zone if site else hub.zone,
                "minutes": training["minutes"],
                "capacity": _TRAINING_SEATS,
                "site_id": site.id if site else None,
                "place": training.get("place", ""),
                "course": training.get("course"),
            }


def _shifts(data: Mapping[str, Any], monday: date, sites: Mapping[str, Site]) -> Iterator[dict[str, Any]]:
    for week in range(-_PAST_WEEKS + 1, _COMING_WEEKS):
        for shift in data["shift"]:
            for key, day in ((key, day) for key in shift["sites"] for day in shift["days"]):
                yield {
                    "kind": SlotKind.SHIFT,
                    "title": shift["title"],
                    "starts_local": _on(monday, week, day, shift["time"]),
                    "zone": sites[key].zone,
                    "minutes": shift["minutes"],
                    "capacity": shift["capacity"],
                    "site_id": sites[key].id,
                    "role": shift["role"],
                    "one_to_one": shift.get("one_to_one", False),
                }


def _on(monday: date, week: int, day: int, at: str) -> datetime:
    return datetime.combine(monday + timedelta(weeks=week, days=day), time.fromisoformat(at))
