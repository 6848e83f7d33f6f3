"""Keep the coordinators' inbox: who waits for a human, who answers whom, and what a human writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select

from flows.messages import InboundKind, Tap
from flows.rules.contact import by_hand
from flows.rules.urgency import Urgency, urgency
from storage import audit, outbox
from storage.browsing import AT_SITES
from storage.operations.rows import read_choices
from storage.store import NewMessage, OutboxStatus
from storage.tables import (
    AddressRow,
    ConversationRow,
    InboundRow,
    OutboxRow,
    PersonRow,
    TaskRow,
    from_micros,
    to_micros,
)

#: What a person writes or presses; everything else that comes in is the network's.
_THEIRS: Final = (InboundKind.MESSAGE.value, InboundKind.TAP.value)
_BY_HAND: Final = ("answer", "word")
#: Threads that one page shows.
MOST: Final = 200
#: Messages of each side that a thread shows.
_MOST_SAID: Final = 100

#: Somebody waits while a task about them is open, or when they wrote after the last word of whoever holds the talk.
#: Each branch reads one partial index.
_THREADS: Final = """
    WITH waiting AS (
        SELECT t.person_id AS id FROM task AS t
        WHERE t.hub = :hub AND t.closed_at IS NULL AND t.person_id IS NOT NULL
        UNION
        SELECT c.person_id AS id FROM conversation AS c WHERE c.hub = :hub AND c.held_by IS NOT NULL
    )
    SELECT p.id, p.ref, p.given_name, p.family_name, p.stage, p.language, c.held_by, c.held_at, c.snoozed_at,
        c.snoozed_until, u.name AS held_by_name, a.channel, a."user" AS address_user,
        (SELECT i.body FROM inbound AS i WHERE i.person_id = p.id AND i.kind = 'message'
            ORDER BY i.id DESC LIMIT 1) AS said,
        (SELECT i.received_at FROM inbound AS i WHERE i.person_id = p.id AND i.kind IN ('message', 'tap')
            ORDER BY i.id DESC LIMIT 1) AS said_at,
        (SELECT o.created_at FROM outbox AS o WHERE o.person_id = p.id AND o.purpose IN ('answer', 'word')
            ORDER BY o.id DESC LIMIT 1) AS answered_at,
        (SELECT min(t.opened_at) FROM task AS t WHERE t.person_id = p.id AND t.closed_at IS NULL) AS asked_at
    FROM waiting AS w JOIN person AS p ON p.id = w.id
    LEFT JOIN conversation AS c ON c.person_id = p.id
    LEFT JOIN address AS a ON a.id = p.address_id
    LEFT JOIN console_user AS u ON u.hub = :hub AND u.ref = c.held_by
    WHERE p.hub = :hub{and_seen}
