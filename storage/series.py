"""Keep what comes again by a rule: its slots are rows of their own, made some months ahead."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, insert, or_, select

from flows.facts import SlotKind
from flows.rules.series import Series, check, occurrences
from storage.operations.rows import write_json
from storage.schedule import add_partner, new_slot
from storage.tables import HolidayRow, Partner, SeriesRow, Site, SlotRow, new_ref

#: How far ahead slots are made: a school term.
HORIZON: Final = timedelta(days=120)
#: Whoever looks every day finds little to do: what is made at once at least.
_AT_ONCE: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What all slots of a series have in common; the fields are those of ``storage.schedule.add_slot``."""

    kind: SlotKind
    title: Mapping[str, str]
    minutes: int
    capacity: int
    site_id: int | None = None
    place: str = ""
    role: str | None = None
    supervised: bool = True
    one_to_one: bool = False
    course: str | None = None
    needs_courses: Sequence[str] = ()
    subject: str | None = None
    grades: str = ""
    language: str | None = None
    ladder: Sequence[str] = ()

    def write(self) -> str:
        """Write as JSON."""
        return write_json(asdict(self))

    @staticmethod
    def read(text: str) -> Template:
        """Read what ``write`` wrote."""
        fields = json.loads(text)
        return Template(**{**fields, "kind": SlotKind(fields["kind"])})


def add_series(session: Session, hub: str, *, series: Series, template: Template, now: datetime) -> SeriesRow:
    """Add a series and make its first slots.

    Raises:
        SeriesError: the rule can never happen.
    """
    check(series)
    row = SeriesRow(
        hub=hub,
        rule=series.rule,
        starts_local=series.starts_local.isoformat(timespec="minutes"),
        zone=series.zone,
        template=template.write(),
        created_at=now,
    )
    session.add(row)
    session.flush()
    make_slots(session, row, now)
    return row


def top_up(session: Session, hub: str, now: datetime) -> int:
    """Make the slots of every series up to the horizon, a week or more at a time; return how many are new.

    Repeating it makes none.
    """
    behind = (now + HORIZON - _AT_ONCE).date()
    is_behind = or_(col(SeriesRow.made_until).is_(None), col(SeriesRow.made_until) <= behind)
    query = select(SeriesRow).where(col(SeriesRow.hub) == hub, is_behind).order_by(col(SeriesRow.id)).with_for_update()
    return sum(make_slots(session, row, now) for row in session.exec(query).all())


def make_slots(session: Session, row: SeriesRow, now: datetime) -> int:
    """Make the slots of one series up to the horizon, without those that have begun; return how many.

    They are written all at once, and as plain rows: a year of them as objects would take ten times as long.
    """
    template, series, zone = Template.read(row.template), as_series(row), ZoneInfo(row.zone)
    until = (now.astimezone(zone) + HORIZON).date()
    if row.made_until is not None and row.made_until >= until:
        return 0
    holidays = list_holidays(session, row.hub, template.site_id)
    in_common = new_slot(
        row.hub,
        **{name: getattr(template, name) for name in Template.__slots__},
        starts_local=series.starts_local,
        zone=row.zone,
        series_id=row.id,
    ).model_dump(exclude={"id"})
    made = [
        in_common
        | {
            "ref": new_ref(),
            "starts_local": one.starts_local.isoformat(timespec="minutes"),
            "starts_at": one.starts_local.replace(tzinfo=zone),
            "series_day": one.day,
        }
        for one in occurrences(series, after=row.made_until, until=until, holidays=holidays)
        if one.starts_local.replace(tzinfo=zone) > now
    ]
    if made:
        session.execute(insert(SlotRow), made)
    row.made_until = until
    session.add(row)
    session.flush()
    return len(made)


def list_slots_of(session: Session, row: SeriesRow, *, since: datetime) -> Sequence[SlotRow]:
    """List the slots of a series that begin at an instant or later, soonest first."""
    query = select(SlotRow).where(col(SlotRow.series_id) == row.id, col(SlotRow.starts_at) >= since)
    return session.exec(query.order_by(col(SlotRow.starts_at), col(SlotRow.id))).all()


