"""What supervisors see and decide about hours, and which sites have claims that wait for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from flows.facts import Slot
from flows.messages import Address, Purpose
from flows.rules.digests import Digest, due
from flows.rules.ledger import HoursStatus
from flows.rules.links import LinkPurpose
from storage.operations import audit, hours, links, outsiders
from storage.operations.reminders import QUEUE, queue_params
from storage.operations.rows import SLOT_COLUMNS, read_slot
from storage.operations.scope import Scope
from storage.performing import perform
from storage.statements import Operation, Row, Statement
from storage.store import NewMessage
from storage.tables import HoursRow, Site, TaskRow, from_micros, to_micros

#: Claims that one page shows; the rest comes once these are decided.
MOST_SHOWN: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A site with claims that nobody has looked at."""

    site_id: int
    site: str
    zone: str
    #: Phone in E.164 or e-mail of whoever answers for the volunteers there; empty when nobody does.
    contact: str
    claims: int
    #: When the latest of them was claimed.
    latest_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a ledger, as the page shows it."""

    id: int
    ref: str
    person_id: int
    given_name: str
    family_name: str
    language: str | None
    zone: str | None
    booking: str
    slot: Slot
    minutes: int
    status: HoursStatus
    decided_by: str


# --- the daily message ------------------------------------------------------------------------------------------------


def waiting(session: Session, hub: str) -> Sequence[Waiting]:
    """List sites with open claims."""
    query = (
        select(Site, func.count(), func.max(col(HoursRow.created_at)))
        .join(HoursRow, col(HoursRow.site_id) == col(Site.id))
        .where(col(HoursRow.hub) == hub, col(HoursRow.status) == HoursStatus.CLAIMED.value)
        .group_by(*Site.__table__.columns)  # type: ignore[attr-defined]
        .order_by(col(Site.id))
    )
    return [
        Waiting(
            site_id=site.id or 0,
            site=site.name,
            zone=site.zone,
            contact=site.supervisor_contact.strip(),
            claims=claims,
            latest_at=latest_at,
        )
        for site, claims, latest_at in session.exec(query).all()
    ]


def send_digest(
    session: Session, hub: str, site: Waiting, *, to: Address, text: str, zone: ZoneInfo, now: datetime
) -> Digest | None:
    """Do what is due about a site's claims: write to its supervisor with a link of their own, wait, or tell staff.

    Args:
        text: with ``{token}`` where the secret part of the link belongs.
        zone: the hub's; a supervisor is written to once in each of its days at most.

    Returns:
        What was done; ``None`` when the supervisor wants no messages.
    """
    return perform(session, _send_digest(hub, site, to=to, text=text, zone=zone, now=now))


#: By the day in the key, of which there is one message at most.
_WRITTEN: Final = """
    SELECT o.created_at, o.dedupe_key FROM outbox AS o
    WHERE o.hub = :hub AND o.dedupe_key >= :first AND o.dedupe_key <= :key AND o.dedupe_key LIKE :of_site
        AND o.address_id = :address_id
"""
#: Once after each message, though staff may have closed it since.
_UNANSWERED: Final = """
    INSERT INTO task (hub, kind, reason, opened_at)
    SELECT t.hub, 'hand_off', 'hours_unanswered: ' || t.name, CAST(:now AS BIGINT)
    FROM site AS t
    WHERE t.id = :site_id AND NOT EXISTS (
        SELECT 1 FROM task AS k
        WHERE k.hub = t.hub AND k.reason = 'hours_unanswered: ' || t.name AND k.opened_at >= :since)
"""


def _send_digest(
    hub: str, site: Waiting, *, to: Address, text: str, zone: ZoneInfo, now: datetime
) -> Operation[Digest | None]:
    today = now.astimezone(zone).date()
    of_site = f"hours:{site.site_id}:"
    key, first = f"{of_site}{today}", f"{of_site}{site.latest_at.astimezone(zone).date()}"
    address_id = yield from outsiders.contact(hub, to, zone=site.zone, now=to_micros(now))
    if address_id is None:
        return None
    rows = yield Statement(
        _WRITTEN, {"hub": hub, "first": first, "key": key, "of_site": f"{of_site}%", "address_id": address_id}
    )
    since = [at for at in (from_micros(row["created_at"]) for row in rows) if at >= site.latest_at]
    decision = due([at.astimezone(zone).date() for at in since], today)
    if decision is Digest.TELL_STAFF:
        yield Statement(_UNANSWERED, {"site_id": site.site_id, "since": to_micros(max(since)), "now": to_micros(now)})
    if decision is not Digest.WRITE or key in {row["dedupe_key"] for row in rows}:
        return Digest.WAIT if decision is Digest.WRITE else decision
    token = yield from links.make(
        hub, LinkPurpose.HOURS, person_id=None, address_id=address_id, subject=str(site.site_id), now=now
    )
    yield from links.write(
        hub, address_id=address_id, text=text.replace("{token}", token), purpose=Purpose.REQUEST, key=key, now=now
    )
    return Digest.WRITE


def tell_of_unsent(session: Session, hub: str, reason: str, now: datetime) -> None:
    """Let a human know, once until they have looked, that claims at some site reach nobody."""
    open_ = select(TaskRow.id).where(
        col(TaskRow.hub) == hub, col(TaskRow.closed_at).is_(None), col(TaskRow.reason) == reason
    )
    if session.exec(open_.limit(1)).first() is None:
        session.add(TaskRow(hub=hub, kind="hand_off", reason=reason, opened_at=now))


# --- the page ---------------------------------------------------------------------------------------------------------

_ENTRIES: Final = f"""
    SELECT h.id, h.ref, h.minutes AS served_minutes, h.status, h.decided_by, b.ref AS booking_ref, p.id AS person_id, p.given_name,
        p.family_name, p.language AS person_language, p.zone AS person_zone,
        {SLOT_COLUMNS}
    FROM hours AS h
    JOIN booking AS b ON b.id = h.booking_id
    JOIN person AS p ON p.id = h.person_id
    JOIN slot AS s ON s.id = b.slot_id
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE h.hub = :hub AND h.site_id = :site_id AND h.status <> 'void'
        AND (h.status = 'claimed' OR h.decided_at > :since)
    ORDER BY h.status = 'claimed' DESC, h.starts_at, h.id
    LIMIT {MOST_SHOWN}