"""
_REASONS: Final = """
    SELECT t.person_id, t.kind, t.reason FROM task AS t
    WHERE t.hub = :hub AND t.closed_at IS NULL AND t.person_id IS NOT NULL ORDER BY t.opened_at, t.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One person in the inbox."""

    ref: str
    name: str
    #: By which channel they write; empty when they never did.
    channel: str
    #: The last four digits of their phone; empty elsewhere.
    ending: str
    stage: str
    #: Why staff was asked, oldest first; empty for somebody who is only held.
    reasons: tuple[str, ...]
    #: What they last wrote, pressed buttons left out; empty when they never did.
    said: str
    said_at: datetime | None
    #: Since when they wait for a human; ``None`` when nobody owes them a word.
    waits_since: datetime | None
    #: Reference and name of who answers them; empty when nobody does.
    held_by: str
    held_by_name: str
    snoozed_until: datetime | None
    urgency: Urgency


def list_threads(session: Session, hub: str, *, sites: frozenset[int] | None, now: datetime) -> list[Thread]:
    """List who is in the inbox: who waits for us by urgency, the longest first; who is only held; what was laid aside."""
    params: dict[str, Any] = {"hub": hub}
    query = text(_THREADS.replace("{and_seen}", f" AND {AT_SITES}" if sites is not None else ""))
    if sites is not None:
        query = query.bindparams(bindparam("sites", expanding=True))
        params["sites"] = sorted(sites)
    tasks: dict[int, list[tuple[str, str]]] = {}
    for person_id, kind, reason in session.connection().execute(text(_REASONS), {"hub": hub}):
        tasks.setdefault(person_id, []).append((kind, reason))
    rows = session.connection().execute(query, params).mappings()
    threads = [_thread(row, tasks.get(row["id"], ()), now) for row in rows]
    return sorted(threads, key=_place)[:MOST]


def _place(thread: Thread) -> tuple[bool, bool, Urgency, float]:
    since = thread.waits_since or thread.said_at
    return (
        thread.snoozed_until is not None,
        thread.waits_since is None,
        thread.urgency,
        since.timestamp() if since else 0.0,
    )


def _thread(row: Mapping[Any, Any], tasks: Sequence[tuple[str, str]], now: datetime) -> Thread:
    said_at, answered_at, asked_at = (_instant(row[name]) for name in ("said_at", "answered_at", "asked_at"))
    snoozed_until = _instant(row["snoozed_until"])
    if snoozed_until and (snoozed_until <= now or (said_at and said_at > (_instant(row["snoozed_at"]) or now))):
        snoozed_until = None
    return Thread(
        ref=row["ref"],
        name=" ".join(name for name in (row["given_name"], row["family_name"]) if name),
        channel=row["channel"] or "",
        ending=str(row["address_user"])[-4:] if row["channel"] == "sms" else "",
        stage=row["stage"],
        reasons=tuple(dict.fromkeys(reason for _, reason in tasks)),
        said=row["said"] or "",
        said_at=said_at,
        waits_since=_waits_since(_instant(row["held_at"]), said_at, answered_at, asked_at),
        held_by=row["held_by"] or "",
        held_by_name=row["held_by_name"] or row["held_by"] or "",
        snoozed_until=snoozed_until,
        urgency=urgency((name for task in tasks for name in task), is_answered=bool(row["held_by"])),
    )


def _waits_since(
    held_at: datetime | None, said_at: datetime | None, answered_at: datetime | None, asked_at: datetime | None
) -> datetime | None:
    if answered_at and asked_at and answered_at >= asked_at:
        asked_at = None  # a human has answered; the task stays until the talk is handed back
    if asked_at is not None:
        return asked_at
    if held_at and said_at and said_at >= held_at and (answered_at is None or said_at > answered_at):
        return said_at
    return None


def _instant(micros: int | None) -> datetime | None:
    return from_micros(int(micros)) if micros is not None else None


# --- one talk ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of a talk."""

    at: datetime
    text: str
    is_ours: bool
    #: The coordinator's own words, not the bot's.
    by_hand: bool = False
    status: OutboxStatus | None = None
    #: Why it waits, or why it never left; a key of ``flows.reasons`` or a provider's code.
    reason: str = ""
    #: When it shall leave, if later.
    leaves_at: datetime | None = None
    ref: str = ""


def read_talk(session: Session, person: PersonRow) -> list[Said]:
    """Read the latest part of a talk, oldest first; a pressed button is told by its words."""
    assert person.id is not None
    ours = session.exec(
        select(OutboxRow)
        .where(col(OutboxRow.person_id) == person.id)
        .order_by(col(OutboxRow.id).desc())
        .limit(_MOST_SAID)
    ).all()
    theirs = session.exec(
        select(InboundRow)
        .where(col(InboundRow.person_id) == person.id, col(InboundRow.kind).in_(_THEIRS))
        .order_by(col(InboundRow.id).desc())
        .limit(_MOST_SAID)
    ).all()
    labels = {(row.step, choice.id): choice.label for row in ours for choice in read_choices(row.choices)}
    said = [Said(at=row.received_at, text=_words(row, labels), is_ours=False) for row in theirs]
    said += [
        Said(
            at=row.created_at,
            text=row.body,
            is_ours=True,
            by_hand=row.purpose in _BY_HAND,
            status=OutboxStatus(row.status),
            reason=row.reason or "",
            leaves_at=row.not_before if row.status == OutboxStatus.WAITING else None,
            ref=row.ref,
        )
        for row in ours
    ]
    return sorted(said, key=lambda one: (one.at, one.is_ours))[-_MOST_SAID:]


