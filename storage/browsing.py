"""Find volunteers by what a coordinator knows of them, count them by stage, and list them a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlmodel import Session

from flows.stages import Stage
from storage.name_patterns import glob, regular
from storage.tables import from_micros

#: Whoever was only written to, as guardian, reference or supervisor, is no volunteer.
IS_VOLUNTEER: Final = """
    (p.audience IS NOT NULL OR (
        EXISTS (SELECT 1 FROM conversation AS c WHERE c.person_id = p.id)
        AND NOT EXISTS (SELECT 1 FROM guardian AS g WHERE g.guardian_id = p.id)))
"""
#: Who has, or had, a place at one of the sites that a user sees.
AT_SITES: Final = """
    EXISTS (SELECT 1 FROM booking AS b JOIN slot AS s ON s.id = b.slot_id
        WHERE b.person_id = p.id AND b.status <> 'released' AND s.site_id IN :sites)
"""
_AT_SITE: Final = AT_SITES.replace("IN :sites", "= :site")
#: A page of people.
PAGE: Final = 50
#: Digits that are worth looking for as the end of a phone number.
_FEWEST_DIGITS: Final = 3
#: What phone numbers are written with.
_OF_NUMBERS: Final = frozenset("0123456789+-().")
#: A number is the end of a phone.
_NUMBER: Final = """p.id IN (SELECT x.person_id FROM address AS x WHERE x.hub = :hub AND x.channel = 'sms'
    AND x."user" LIKE '%' || CAST(:{name} AS TEXT))"""
#: More than these are not looked for.
_MOST_TYPED: Final = 8
_MOST_WORDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Whom a coordinator looks for; what is empty is not asked."""

    stage: str = ""
    role: str = ""
    audience: str = ""
    language: str = ""
    #: Code of the link or flyer that brought them.
    source: str = ""
    #: A site's number.
    site: int | None = None
    #: Words of a name, an e-mail address, a reference, or the end of a phone number.
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One line of a list of people."""

    ref: str
    name: str
    stage: str
    role: str
    audience: str
    language: str
    channel: str
    #: The last four digits of the phone; empty elsewhere.
    ending: str
    opted_out: bool
    changed_at: datetime


def count_by_stage(session: Session, hub: str, sought: Sought, *, sites: frozenset[int] | None) -> dict[Stage, int]:
    """Count those who are sought by stage, in the order of stages; a stage without anybody counts 0.

    Args:
        sites: numbers of the sites that the user sees; ``None`` for all.
    """
    condition, params = _condition(session, hub, sought, sites)
    query = text(f"SELECT p.stage, count(*) FROM person AS p WHERE {condition} GROUP BY p.stage")  # noqa: S608 - constants
    counts = {stage: int(number) for stage, number in session.connection().execute(_expanding(query, params), params)}
    return {stage: counts.get(stage.value, 0) for stage in Stage}


def find(
    session: Session, hub: str, sought: Sought, *, sites: frozenset[int] | None, limit: int = PAGE, offset: int = 0
) -> Sequence[Found]:
    """List those who are sought, who changed last first."""
    condition, params = _condition(session, hub, sought, sites)
    query = text(f"""
        SELECT p.ref, p.given_name, p.family_name, p.stage, p.role, p.audience, p.language, p.changed_at,
            a.channel, a."user" AS address_user, a.opted_out_at
        FROM person AS p LEFT JOIN address AS a ON a.id = p.address_id
        WHERE {condition} ORDER BY p.changed_at DESC, p.id DESC LIMIT :limit OFFSET :offset
    """)  # noqa: S608 - constants
    params |= {"limit": limit, "offset": offset}
    return [_found(row) for row in session.connection().execute(_expanding(query, params), params).mappings()]


def sources(session: Session, hub: str) -> Sequence[str]:
    """List the codes of links and flyers that brought somebody."""
    query = text("SELECT DISTINCT campaign FROM person WHERE hub = :hub AND campaign IS NOT NULL ORDER BY campaign")
    return [str(code) for (code,) in session.connection().execute(query, {"hub": hub})]


def is_seen(session: Session, person_id: int, sites: frozenset[int] | None) -> bool:
    """Tell whether a user who sees certain sites may see a person."""
    if sites is None:
        return True
    query = text(f"SELECT 1 FROM person AS p WHERE p.id = :id AND {AT_SITES}")  # noqa: S608 - a constant
    params = {"id": person_id, "sites": sorted(sites)}
    return session.connection().execute(_expanding(query, params), params).first() is not None


def _condition(session: Session, hub: str, sought: Sought, sites: frozenset[int] | None) -> tuple[str, dict[str, Any]]:
    parts, params = ["p.hub = :hub", IS_VOLUNTEER], {"hub": hub}  # type: tuple[list[str], dict[str, Any]]
    columns = {"stage": "stage", "role": "role", "audience": "audience", "source": "campaign"}
    for name, column in columns.items():
        if value := getattr(sought, name):
            parts.append(f"p.{column} = :{name}")
            params[name] = value
    if sought.language:
        parts.append("COALESCE(p.language, 'en') = :language")
        params["language"] = sought.language
    if sought.site is not None:
        parts.append(_AT_SITE)
        params["site"] = sought.site
    if sites is not None:
        parts.append(AT_SITES)
        params["sites"] = sorted(sites)
    is_sqlite = session.connection().dialect.name == "sqlite"
    for number, word in enumerate(_words(sought.words)):
        name, digits = f"word{number}", _digits(word)
        parts.append(_NUMBER.format(name=name) if digits else _word(name, is_sqlite=is_sqlite))
        params[name] = digits or _pattern(word)
        if not digits:
            params[f"{name}_named"] = glob(word) if is_sqlite else regular(word)
    return " AND ".join(parts), params


def _words(typed: str) -> list[str]:
    """Split what was typed; a phone number is one word, however it is written."""
    found: list[str] = []
    for word in typed.split()[:_MOST_TYPED]:
        if found and not set(found[-1] + word) - _OF_NUMBERS:
            found[-1] += word
        else:
            found.append(word)
    return found[:_MOST_WORDS]


def _word(name: str, *, is_sqlite: bool) -> str:
    """A word of several must be found somewhere: at the beginning of a word of the name, or of an address."""
    return f"""(' ' || COALESCE(p.given_name, '') || ' ' || COALESCE(p.family_name, '')
            {"GLOB" if is_sqlite else "~"} CAST(:{name}_named AS TEXT)
        OR lower(p.ref) = CAST(:{name} AS TEXT)
        OR p.id IN (SELECT x.person_id FROM address AS x WHERE x.hub = :hub AND x.channel <> 'sms'
            AND lower(x."user") LIKE CAST(:{name} AS TEXT) || '%' ESCAPE '!'))"""  # noqa: S608 - a constant name


def _digits(word: str) -> str | None:
    digits = "".join(character for character in word if character.isdecimal())
    return digits if len(digits) >= _FEWEST_DIGITS and not set(word) - _OF_NUMBERS else None


def _pattern(word: str) -> str:
    return "".join(f"!{c}" if c in "!%_" else c for c in word.lower())


def _expanding(query: Any, params: Mapping[str, Any]) -> Any:
    return query.bindparams(bindparam("sites", expanding=True)) if "sites" in params else query


def _found(row: Any) -> Found:
    names = [row["given_name"], row["family_name"]]
    return Found(
        ref=row["ref"],
        name=" ".join(name for name in names if name),
        stage=row["stage"],
        role=row["role"] or "",
        audience=row["audience"] or "",
        language=row["language"] or "",
        channel=row["channel"] or "",
        ending=str(row["address_user"])[-4:] if row["channel"] == "sms" else "",
        opted_out=row["opted_out_at"] is not None,
        changed_at=from_micros(int(row["changed_at"])),
    )