"""  # noqa: S608 - a constant
_DECIDE: Final = """
    UPDATE hours SET status = :status, decided_by = :by, decided_at = :now
    WHERE hub = :hub AND site_id = :site_id AND ref = :ref AND status = 'claimed'
    RETURNING minutes, ledger, booking_id
"""
#: The person before their hours, as everybody who changes hours does.
_LOCK: Final = "SELECT ref AS person_ref FROM person WHERE id = :person_id {for_update}"


def list_entries(session: Session, hub: str, site_id: int, *, since: datetime) -> list[Entry]:
    """List a site's open claims, and what was decided since an instant."""
    return perform(session, _list(hub, site_id, since))


def _list(hub: str, site_id: int, since: datetime) -> Operation[list[Entry]]:
    rows = yield Statement(_ENTRIES, {"hub": hub, "site_id": site_id, "since": to_micros(since)})
    return [_entry(row) for row in rows]


def _entry(row: Row) -> Entry:
    return Entry(
        id=row["id"],
        ref=row["ref"],
        person_id=row["person_id"],
        given_name=row["given_name"] or "",
        family_name=row["family_name"] or "",
        language=row["person_language"],
        zone=row["person_zone"],
        booking=row["booking_ref"],
        slot=read_slot(row),
        minutes=row["served_minutes"],
        status=HoursStatus(row["status"]),
        decided_by=row["decided_by"],
    )


def decide(
    session: Session, hub: str, site_id: int, entry: Entry, status: HoursStatus, *, author: str, now: datetime
) -> bool:
    """Approve or dispute a claim; ``False`` when it has been decided before. What is disputed goes to a human."""
    return perform(session, _decide(hub, site_id, entry, status, author=author, now=now))


def _decide(
    hub: str, site_id: int, entry: Entry, status: HoursStatus, *, author: str, now: datetime
) -> Operation[bool]:
    key = {"hub": hub, "ref": entry.ref}
    people = yield Statement(_LOCK, {"person_id": entry.person_id})
    at = to_micros(now)
    rows = yield Statement(_DECIDE, {**key, "site_id": site_id, "status": status.value, "by": author, "now": at})
    for row in rows:
        detail = {"booking": entry.booking, "ledger": row["ledger"], "minutes": row["minutes"], "status": status.value}
        ref = people[0]["person_ref"] if people else None
        yield from audit.note(hub, person_ref=ref, author=author, what="hours", detail=detail, now=now)
        if status is HoursStatus.DISPUTED:
            scope = Scope(hub=hub, person_id=entry.person_id, address_id=0, now=at)
            yield from hours.open_task(scope, kind="hours_disputed", booking_id=row["booking_id"])
    return bool(rows)


def correct(session: Session, hub: str, entry: Entry, minutes: int, *, author: str, now: datetime) -> bool:
    """Put other minutes in place of what was claimed; ``False`` when that time is counted already."""
    scope = Scope(hub=hub, person_id=entry.person_id, address_id=0, now=to_micros(now))
    return perform(session, hours.set_minutes(scope, entry.booking, minutes=minutes, author=author))


def tell(session: Session, hub: str, message: NewMessage, now: datetime) -> None:
    """Write to a volunteer, once a key."""
    perform(session, _tell(hub, message, now))


def _tell(hub: str, message: NewMessage, now: datetime) -> Operation[None]:
    yield Statement(QUEUE, queue_params(hub, message, now))


def site_name(session: Session, hub: str, site_id: int) -> str | None:
    """Return what a site is called."""
    site = session.get(Site, site_id)
    return site.name if site is not None and site.hub == hub else None