def as_series(row: SeriesRow) -> Series:
    """Return what the rule works with."""
    return Series(rule=row.rule, starts_local=datetime.fromisoformat(row.starts_local), zone=row.zone)


# --- holidays ---------------------------------------------------------------------------------------------------------


def list_holidays(session: Session, hub: str, site_id: int | None) -> frozenset[date]:
    """List days without school: the hub's, and those of one site."""
    query = select(col(HolidayRow.day)).where(
        col(HolidayRow.hub) == hub,
        or_(col(HolidayRow.site_id).is_(None), col(HolidayRow.site_id) == site_id),
    )
    return frozenset(session.exec(query).all())


def add_holidays(
    session: Session, hub: str, days: Sequence[date], *, name: str = "", site_id: int | None = None
) -> list[date]:
    """Note days without school; return those that were not noted before. Slots that stand on them stay."""
    known = session.exec(
        select(col(HolidayRow.day)).where(col(HolidayRow.hub) == hub, col(HolidayRow.site_id) == site_id)
    ).all()
    new = sorted(set(days) - set(known))
    session.add_all(HolidayRow(hub=hub, site_id=site_id, day=day, name=name) for day in new)
    session.flush()
    return new


def remove_holidays(session: Session, hub: str, days: Sequence[date], *, site_id: int | None) -> int:
    """Let days be days like others; return how many were not. What was skipped on them does not come back by itself."""
    rows = session.exec(
        select(HolidayRow).where(
            col(HolidayRow.hub) == hub, col(HolidayRow.site_id) == site_id, col(HolidayRow.day).in_(days)
        )
    ).all()
    for row in rows:
        session.delete(row)
    return len(rows)


def list_holiday_rows(session: Session, hub: str) -> Sequence[tuple[HolidayRow, Site | None]]:
    """List days without school, in order, each with the site it is for."""
    query = (
        select(HolidayRow, Site)
        .join(Site, col(Site.id) == col(HolidayRow.site_id), isouter=True)
        .where(col(HolidayRow.hub) == hub)
        .order_by(col(HolidayRow.day), col(HolidayRow.id))
    )
    return [(row, site) for row, site in session.exec(query).all()]


def list_slots_on(
    session: Session, hub: str, days: Sequence[date], *, site_id: int | None, now: datetime
) -> Sequence[SlotRow]:
    """List slots of series that stand on some days and have not begun, soonest first."""
    query = select(SlotRow).where(
        col(SlotRow.hub) == hub,
        col(SlotRow.series_day).in_(days),
        col(SlotRow.starts_at) > now,
        col(SlotRow.cancelled).is_(False),
    )
    if site_id is not None:
        query = query.where(col(SlotRow.site_id) == site_id)
    return session.exec(query.order_by(col(SlotRow.starts_at), col(SlotRow.id))).all()


# --- places -----------------------------------------------------------------------------------------------------------


def keep_partner(session: Session, hub: str, name: str) -> Partner:
    """Find a partner by its name, or add it."""
    found = session.exec(select(Partner).where(col(Partner.hub) == hub, col(Partner.name) == name)).first()
    return found or add_partner(session, hub, name=name)


def list_partners(session: Session, hub: str) -> Sequence[Partner]:
    """List the nonprofits that run programmes, by name."""
    return session.exec(
        select(Partner).where(col(Partner.hub) == hub).order_by(col(Partner.name), col(Partner.id))
    ).all()


def list_sites(session: Session, hub: str) -> Sequence[Site]:
    """List the places of a hub by name."""
    return session.exec(select(Site).where(col(Site.hub) == hub).order_by(col(Site.name), col(Site.id))).all()


def find_site(session: Session, hub: str, named: str) -> Site | None:
    """Find a place by its number or its name, whatever its capitals; ``None`` when there is none or several."""
    sites = list_sites(session, hub)
    found = [site for site in sites if str(site.id) == named] or [
        site for site in sites if site.name.casefold() == named.strip().casefold()
    ]
    return found[0] if len(found) == 1 else None
