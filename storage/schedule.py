"""Add and look up what people can be booked on, and note who came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from flows.facts import SlotKind
from storage.operations.rows import write_json
from storage.tables import Partner, Site, SlotRow


def add_partner(session: Session, hub: str, *, name: str) -> Partner:
    """Add a nonprofit that runs programmes at sites."""
    partner = Partner(hub=hub, name=name)
    session.add(partner)
    session.flush()
    return partner


def add_site(
    session: Session,
    hub: str,
    *,
    name: str,
    zone: str,
    partner_id: int | None = None,
    street: str = "",
    city: str = "",
    state: str = "",
    zip_code: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
) -> Site:
    """Add a place where people serve or train.

    Args:
        zone: IANA zone of the place.
    """
    site = Site(
        hub=hub,
        partner_id=partner_id,
        name=name,
        street=street,
        city=city,
        state=state,
        zip=zip_code,
        zone=zone,
        latitude=latitude,
        longitude=longitude,
    )
    session.add(site)
    session.flush()
    return site


def add_slot(
    session: Session,
    hub: str,
    *,
    kind: SlotKind,
    title: Mapping[str, str],
    starts_local: datetime,
    zone: str,
    minutes: int,
    capacity: int,
    site_id: int | None = None,
    place: str = "",
    role: str | None = None,
    supervised: bool = True,
    one_to_one: bool = False,
) -> SlotRow:
    """Add a training session or a shift.

    Args:
        title: name by language.
        starts_local: wall clock at the place, without a zone.
        zone: IANA zone of the place.
        place: told to people when there is no site: an online meeting.
    """
    assert starts_local.tzinfo is None, "wall clock and zone are kept apart"
    slot = SlotRow(
        hub=hub,
        kind=kind.value,
        site_id=site_id,
        title=write_json(dict(title)),
        place=place,
        role=role,
        starts_local=starts_local.isoformat(timespec="minutes"),
        zone=zone,
        starts_at=starts_local.replace(tzinfo=ZoneInfo(zone)),
        minutes=minutes,
        capacity=capacity,
        supervised=supervised,
        one_to_one=one_to_one,
    )
    session.add(slot)
    session.flush()
    return slot
