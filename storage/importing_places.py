"""Store places and shifts that were brought in, all of them in the caller's one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session, col, select

from flows.facts import Json
from flows.rules.series import on_the_clock
from storage import audit, schedule, series
from storage.incoming import IncomingShift, IncomingSite, Stored
from storage.tables import SlotRow


def add_sites(
    session: Session, hub: str, sites: Sequence[IncomingSite], *, author: str, now: datetime, dry_run: bool = False
) -> Stored:
    """Bring in places whose name no other has, whatever its capitals."""
    known = {site.name.casefold() for site in series.list_sites(session, hub)}
    new = [site for site in sites if site.name.casefold() not in known]
    stored = Stored(added=len(new), known=len(sites) - len(new))
    if dry_run:
        return stored
    for one in new:
        row = schedule.add_site(
            session,
            hub,
            name=one.name,
            zone=one.zone,
            partner_id=series.keep_partner(session, hub, one.partner).id if one.partner else None,
            street=one.street,
            city=one.city,
            state=one.state,
            zip_code=one.zip_code,
            latitude=one.latitude,
            longitude=one.longitude,
        )
        row.supervisor, row.supervisor_contact = one.supervisor, one.supervisor_contact
    _note(session, hub, "sites", stored, author, now)
    return stored


def add_shifts(
    session: Session, hub: str, shifts: Sequence[IncomingShift], *, author: str, now: datetime, dry_run: bool = False
) -> Stored:
    """Bring in trainings and shifts; one of the same kind, name, time and place is known already."""
    sites = {site.name.casefold(): site for site in series.list_sites(session, hub)}
    known = {
        (row.kind, row.starts_local, row.site_id, json.loads(row.title).get("en"))
        for row in session.exec(select(SlotRow).where(col(SlotRow.hub) == hub, col(SlotRow.starts_at) > now)).all()
    }
    new = []
    for one in shifts:
        site = sites.get(one.site.casefold()) if one.site else None
        zone = site.zone if site else one.zone
        starts = on_the_clock(one.starts_local, zone).isoformat(timespec="minutes")
        if (one.kind.value, starts, site.id if site else None, one.title.get("en")) not in known:
            new.append((one, site.id if site else None, zone))
    stored = Stored(added=len(new), known=len(shifts) - len(new))
    if dry_run:
        return stored
    for one, site_id, zone in new:
        fields = {name: value for name, value in asdict(one).items() if name not in ("site", "zone")}
        schedule.add_slot(session, hub, site_id=site_id, zone=zone, **fields)
    _note(session, hub, "shifts", stored, author, now)
    return stored


def _note(session: Session, hub: str, kind: str, stored: Stored, author: str, now: datetime) -> None:
    detail: dict[str, Json] = {"kind": kind, "added": stored.added}
    audit.note(session, hub, person_ref=None, author=author, what="import", detail=detail, now=now)
