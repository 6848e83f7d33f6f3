"""Draft, confirm, pause and stop a broadcast, and say beforehand whom it would reach and whom not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, func, select, text

from flows.broadcast_text import PERSONAL, Text
from flows.facts import Hub, Json
from flows.rules.contact import BroadcastState
from storage import audit
from storage.operations.broadcasts import FIRST_NAME, SITE
from storage.operations.rows import write_json
from storage.recipients import LEFT_OUT, MAY_BE_WRITTEN_TO, MEANT, PEOPLE, Recipients
from storage.statements import POSTGRES, SQLITE, Value
from storage.store import OutboxStatus
from storage.tables import AddressRow, BroadcastRow, OutboxRow, PersonRow, SavedAudienceRow

#: What is written down about a broadcast in the trail of decisions.
_DECISION: Final = "broadcast"
#: States in which something may still leave.
ALIVE: Final = (BroadcastState.CONFIRMED, BroadcastState.SENDING, BroadcastState.PAUSED)


def ask(session: Session, sql: str, params: Mapping[str, Value]) -> list[Mapping[str, Any]]:
    """Read rows by a statement in the words of both databases."""
    session.flush()
    is_sqlite = session.connection().dialect.name == "sqlite"
    rendered = (SQLITE if is_sqlite else POSTGRES).render(sql)
    return [dict(row) for row in session.connection().execute(text(rendered), params).mappings()]


# --- beforehand -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People who are alike in what a broadcast's cost and hours depend on."""

    channel: str
    #: IANA zone; ``None`` when unknown.
    zone: str | None
    #: ``None`` when they have not chosen one.
    language: str | None
    people: int
    #: A postal code of theirs, all of one region; ``None`` when unknown.
    zip_code: str | None = None
    #: Of their phones, by ISO 3166.
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Whom a broadcast would reach and whom it would leave out."""

    groups: tuple[Group, ...]
    #: People left out by reason, each once; ``flows.reasons`` says them in words.
    left_out: Mapping[str, int]

    @property
    def people(self) -> int:
        """How many would be written to."""
        return sum(group.people for group in self.groups)

    @property
    def by_channel(self) -> Mapping[str, int]:
        """How many would be written to on each channel."""
        counts: dict[str, int] = {}
        for group in self.groups:
            counts[group.channel] = counts.get(group.channel, 0) + group.people
        return dict(sorted(counts.items()))


def preview(session: Session, hub: Hub, recipients: Recipients, now: datetime, *, cap: int | None = None) -> Preview:
    """Count whom a broadcast would reach now, and whom it would leave out and why; it is asked as it is sent.

    Args:
        cap: at most so many people, those who have been with us longest; the others are not counted as left out.
    """
    params = _params(hub, recipients, now, cap)
    return Preview(
        groups=tuple(Group(**row) for row in ask(session, _GROUPS, params)),
        left_out={row["reason"]: row["people"] for row in ask(session, _LEFT_OUT, params)},
    )


def _params(hub: Hub, recipients: Recipients, now: datetime, cap: int | None) -> dict[str, Value]:
    return {**recipients.params(hub.id, hub.contact, now), "cap": 2**31 if cap is None else cap}


#: The same as ``storage.operations.broadcasts`` writes, in the same order.
_REACHED: Final = f"""
    SELECT p.id, a.channel, a.country, p.zone, p.zip, p.language FROM {PEOPLE}
    WHERE {MEANT} AND {MAY_BE_WRITTEN_TO}
    ORDER BY p.id LIMIT :cap
"""  # noqa: S608 - a constant
_GROUPS: Final = f"""
    SELECT channel, zone, language, country, MIN(zip) AS zip_code, count(*) AS people FROM ({_REACHED}) AS reached
    GROUP BY channel, zone, language, country, substr(zip, 1, 3)
    ORDER BY channel, people DESC, zone, language, country, zip_code
"""  # noqa: S608 - a constant
_LEFT_OUT: Final = f"""
    SELECT reason, count(*) AS people FROM (
        SELECT {LEFT_OUT} AS reason FROM {PEOPLE} WHERE {MEANT} AND (a.id IS NULL OR NOT ({MAY_BE_WRITTEN_TO}))
    ) AS left_out
    GROUP BY reason ORDER BY reason
