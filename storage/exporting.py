"""Read whole tables for a file: people, opt-outs, places, shifts, bookings and hours, in columns that can be read back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session

from storage.incoming import GIVEN_ELSEWHERE
from storage.tables import from_micros

Cell = str | int
#: Rows that are held in memory at once.
_AT_ONCE: Final = 1000

_CONTACT: Final = """
    CASE WHEN a.channel = 'sms' THEN a."user" ELSE '' END AS phone,
    CASE WHEN a.channel = 'email' THEN a."user" ELSE '' END AS mail
"""
#: The words under which somebody last agreed to be written to.
_AGREED: Final = """
    (SELECT c.wording FROM consent AS c WHERE c.address_id = a.id AND c.granted AND c.purpose <> 'all'
     ORDER BY c.id DESC LIMIT 1)
"""
_PEOPLE: Final = f"""
    SELECT {_CONTACT}, p.given_name, p.family_name, p.language, p.zip, p.zone, p.birth_date, p.audience, p.role,
        p.stage, p.campaign, p.answers, a.consented_at, a.opted_out_at, {_AGREED} AS wording
    FROM person AS p LEFT JOIN address AS a ON a.id = p.address_id
    WHERE p.hub = :hub ORDER BY p.id
"""  # noqa: S608 - a constant
_OPT_OUTS: Final = f"""
    SELECT {_CONTACT}, a.opted_out_at,
        (SELECT c.wording FROM consent AS c WHERE c.address_id = a.id AND NOT c.granted ORDER BY c.id DESC LIMIT 1) AS why
    FROM address AS a WHERE a.hub = :hub AND a.opted_out_at IS NOT NULL AND a.channel IN ('sms', 'email') ORDER BY a.id
"""  # noqa: S608 - a constant
_SITES: Final = """
    SELECT s.*, COALESCE(p.name, '') AS partner FROM site AS s LEFT JOIN partner AS p ON p.id = s.partner_id
    WHERE s.hub = :hub ORDER BY s.name, s.id
"""
_SHIFTS: Final = """
    SELECT l.*, COALESCE(t.name, '') AS site FROM slot AS l LEFT JOIN site AS t ON t.id = l.site_id
    WHERE l.hub = :hub AND NOT l.cancelled ORDER BY l.starts_at, l.id
"""
_BOOKINGS: Final = """
    SELECT b.ref, p.ref AS person, p.given_name, p.family_name, l.ref AS shift, l.kind, l.title, l.starts_local, l.zone,
        COALESCE(t.name, '') AS site, b.status, COALESCE(b.cause, '') AS cause
    FROM booking AS b JOIN person AS p ON p.id = b.person_id JOIN slot AS l ON l.id = b.slot_id
        LEFT JOIN site AS t ON t.id = l.site_id
    WHERE b.hub = :hub ORDER BY l.starts_at, b.id
