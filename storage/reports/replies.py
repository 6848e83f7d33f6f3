"""When people write: messages by the hour of the hub's day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from sqlmodel import Session

from storage.reports.periods import QUARTER, hours_in
from storage.reports.report import (
    HAS_PLACE_AT_SITES,
    IN_ROLE,
    IS_MEMBER,
    OF_AUDIENCE,
    Line,
    Question,
    Report,
    ask,
    show_count,
    without_hidden,
)

_HOURS: Final = 24
_ASKED: Final = "i.hub = :hub AND i.received_at >= :since AND i.received_at < :before"
#: Goes from quarter to quarter and counts each within the index: three times as fast as putting a million into groups.
#: The bounds are midnights, at which a quarter begins; named once more they would lead SQLite to the wrong end of the index.
_ALL: Final = f"""
    WITH RECURSIVE quarters (quarter) AS (
        SELECT (SELECT min(i.received_at) FROM inbound AS i WHERE {_ASKED}) / {QUARTER}
        UNION ALL
        SELECT quarter + 1 FROM quarters
        WHERE quarter < (SELECT max(i.received_at) FROM inbound AS i WHERE {_ASKED}) / {QUARTER}
    ), counted AS (
        SELECT quarter, (
            SELECT count(*) FROM inbound AS i
            WHERE i.hub = :hub AND i.received_at >= quarter * {QUARTER} AND i.received_at < (quarter + 1) * {QUARTER}
        ) AS messages FROM quarters
    )
    SELECT quarter, messages FROM counted WHERE messages > 0
"""  # noqa: S608 - constants
_NARROWED: Final = f"""
    SELECT i.received_at / {QUARTER} AS quarter, i.person_id, count(*) AS messages
    FROM inbound AS i JOIN person AS p ON p.id = i.person_id
    WHERE {_ASKED}
        AND {IS_MEMBER} AND {HAS_PLACE_AT_SITES} AND {IN_ROLE.format("p.role")} AND {OF_AUDIENCE.format("p.audience")}
    GROUP BY i.received_at / {QUARTER}, i.person_id
"""  # noqa: S608 - constants


def build(session: Session, question: Question) -> Iterable[Line]:
    """Count all hours of the day, those in which nobody writes as well."""
    return without_hidden(_count(session, question), count="messages", told_in="hour")


def _count(session: Session, question: Question) -> Iterable[Line]:
    is_narrowed = bool(question.organisation_id or question.role or question.audience) or question.sites is not None
    rows: list[Any] = ask(
        session,
        _NARROWED if is_narrowed else _ALL,
        hub=question.hub,
        organisation=question.organisation_id,
        **question.bounds,
        **question.narrowed,
    )
    hour_of, messages = hours_in(question.zone), Counter[int]()
    people: dict[int, set[int]] = {hour: set() for hour in range(_HOURS)}
    for row in rows:
        hour = hour_of(row["quarter"] * QUARTER)
        messages[hour] += int(row["messages"])
        if is_narrowed:
            people[hour].add(row["person_id"])
    for hour in range(_HOURS):
        shown = show_count(messages[hour], len(people[hour]), question)
        yield {"hour": f"{hour:02}:00", "messages": shown}


REPORT: Final = Report(
    name="replies",
    about="Messages from people, by the hour of the day.",
    columns=("hour", "messages"),
    build=build,
)