"""  # noqa: S608 - a constant


def count_recipients(
    session: Session, hub: Hub, recipients: Recipients, now: datetime, *, cap: int | None = None
) -> int:
    """Count whom a broadcast would reach now."""
    (row,) = ask(session, f"SELECT count(*) AS people FROM ({_REACHED}) AS r", _params(hub, recipients, now, cap))  # noqa: S608 - a constant
    return int(row["people"])


def list_recipients(
    session: Session, hub: Hub, recipients: Recipients, now: datetime, *, limit: int = 20
) -> Sequence[PersonRow]:
    """List some of those whom a broadcast would reach, those who have been with us longest first."""
    ids = [row["id"] for row in ask(session, _REACHED, _params(hub, recipients, now, limit))]
    return session.exec(select(PersonRow).where(col(PersonRow.id).in_(ids)).order_by(col(PersonRow.id))).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What some people's text messages would be filled with."""

    #: As they are written to: ``en`` where none was chosen.
    language: str
    first_name: str | None
    site: str | None
    people: int


def readings(
    session: Session, hub: Hub, recipients: Recipients, now: datetime, *, cap: int | None = None
) -> list[Reading]:
    """Count by text message what personal variables would be filled with, so that its cost can be told to the part."""
    return [Reading(**row) for row in ask(session, _READINGS, _params(hub, recipients, now, cap))]


_READINGS: Final = f"""
    SELECT language, first_name, site, count(*) AS people FROM (
        SELECT COALESCE(p.language, 'en') AS language, {FIRST_NAME} AS first_name, {SITE} AS site
        FROM person AS p WHERE p.id IN (SELECT id FROM ({_REACHED}) AS reached WHERE channel = 'sms')
    ) AS readings GROUP BY language, first_name, site
"""  # noqa: S608 - a constant


# --- decided ----------------------------------------------------------------------------------------------------------


def save_draft(
    session: Session,
    hub: Hub,
    *,
    recipients: Recipients,
    body: Mapping[str, str],
    author: str,
    now: datetime,
    name: str = "",
    expires_at: datetime | None = None,
    cap: int | None = None,
) -> BroadcastRow:
    """Keep what a coordinator is about to send; nothing leaves before it is confirmed.

    Args:
        body: text by language, as it was written, variables and all.
        author: who answers for it.
        expires_at: whom it has not reached by then does not get it.
        cap: at most so many people.
    """
    draft = BroadcastRow(
        hub=hub.id,
        name=name,
        author=author,
        recipients=recipients.to_json(),
        body=write_json({language: words for language, words in body.items() if words}),
        expires_at=expires_at,
        cap=cap,
        created_at=now,
    )
    session.add(draft)
    session.flush()
    return draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """It is sent from now on."""

    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherNumber:
    """It was not confirmed: this many people would be reached, not the number that was typed."""

    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDraft:
    """It was not confirmed: it is no draft any more, or its time is over."""

    status: BroadcastState


def confirm(
    session: Session,
    hub: Hub,
    broadcast: BroadcastRow,
    texts: Mapping[str, Text],
    *,
    typed: int | None,
    author: str,
    now: datetime,
) -> Confirmed | OtherNumber | NoDraft:
    """Let a draft be sent, when the number that was typed is the number of people; the clock then writes the outbox.

    Args:
        texts: what was read of the body, by language.
        typed: ``None``: whoever confirms was not asked for it.

    Raises:
        ValueError: when there is no English text.
    """
    if "en" not in texts:
        raise ValueError("A broadcast needs an English text: it is what people without a translation receive.")
    session.flush()  # else what was changed a moment ago would be read over
    session.refresh(broadcast, with_for_update=True)
    if broadcast.status != BroadcastState.DRAFT or (broadcast.expires_at is not None and broadcast.expires_at <= now):
        return NoDraft(status=BroadcastState(broadcast.status))
    recipients = Recipients.from_json(broadcast.recipients)
    people = count_recipients(session, hub, recipients, now, cap=broadcast.cap)
    if typed is not None and typed != people:
        return OtherNumber(people=people)
    broadcast.body = write_json({language: told.body for language, told in texts.items()})
    broadcast.first_name_else, broadcast.site_else = (_instead(texts, name) for name in PERSONAL)
    broadcast.up_to_person_id = session.exec(
        select(func.coalesce(func.max(PersonRow.id), 0)).where(col(PersonRow.hub) == hub.id)
    ).one()
    broadcast.total, broadcast.status, broadcast.is_open = people, BroadcastState.CONFIRMED.value, True
    broadcast.confirmed_at, broadcast.code_hash = now, None
    _note(session, broadcast, "confirmed", author=author, now=now)
    return Confirmed(people=people)


def _instead(texts: Mapping[str, Text], name: str) -> str:
    return write_json({language: told.instead[name] for language, told in texts.items() if name in told.instead})


def pause(session: Session, hub: str, ref: str, *, author: str, now: datetime) -> bool:
    """Let nothing more of a broadcast leave for the time being; ``False`` when there is nothing to pause."""
    return _set(session, hub, ref, BroadcastState.PAUSED, _GOING, author=author, now=now)