"""
_HOURS: Final = """
    SELECT h.ref, COALESCE(p.ref, '') AS person, p.given_name, p.family_name, h.starts_at, h.minutes, h.ledger, h.status,
        COALESCE(t.name, '') AS site, h.role, h.audience, COALESCE(o.name, '') AS organisation, h.decided_by
    FROM hours AS h LEFT JOIN person AS p ON p.id = h.person_id LEFT JOIN site AS t ON t.id = h.site_id
        LEFT JOIN organisation AS o ON o.id = h.organisation_id
    WHERE h.hub = :hub ORDER BY h.starts_at, h.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One table that can be written to a file."""

    name: str
    columns: Sequence[str]
    sql: str
    line: Callable[[Mapping[str, Any]], Mapping[str, Cell]]


def lines(session: Session, hub: str, export: Export) -> Iterator[list[Cell]]:
    """Read the rows of a table, each in the order of its columns."""
    connection = session.connection().execution_options(yield_per=_AT_ONCE)
    for row in connection.execute(text(export.sql), {"hub": hub}).mappings():
        line = export.line(dict(row))
        yield [line[name] for name in export.columns]


def _person(row: Mapping[str, Any]) -> dict[str, Cell]:
    facts = json.loads(row["answers"])
    return {
        "phone": row["phone"] or "",
        "email": row["mail"] or str(facts.get("email") or ""),
        **_texts(row, "given_name", "family_name", "language", "zip", "zone", "audience", "role", "stage", "campaign"),
        "birth_date": str(row["birth_date"] or ""),
        "consent_source": str(row["wording"] or "").removeprefix(GIVEN_ELSEWHERE) if row["consented_at"] else "",
        "consented_on": _instant(row["consented_at"]),
        "opted_out": "yes" if row["opted_out_at"] is not None else "no",
    }


def _opt_out(row: Mapping[str, Any]) -> dict[str, Cell]:
    return {
        "phone": row["phone"],
        "email": row["mail"],
        "opted_out_at": _instant(row["opted_out_at"]),
        "source": str(row["why"] or "").removeprefix(GIVEN_ELSEWHERE),
    }


def _site(row: Mapping[str, Any]) -> dict[str, Cell]:
    return _texts(row, "name", "street", "city", "state", "zip", "zone", "partner", "supervisor", "supervisor_contact")


def _shift(row: Mapping[str, Any]) -> dict[str, Cell]:
    title = json.loads(row["title"])
    return {
        "title": title.get("en", ""),
        "title_es": title.get("es", ""),
        "starts": row["starts_local"].replace("T", " "),
        "minutes": row["minutes"],
        "capacity": row["capacity"],
        "supervised": "yes" if row["supervised"] else "no",
        "one_to_one": "yes" if row["one_to_one"] else "no",
        **_texts(row, "kind", "site", "place", "zone", "role", "course", "subject", "grades", "language"),
    }


def _booking(row: Mapping[str, Any]) -> dict[str, Cell]:
    return {
        "title": json.loads(row["title"]).get("en", ""),
        "starts": row["starts_local"].replace("T", " "),
        **_texts(row, "ref", "person", "given_name", "family_name", "shift", "kind", "zone", "site", "status", "cause"),
    }


def _hours(row: Mapping[str, Any]) -> dict[str, Cell]:
    return {
        "starts": _instant(row["starts_at"]),
        "minutes": row["minutes"],
        **_texts(
            row,
            *("ref", "person", "given_name", "family_name", "ledger", "status", "site", "role", "audience"),
            *("organisation", "decided_by"),
        ),
    }


def _texts(row: Mapping[str, Any], *names: str) -> dict[str, Cell]:
    return {name: str(row[name] if row[name] is not None else "") for name in names}


def _instant(micros: int | None) -> str:
    return from_micros(micros).isoformat(timespec="auto") if micros is not None else ""


EXPORTS: Final = MappingProxyType(
    {
        export.name: export
        for export in (
            Export(
                name="people",
                columns=(
                    "phone",
                    "email",
                    "given_name",
                    "family_name",
                    "language",
                    "zip",
                    "zone",
                    "birth_date",
                    "audience",
                    "role",
                    "stage",
                    "campaign",
                    "consent_source",
                    "consented_on",
                    "opted_out",
                ),
                sql=_PEOPLE,
                line=_person,
            ),
            Export(name="optouts", columns=("phone", "email", "opted_out_at", "source"), sql=_OPT_OUTS, line=_opt_out),
            Export(
                name="sites",
                columns=(
                    "name",
                    "street",
                    "city",
                    "state",
                    "zip",
                    "zone",
                    "partner",
                    "supervisor",
                    "supervisor_contact",
                ),
                sql=_SITES,
                line=_site,
            ),
            Export(
                name="shifts",
                columns=(
                    "kind",
                    "title",
                    "title_es",
                    "starts",
                    "minutes",
                    "capacity",
                    "site",
                    "place",
                    "zone",
                    "role",
                    "course",
                    "subject",
                    "grades",
                    "language",
                    "supervised",
                    "one_to_one",
                ),
                sql=_SHIFTS,
                line=_shift,
            ),
            Export(
                name="bookings",
                columns=(
                    "ref",
                    "person",
                    "given_name",
                    "family_name",
                    "shift",
                    "kind",
                    "title",
                    "starts",
                    "zone",
                    "site",
                    "status",
                    "cause",
                ),
                sql=_BOOKINGS,
                line=_booking,
            ),
            Export(
                name="hours",
                columns=(
                    "ref",
                    "person",
                    "given_name",
                    "family_name",
                    "starts",
                    "minutes",
                    "ledger",
                    "status",
                    "site",
                    "role",
                    "audience",
                    "organisation",
                    "decided_by",
                ),
                sql=_HOURS,
                line=_hours,
            ),
        )
    }
)
