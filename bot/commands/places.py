"""The places and school holidays that an operator enters from the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from bot import timetable
from bot.app import utc_now
from bot.mistake import MistakeError
from bot.opening import open_hub
from flows.facts import Hub
from flows.files.shape import did_you_mean
from flows.geography import place_of
from flows.library import Library, shipped
from storage import schedule, series
from storage.changes import Changed, Reach
from storage.database import Database
from storage.tables import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the commands work with."""

    database: Database
    hub: Hub
    library: Library


@contextmanager
def open_desk(path: Path, environ: Mapping[str, str]) -> Iterator[Desk]:
    """Open the database that the settings name, for as long as the block."""
    with open_hub(path, environ) as (database, hub):
        yield Desk(database=database, hub=hub, library=shipped())


def add_site(
    desk: Desk,
    name: str,
    *,
    street: str,
    city: str,
    state: str,
    zip_code: str,
    zone: str | None,
    partner: str | None,
    supervisor: str,
    contact: str,
) -> str:
    """Add a place; its zone and where it lies follow from its ZIP code.

    Raises:
        MistakeError: the ZIP code or the zone is none, or there is a place of that name.
    """
    found = place_of(zip_code) if zip_code else None
    if zip_code and found is None:
        raise MistakeError(f"--zip {zip_code}: there is no such ZIP code. Write its five digits.")
    zone = known_zone(zone or (found.zone if found else None) or desk.hub.zone)
    with desk.database.session() as session:
        if series.find_site(session, desk.hub.id, name):
            raise MistakeError(f"There is a place called {name!r} already. Give this one another name.")
        site = schedule.add_site(
            session,
            desk.hub.id,
            name=name,
            zone=zone,
            partner_id=series.keep_partner(session, desk.hub.id, partner).id if partner else None,
            street=street,
            city=city or (found.city if found else ""),
            state=state or (found.state if found else ""),
            zip_code=zip_code,
            latitude=found.latitude if found else None,
            longitude=found.longitude if found else None,
        )
        site.supervisor, site.supervisor_contact = supervisor, contact
        return f"Added: {site.id} {site.name} ({site.zone})."


def list_sites(desk: Desk) -> list[str]:
    """Say which places there are, one a line."""
    with desk.database.reading() as session:
        return [
            f"{site.id} {', '.join(filter(None, (site.name, site.street, site.city, site.state, site.zip)))} ({site.zone})"
            for site in series.list_sites(session, desk.hub.id)
        ]


def move_site(desk: Desk, named: str, zone: str) -> list[str]:
    """Put a place into another zone; its shifts keep their wall clock, and whoever is booked is told."""
    with desk.database.reading() as session:
        site_id = site_named(session, desk.hub, named).id
    assert site_id is not None
    changed = timetable.move_site(
        desk.database, desk.hub, desk.library.phrases, site_id, known_zone(zone), now=utc_now()
    )
    return say_changed(changed, "keep their place")


def known_zone(name: str) -> str:
    if name not in available_timezones():
        raise MistakeError(f"The zone {name!r} is unknown; {did_you_mean(name, sorted(available_timezones()))}")
    return name


def site_named(session: Any, hub: Hub, named: str) -> Site:
    site = series.find_site(session, hub.id, named)
    if site is None:
        known = [site.name for site in series.list_sites(session, hub.id)]
        hint = did_you_mean(named, known) if known else "add one with peoplepower sites add."
        raise MistakeError(f"There is no one place called {named!r}; {hint}")
    return site


# --- holidays ---------------------------------------------------------------------------------------------------------


def add_holidays(
    desk: Desk, first: str, *, until: str | None, name: str, site: str | None, call_off: bool
) -> list[str]:
    """Note days without school; shifts that stand on them already are named, or called off.

    Raises:
        MistakeError: a day is none, or the last lies before the first.
    """
    begin, end = _day(first, "DAY"), _day(until or first, "--until")
    if not begin <= end <= begin + timedelta(days=366):
        raise MistakeError(f"--until {until}: write a day from {begin} on, within a year.")
    days = [begin + timedelta(days=number) for number in range((end - begin).days + 1)]
    now = utc_now()
    with desk.database.session() as session:
        site_id = site_named(session, desk.hub, site).id if site else None
        new = series.add_holidays(session, desk.hub.id, days, name=name, site_id=site_id)
        standing = [slot.ref for slot in series.list_slots_on(session, desk.hub.id, days, site_id=site_id, now=now)]
    lines = [f"{len(new)} days noted. Shifts that come again by a rule skip them from now on."]
    if standing and not call_off:
        lines.append(f"{len(standing)} are planned on them already and stand. To call them off, add --call-off:")
        lines += [f"  {ref}" for ref in standing]
    for ref in standing if call_off else ():
        changed = timetable.call_off(desk.database, desk.hub, desk.library.phrases, ref, reach=Reach.ONE, now=now)
        lines += say_changed(changed, "lose their place")
    return lines


def list_holidays(desk: Desk) -> list[str]:
    """Say which days without school are noted, one a line."""
    with desk.database.reading() as session:
        return [
            f"{row.day} {row.name}".rstrip() + (f" (only at {site.name})" if site else "")
            for row, site in series.list_holiday_rows(session, desk.hub.id)
        ]


# --- what is said ----------------------------------------------------------------------------------------------------


def say_changed(changed: Changed, what: str) -> list[str]:
    everybody = [*changed.booked, *changed.in_line, *changed.too_young, *changed.uncovered]
    untold = sum(not one.can_be_told for one in everybody)
    told = f"{len(changed.booked)} people {what}; they are told." if changed.booked else "Nobody booked is to be told."
    lines = [f"Changed: {len(changed.slots)}. {told}"]
    if changed.in_line:
        lines.append(f"{len(changed.in_line)} who waited for a seat are told as well.")
    if changed.too_young:
        lines.append(
            f"{len(changed.too_young)} are under 18 and lose their place; they are told, and staff have a task."
        )
    if changed.uncovered:
        lines.append(
            f"{len(changed.uncovered)} lose their place, since nobody pays for so much of their time or their school "
            "district does not allow it; they are told, and staff have a task."
        )
    if untold:
        lines.append(f"{untold} of them cannot be written to: peoplepower trouble lists them. Call them.")
    return lines


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MistakeError(f"{option} {text}: that is no day of the calendar. Write it like 2027-01-18.") from None