def resume(session: Session, hub: str, ref: str, *, author: str, now: datetime) -> bool:
    """Let a paused broadcast go on; whatever has expired meanwhile does not leave."""
    return _set(session, hub, ref, BroadcastState.SENDING, (BroadcastState.PAUSED,), author=author, now=now)


def stop(session: Session, hub: str, ref: str, *, author: str, now: datetime) -> bool:
    """Let nothing more of a broadcast leave, ever; what has left cannot be taken back."""
    return _set(session, hub, ref, BroadcastState.STOPPED, ALIVE, author=author, now=now)


_GOING: Final = (BroadcastState.CONFIRMED, BroadcastState.SENDING)


def _set(
    session: Session,
    hub: str,
    ref: str,
    state: BroadcastState,
    before: Sequence[BroadcastState],
    *,
    author: str,
    now: datetime,
) -> bool:
    query = select(BroadcastRow).where(col(BroadcastRow.hub) == hub, col(BroadcastRow.ref) == ref)
    broadcast = session.exec(query.with_for_update()).one_or_none()
    if broadcast is None or broadcast.status not in before:
        return False
    broadcast.status, broadcast.is_open = state.value, True
    if state is BroadcastState.STOPPED:
        broadcast.ended_at = now
    _note(session, broadcast, state.value, author=author, now=now)
    return True


def _note(session: Session, broadcast: BroadcastRow, what: str, *, author: str, now: datetime) -> None:
    detail: dict[str, Json] = {"broadcast": broadcast.ref, "decided": what, "people": broadcast.total}
    audit.note(session, broadcast.hub, person_ref=None, author=author, what=_DECISION, detail=detail, now=now)


def drop_draft(session: Session, broadcast: BroadcastRow) -> bool:
    """Throw a draft away; ``False`` when it is none any more."""
    if broadcast.status != BroadcastState.DRAFT:
        return False
    session.delete(broadcast)
    return True


# --- found again ------------------------------------------------------------------------------------------------------


def find(session: Session, hub: str, ref: str) -> BroadcastRow | None:
    """Find a broadcast by its reference."""
    return session.exec(
        select(BroadcastRow).where(col(BroadcastRow.hub) == hub, col(BroadcastRow.ref) == ref)
    ).one_or_none()


def list_broadcasts(session: Session, hub: str, *, limit: int = 50) -> Sequence[BroadcastRow]:
    """List broadcasts, latest first."""
    query = select(BroadcastRow).where(col(BroadcastRow.hub) == hub).order_by(col(BroadcastRow.id).desc())
    return session.exec(query.limit(limit)).all()


def texts_of(broadcast: BroadcastRow) -> Mapping[str, str]:
    """Return the text by language: of a draft as it was written, else as it is sent."""
    body: dict[str, str] = json.loads(broadcast.body)
    return body


def progress(session: Session, broadcast: BroadcastRow) -> dict[OutboxStatus, int]:
    """Count a broadcast's messages by how far they have come."""
    counts = session.exec(
        select(OutboxRow.status, func.count())
        .where(col(OutboxRow.broadcast_id) == broadcast.id)
        .group_by(col(OutboxRow.status))
    ).all()
    return {OutboxStatus(status): number for status, number in sorted(counts)}


# --- saved audiences --------------------------------------------------------------------------------------------------


def save_audience(
    session: Session, hub: str, name: str, recipients: Recipients, *, author: str, now: datetime
) -> SavedAudienceRow:
    """Keep a filter under a name; the same name again replaces it."""
    row = find_audience(session, hub, name) or SavedAudienceRow(
        hub=hub, name=name.strip(), recipients="", author=author, created_at=now
    )
    row.recipients, row.author = recipients.to_json(), author
    session.add(row)
    session.flush()
    return row


def find_audience(session: Session, hub: str, name: str) -> SavedAudienceRow | None:
    """Find a filter by its name."""
    query = select(SavedAudienceRow).where(col(SavedAudienceRow.hub) == hub, col(SavedAudienceRow.name) == name.strip())
    return session.exec(query).one_or_none()


def list_audiences(session: Session, hub: str) -> Sequence[SavedAudienceRow]:
    """List the filters that were kept, by name."""
    query = select(SavedAudienceRow).where(col(SavedAudienceRow.hub) == hub)
    return session.exec(query.order_by(col(SavedAudienceRow.name))).all()


def drop_audience(session: Session, hub: str, name: str) -> bool:
    """Forget a filter; broadcasts that used it keep their own copy."""
    row = find_audience(session, hub, name)
    if row is None:
        return False
    session.delete(row)
    return True


def may_be_tested(session: Session, person: PersonRow) -> bool:
    """Tell whether a test may be sent to somebody: they have agreed to be written to, and still do."""
    address = session.get(AddressRow, person.address_id) if person.address_id is not None else None
    return address is not None and address.consented_at is not None and address.opted_out_at is None