def _words(row: InboundRow, labels: Mapping[tuple[str, str], str]) -> str:
    if row.kind != InboundKind.TAP.value:
        return row.body
    tap = Tap.decode(row.body)
    return labels.get((tap.step, tap.choice), row.body) if tap else row.body


def open_reasons(session: Session, person: PersonRow) -> tuple[str, ...]:
    """List why staff is asked about a person, oldest first."""
    found = session.exec(
        select(TaskRow.reason)
        .where(col(TaskRow.hub) == person.hub, col(TaskRow.person_id) == person.id, col(TaskRow.closed_at).is_(None))
        .order_by(col(TaskRow.opened_at), col(TaskRow.id))
    ).all()
    return tuple(dict.fromkeys(found))


def wrote_at(session: Session, person_id: int) -> datetime | None:
    """Return when a person last wrote; ``None`` when they never did."""
    return session.exec(
        select(InboundRow.received_at)
        .where(col(InboundRow.person_id) == person_id, col(InboundRow.kind).in_(_THEIRS))
        .order_by(col(InboundRow.id).desc())
        .limit(1)
    ).first()


# --- who answers ------------------------------------------------------------------------------------------------------

#: What the bot was about to say is not said after a human has taken over: it would come hours late.
_SILENCE: Final = """
    UPDATE outbox SET status = 8, reason = 'held', settled_at = :now
    WHERE person_id = :person_id AND status IN (0, 1) AND purpose IN ('reply', 'nudge')
"""
_CLAIM: Final = """
    UPDATE conversation SET held_by = :user, held_at = :now, snoozed_at = NULL, snoozed_until = NULL
    WHERE person_id = :person_id AND hub = :hub AND (held_by IS NULL OR :by_force)
"""


class Hold(StrEnum):
    """Who answers somebody."""

    MINE = "mine"
    NOBODYS = "nobodys"
    ANOTHERS = "anothers"


def hold_of(session: Session, person: PersonRow, user: str) -> tuple[Hold, str]:
    """Tell who answers a person, from where a user stands; and who that is, by reference."""
    assert person.id is not None
    row = session.get(ConversationRow, person.id)
    if row is None or row.held_by is None:
        return Hold.NOBODYS, ""
    return (Hold.MINE if row.held_by == user else Hold.ANOTHERS), row.held_by


def claim(
    session: Session, person: PersonRow, user: str, *, author: str, now: datetime, by_force: bool = False
) -> bool:
    """Answer somebody instead of the bot, which is silent from now on; ``False`` when somebody else already does.

    Args:
        user: their reference.
        by_force: take it over from whoever has it.
    """
    assert person.id is not None
    if session.get(ConversationRow, person.id) is None:  # brought in by a coordinator, and never wrote
        session.add(ConversationRow(person_id=person.id, hub=person.hub, version=0, state="", changed_at=now))
        session.flush()
    if hold_of(session, person, user)[0] is Hold.MINE:
        return True
    params = {
        "person_id": person.id,
        "hub": person.hub,
        "user": user,
        "now": to_micros(now),
        "by_force": by_force,
    }
    if not session.connection().execute(text(_CLAIM), params).rowcount:
        return False
    session.connection().execute(text(_SILENCE), {"person_id": person.id, "now": to_micros(now)})
    session.expire_all()
    audit.note(session, person.hub, person_ref=person.ref, author=author, what="hold", detail={"held": True}, now=now)
    return True


