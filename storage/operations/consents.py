"""Ask guardians anew once the form has a newer edition, and let what they signed before lapse where they stay silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from flows.facts import Json
from flows.messages import Purpose
from flows.rules.links import LinkPurpose
from storage.operations import audit, links
from storage.statements import Operation, Statement
from storage.tables import to_micros

_OLD: Final = """
    SELECT g.id, g.ref, g.person_id, g.address_id, g.language, g.lapses_on, p.ref AS person_ref, p.given_name,
        p.birth_date, p.zone, a.channel, a.opted_out_at IS NULL AND a.reachable AS may_write
    FROM guardian AS g JOIN person AS p ON p.id = g.person_id LEFT JOIN address AS a ON a.id = g.address_id
    WHERE g.hub = :hub AND g.status = 'agreed' AND COALESCE(g.asked_edition, 0) < :edition
        AND :edition > COALESCE((SELECT max(e.edition) FROM guardian_consent AS e
            WHERE e.person_id = g.person_id AND e.withdrawn_at IS NULL), 0)
    ORDER BY g.id
"""
#: Whoever was asked about the edition before has no more days than they were given then.
_ASK: Final = """
    UPDATE guardian SET asked_edition = :edition,
        lapses_on = CASE WHEN lapses_on IS NULL OR lapses_on > :lapses_on THEN :lapses_on ELSE lapses_on END
    WHERE id = :id AND status = 'agreed' AND COALESCE(asked_edition, 0) < :edition
    RETURNING lapses_on
"""
_TASK: Final = """
    INSERT INTO task (hub, person_id, kind, reason, opened_at) VALUES (:hub, :person_id, 'hand_off', :reason, :now)
"""
_LAPSED: Final = """
    UPDATE guardian SET lapses_on = NULL WHERE hub = :hub AND status = 'agreed' AND lapses_on < :today
    RETURNING person_id, asked_edition
"""
_END: Final = """
    UPDATE requirement SET valid_until = :ended, changed_at = :now
    WHERE person_id = :person_id AND kind = 'guardian_consent' AND status = 'met' AND valid_until > :ended
    RETURNING id
"""
_PERSON: Final = "SELECT ref FROM person WHERE id = :person_id {for_update}"
_DONE: Final = """
    UPDATE task SET closed_at = :now WHERE person_id = :person_id AND closed_at IS NULL AND reason = 'consent_lapses'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldConsent:
    """A consent to an older edition, whose guardian has not been asked about the newest."""

    id: int
    ref: str
    person_id: int
    person_ref: str
    given_name: str
    birth_date: date | None
    zone: str | None
    address_id: int
    channel: str | None
    language: str
    #: Whether the guardian can be written to: has not left, and is there.
    may_write: bool


def old(hub: str, edition: int) -> Operation[list[OldConsent]]:
    """List consents to older editions."""
    rows = yield Statement(_OLD, {"hub": hub, "edition": edition})
    return [
        OldConsent(
            id=row["id"],
            ref=row["ref"],
            person_id=row["person_id"],
            person_ref=row["person_ref"],
            given_name=row["given_name"] or "",
            birth_date=date.fromisoformat(str(row["birth_date"])) if row["birth_date"] else None,
            zone=row["zone"],
            address_id=row["address_id"],
            channel=row["channel"],
            language=row["language"],
            may_write=bool(row["may_write"]),
        )
        for row in rows
    ]


def ask_anew(
    hub: str, one: OldConsent, *, edition: int, lapses_on: date, text: str | None, now: datetime
) -> Operation[bool]:
    """Ask a guardian by a link of its own, once an edition; staff see it. ``False`` when somebody else has.

    Args:
        text: with ``{token}``; ``None`` where they cannot be written to.
    """
    if not (yield Statement(_ASK, {"id": one.id, "edition": edition, "lapses_on": lapses_on})):
        return False
    if text is not None:
        token = yield from links.make(
            hub, LinkPurpose.GUARDIAN, person_id=one.person_id, address_id=one.address_id, subject=one.ref, now=now
        )
        yield from links.write(
            hub,
            address_id=one.address_id,
            text=text.replace("{token}", token),
            purpose=Purpose.REQUEST,
            key=f"request:{one.ref}:edition{edition}",
            now=now,
        )
    reason = "consent_lapses" if text is not None else "guardian_not_asked"
    yield Statement(_TASK, {"hub": hub, "person_id": one.person_id, "reason": reason, "now": to_micros(now)})
    detail: dict[str, Json] = {"kind": "guardian_consent", "asked_edition": edition, "until": lapses_on.isoformat()}
    yield from audit.note(
        hub, person_ref=one.person_ref, author="rule:consent_edition", what="requirement", detail=detail, now=now
    )
    return True


def lapse(hub: str, today: date, ended: date, now: datetime) -> Operation[int]:
    """End what was not signed anew in time, and return how many.

    Args:
        ended: the last day on which it held.
    """
    at, count = to_micros(now), 0
    for row in (yield Statement(_LAPSED, {"hub": hub, "today": today})):
        key = {"person_id": row["person_id"]}
        (person,) = yield Statement(_PERSON, key)
        if not (yield Statement(_END, {**key, "ended": ended, "now": at})):
            continue
        count += 1
        yield Statement(_DONE, {**key, "now": at})
        yield Statement(_TASK, {**key, "hub": hub, "reason": "consent_lapsed", "now": at})
        detail: dict[str, Json] = {
            "kind": "guardian_consent",
            "status": "lapsed",
            "edition": row["asked_edition"],
            "until": ended.isoformat(),
        }
        yield from audit.note(
            hub,
            person_ref=person["ref"],
            author="rule:consent_edition",
            what="requirement",
            detail=detail,
            now=now,
        )
    return count
