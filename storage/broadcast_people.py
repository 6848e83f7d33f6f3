"""Look at the people of a broadcast: one to show it by, those who are left out, and how a sent text was written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlmodel import Session

from flows.broadcast_text import PERSONAL
from flows.facts import Hub
from storage.broadcasts import ask
from storage.operations.broadcasts import FIRST_NAME, SITE
from storage.recipients import LEFT_OUT, MAY_BE_WRITTEN_TO, MEANT, PEOPLE, Recipients
from storage.statements import Value
from storage.store import OutboxStatus
from storage.tables import BroadcastRow

#: A page of people.
PAGE: Final = 50
_LEFT: Final = (OutboxStatus.UNKNOWN, OutboxStatus.SENT, OutboxStatus.DELIVERED)


def left(counts: Mapping[OutboxStatus, int]) -> int:
    """Count the people whom a broadcast has left to, as far as we know."""
    return sum(counts.get(status, 0) for status in _LEFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One person of a list."""

    ref: str
    name: str
    channel: str | None
    language: str | None


def list_left_out(
    session: Session, hub: Hub, recipients: Recipients, now: datetime, *, reason: str, offset: int = 0
) -> Sequence[Listed]:
    """List people whom a broadcast leaves out for a reason, a page and one more."""
    return _list(session, hub, recipients, now, sql=_LEFT_OUT, params={"reason": reason, "offset": offset})


def list_reached(
    session: Session, hub: Hub, recipients: Recipients, now: datetime, *, cap: int | None = None, offset: int = 0
) -> Sequence[Listed]:
    """List people whom a broadcast would reach now, those who have been with us longest first: a page and one more."""
    limit = PAGE + 1 if cap is None else max(0, min(PAGE + 1, cap - offset))
    return _list(session, hub, recipients, now, sql=_REACHED, params={"offset": offset}, limit=limit)


def _list(
    session: Session,
    hub: Hub,
    recipients: Recipients,
    now: datetime,
    *,
    sql: str,
    params: Mapping[str, Value],
    limit: int = PAGE + 1,
) -> list[Listed]:
    rows = ask(session, sql, {**recipients.params(hub.id, hub.contact, now), **params, "limit": limit})
    return [
        Listed(
            ref=row["ref"],
            name=" ".join(part for part in (row["given_name"], row["family_name"]) if part),
            channel=row["channel"],
            language=row["language"],
        )
        for row in rows
    ]


_COLUMNS: Final = "p.ref, p.given_name, p.family_name, p.language, a.channel"
_REACHED: Final = f"""
    SELECT {_COLUMNS} FROM {PEOPLE} WHERE {MEANT} AND {MAY_BE_WRITTEN_TO} ORDER BY p.id LIMIT :limit OFFSET :offset
"""  # noqa: S608 - a constant
_LEFT_OUT: Final = f"""
    SELECT {_COLUMNS} FROM {PEOPLE} WHERE {MEANT} AND (a.id IS NULL OR NOT ({MAY_BE_WRITTEN_TO}))
        AND {LEFT_OUT} = CAST(:reason AS TEXT)
    ORDER BY p.id LIMIT :limit OFFSET :offset
"""  # noqa: S608 - a constant


# --- shown by one of them ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A real person by whom a text is shown, with what it is filled with for them."""

    ref: str
    name: str
    channel: str
    first_name: str | None
    site: str | None


def sample(
    session: Session, hub: Hub, recipients: Recipients, now: datetime, *, language: str, after: str = ""
) -> Sample | None:
    """Find somebody who would be reached and is written to in a language, with a name if any has one; ``None``: nobody.

    Args:
        after: reference of somebody; the next one is found, in the end the first again.
    """
    if recipients.language not in (None, language):
        return None
    meant = replace(recipients, language=language)
    params = {**meant.params(hub.id, hub.contact, now), "after": after}
    for query in (_NEXT, _NAMED, _ANYBODY) if after else (_NAMED, _ANYBODY):
        if rows := ask(session, query, params):
            return _sample(rows[0])
    return None


def sample_again(session: Session, hub: Hub, ref: str) -> Sample | None:
    """Find the same person again, whether they would be reached still or not."""
    rows = ask(session, _ONE, {"hub": hub.id, "ref": ref})
    return _sample(rows[0]) if rows else None


def _sample(row: Mapping[str, str | None]) -> Sample:
    name = " ".join(part for part in (row["first_name"], row["family_name"]) if part)
    return Sample(
        ref=row["ref"] or "", name=name, channel=row["channel"] or "", first_name=row["first_name"], site=row["site"]
    )


_SAMPLE: Final = f"SELECT p.ref, {FIRST_NAME} AS first_name, p.family_name, a.channel, {SITE} AS site FROM {PEOPLE}"  # noqa: S608 - a constant
_ANYBODY: Final = f"{_SAMPLE} WHERE {MEANT} AND {MAY_BE_WRITTEN_TO} ORDER BY p.id LIMIT 1"
_NAMED: Final = f"{_SAMPLE} WHERE {FIRST_NAME} IS NOT NULL AND {MEANT} AND {MAY_BE_WRITTEN_TO} ORDER BY p.id LIMIT 1"
_NEXT: Final = f"""
    {_SAMPLE} WHERE {MEANT} AND {MAY_BE_WRITTEN_TO}
        AND p.id > (SELECT b.id FROM person AS b WHERE b.hub = :hub AND b.ref = CAST(:after AS TEXT))
    ORDER BY p.id LIMIT 1
"""  # noqa: S608 - constants
_ONE: Final = f"{_SAMPLE} WHERE p.hub = :hub AND p.ref = :ref"


# --- written again ----------------------------------------------------------------------------------------------------


def as_written(broadcast: BroadcastRow) -> dict[str, str]:
    """Return the text of a broadcast that was confirmed, with the words for missing values where they were written."""
    body: dict[str, str] = json.loads(broadcast.body)
    kept = dict(zip(PERSONAL, (json.loads(broadcast.first_name_else), json.loads(broadcast.site_else)), strict=True))
    for language in body:
        for name, instead in kept.items():
            body[language] = body[language].replace(f"{{{name}}}", f"{{{name}|{instead.get(language, '')}}}")
    return body