def hand_back(session: Session, person: PersonRow, user: str, *, author: str, now: datetime) -> bool:
    """Let the bot answer again, and close what staff was asked about this person; ``False`` when another one has it."""
    hold, _ = hold_of(session, person, user)
    if hold is Hold.ANOTHERS:
        return False
    row = session.get(ConversationRow, person.id)
    if row is not None:
        row.held_by = row.held_at = row.snoozed_at = row.snoozed_until = None
        session.add(row)
    for task in session.exec(
        select(TaskRow).where(
            col(TaskRow.hub) == person.hub, col(TaskRow.person_id) == person.id, col(TaskRow.closed_at).is_(None)
        )
    ):
        task.closed_at = now
        session.add(task)
    audit.note(session, person.hub, person_ref=person.ref, author=author, what="hold", detail={"held": False}, now=now)
    return True


def snooze(session: Session, person: PersonRow, user: str, *, until: datetime, now: datetime) -> bool:
    """Lay a thread aside until an instant, or until the person writes; ``False`` when another one has it."""
    row = session.get(ConversationRow, person.id)
    if row is None or hold_of(session, person, user)[0] is Hold.ANOTHERS:
        return False
    row.snoozed_at, row.snoozed_until = now, until
    session.add(row)
    return True


# --- write ------------------------------------------------------------------------------------------------------------


class Refusal(StrEnum):
    """Why a coordinator's words cannot leave; keys of the inbox's words."""

    HELD_BY_ANOTHER = "held_by_another"
    OPTED_OUT = "opted_out"
    UNREACHABLE = "unreachable"
    NO_ADDRESS = "no_address"
    NO_CONSENT = "no_consent"


def refuses(session: Session, person: PersonRow, now: datetime) -> Refusal | None:
    """Say beforehand why nothing could be sent to a person; the contact rule decides in the end."""
    address = session.get(AddressRow, person.address_id) if person.address_id else None
    if address is None or person.id is None:
        return Refusal.NO_ADDRESS
    if address.opted_out_at is not None:
        return Refusal.OPTED_OUT
    if not address.reachable:
        return Refusal.UNREACHABLE
    is_word = by_hand(wrote_at(session, person.id), now).value == "word"
    return Refusal.NO_CONSENT if is_word and address.consented_at is None else None


def write(
    session: Session,
    person: PersonRow,
    user: str,
    *,
    words: str,
    key: str,
    author: str,
    now: datetime,
    leaves_at: datetime | None = None,
) -> Refusal | None:
    """Write to a person as a human: who writes also holds the talk. Repeating a key writes nothing more.

    Args:
        key: of the form that was sent, so that pressing twice sends once.
        leaves_at: when it shall leave; ``None``: now.
    """
    assert person.id is not None
    if refusal := refuses(session, person, leaves_at or now):
        return refusal
    if not claim(session, person, user, author=author, now=now):
        return Refusal.HELD_BY_ANOTHER
    message = NewMessage(
        dedupe_key=f"hand:{person.ref}:{key}",
        person_id=person.id,
        text=words,
        purpose=by_hand(wrote_at(session, person.id), leaves_at or now),
        not_before=leaves_at,
    )
    outbox.enqueue(session, person.hub, message, now)
    return None


def unschedule(session: Session, person: PersonRow, ref: str, now: datetime) -> bool:
    """Take back words that have not left yet; ``False`` when it is too late."""
    row = session.exec(
        select(OutboxRow)
        .where(
            col(OutboxRow.hub) == person.hub,
            col(OutboxRow.person_id) == person.id,
            col(OutboxRow.ref) == ref,
            col(OutboxRow.purpose).in_(_BY_HAND),
            col(OutboxRow.status) == OutboxStatus.WAITING,
        )
        .with_for_update()
    ).one_or_none()
    if row is not None:
        row.status, row.reason, row.settled_at = OutboxStatus.DROPPED, "taken_back", now
        session.add(row)
    return row is not None
