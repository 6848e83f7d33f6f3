"""Read the invented hub from its file and write its places, organisations and dates to the database."""

from __future__ import annotations

import tomllib
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from flows.facts import Hub, SlotKind
from flows.rules.organisations import OrganisationKind, read_policy
from flows.rules.series import Series
from storage import organisations, series
from storage.database import Database
from storage.schedule import add_partner, add_site
from storage.series import HORIZON, Template, add_holidays, add_series, make_slots
from storage.tables import Site

#: Weeks before this one that have dates: as long as the hub has been at work.
PAST_WEEKS: Final = 22
#: Larger than any seeded crowd; some dates are made nearly full at the end.
_TRAINING_SEATS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """One training session or shift of the calendar."""

    ref: str
    kind: SlotKind
    starts_at: datetime
    ends_at: datetime
    #: The number of its row, and what a shift is told apart by.
    id: int = 0
    role: str | None = None
    site_id: int | None = None
    one_to_one: bool = False
    capacity: int = 0


@cache
def read_data(name: str) -> Mapping[str, Any]:
    """Read one of the files beside this module."""
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text("utf-8"))


def demo_hub() -> Hub:
    """Return the invented hub."""
    table = dict(read_data("hub")["hub"])
    return Hub(**{**table, "requires": tuple(table["requires"])})


def add_calendar(database: Database, hub: Hub, now: datetime, *, past_weeks: int = PAST_WEEKS) -> dict[str, Date]:
    """Write partners, sites, organisations, holidays, and what comes again by a rule; return the dates by reference.

    Args:
        past_weeks: how long before ``now`` the first dates are.
    """
    data = read_data("hub")
    today = now.astimezone(ZoneInfo(hub.zone)).date()
    monday = today - timedelta(days=today.weekday(), weeks=past_weeks)
    began = datetime.combine(monday, time(), tzinfo=ZoneInfo(hub.zone))
    with database.session() as session:
        partners = {key: add_partner(session, hub.id, **partner).id for key, partner in data["partner"].items()}
        sites = {key: _add_site(session, hub, site, partners) for key, site in data["site"].items()}
        for organisation in data["organisation"]:
            kind, policy = OrganisationKind(organisation["kind"]), read_policy(organisation.get("policy", {}))
            organisations.add(session, hub.id, **{**organisation, "kind": kind, "policy": policy})
        for name, days in holidays(monday, today + HORIZON * 4):
            add_holidays(session, hub.id, days, name=name)
        dates = {}
        for rule, template, zone in _what_comes_again(data, sites, hub):
            starts_local = datetime.combine(monday, time.fromisoformat(rule["time"]))
            by_rule = Series(rule=f"FREQ=WEEKLY;BYDAY={rule['days']}", starts_local=starts_local, zone=zone)
            row = add_series(session, hub.id, series=by_rule, template=template, now=began)
            until = began
            while until < now:
                until = min(until + HORIZON, now)
                make_slots(session, row, until)
            for slot in series.list_slots_of(session, row, since=began):
                dates[slot.ref] = Date(
                    ref=slot.ref,
                    kind=template.kind,
                    starts_at=slot.starts_at,
                    ends_at=slot.starts_at + timedelta(minutes=slot.minutes),
                    id=slot.id or 0,
                    role=slot.role,
                    site_id=slot.site_id,
                    one_to_one=slot.one_to_one,
                    capacity=slot.capacity,
                )
    return dates


def _add_site(session: Any, hub: Hub, table: Mapping[str, Any], partners: Mapping[str, int | None]) -> Site:
    fields = {**table, "partner_id": partners[table["partner"]], "zip_code": table["zip"]}
    answerable = {name: fields.pop(name) for name in ("supervisor", "supervisor_contact")}
    del fields["partner"], fields["zip"]
    site = add_site(session, hub.id, **fields)
    site.supervisor, site.supervisor_contact = answerable["supervisor"], answerable["supervisor_contact"]
    return site


def _what_comes_again(
    data: Mapping[str, Any], sites: Mapping[str, Site], hub: Hub
) -> Iterator[tuple[Mapping[str, Any], Template, str]]:
    """Yield each series as its table, what its slots have in common, and its zone."""
    for training in data["training"]:
        site = sites.get(training.get("site", ""))
        template = Template(
            kind=SlotKind.TRAINING,
            title=training["title"],
            minutes=training["minutes"],
            capacity=_TRAINING_SEATS,
            site_id=site.id if site else None,
            place=training.get("place", ""),
            course=training.get("course"),
        )
        yield training, template, site.zone if site else hub.zone
    for shift in data["shift"]:
        for key in shift["sites"]:
            template = Template(
                kind=SlotKind.SHIFT,
                title=shift["title"],
                minutes=shift["minutes"],
                capacity=shift["capacity"],
                site_id=sites[key].id,
                role=shift["role"],
                one_to_one=shift.get("one_to_one", False),
                needs_courses=("first_training",),
            )
            yield shift, template, sites[key].zone


# --- days without school ----------------------------------------------------------------------------------------------


def holidays(first: date, last: date) -> Iterator[tuple[str, list[date]]]:
    """Yield the days without school of each year between two days, by name."""
    for year in range(first.year - 1, last.year + 1):
        for table in read_data("hub")["holiday"]:
            begins = _day_of(table, year)
            days = [begins + timedelta(days=more) for more in range(table.get("days", 1))]
            if first <= begins <= last:
                yield table["name"], days


def _day_of(table: Mapping[str, Any], year: int) -> date:
    month = int(table["month"])
    if "day" in table:
        return date(year, month, table["day"])
    first, in_month = date(year, month, 1), monthrange(year, month)[1]
    days = [
        first + timedelta(days=n) for n in range(in_month) if (first + timedelta(days=n)).weekday() == table["weekday"]
    ]
    nth = int(table["nth"])
    return days[nth - 1 if nth > 0 else nth]
