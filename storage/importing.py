"""Store what was brought in, all of it in the caller's one transaction, a statement for many rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import insert, text
from sqlmodel import Session, SQLModel, col, select

from flows.facts import Json
from flows.messages import Address
from flows.rules.countries import country_of
from storage import audit
from storage.incoming import GIVEN_ELSEWHERE, Contact, IncomingOptOut, IncomingPerson, Stored
from storage.keying import KEY, keyed_hash
from storage.operations import addresses, suppressions
from storage.operations.people import TEXT_COLUMNS
from storage.operations.rows import write_json
from storage.operations.scope import Scope
from storage.performing import perform
from storage.tables import AddressRow, ConsentRow, PersonRow, SuppressionRow, new_ref, to_micros

#: Values in one statement: SQLite before 3.32 takes 999.
_AT_ONCE: Final = 500
_WRITE_TO: Final = """
    UPDATE person SET address_id = (SELECT a.id FROM address AS a WHERE a.person_id = person.id)
    WHERE hub = :hub AND address_id IS NULL AND id >= :first
"""
#: What the purpose of evidence is that covers every message.
_EVERYTHING: Final = "all"

T = TypeVar("T")


def add_people(
    session: Session,
    hub: str,
    accounts: Mapping[str, str],
    people: Sequence[IncomingPerson],
    *,
    author: str,
    now: datetime,
    dry_run: bool = False,
) -> Stored:
    """Bring people in whose addresses nobody has; whoever is known stays as they are, but for an opt-out.

    Args:
        accounts: our side of each channel.
        author: who brings them in, for the trail: ``coordinator``, ``api:NAME``.
        dry_run: only say what would happen.
    """
    contacts = [person.contact for person in people]
    known, suppressed = _known(session, hub, contacts), _suppressed(session, hub, contacts)
    new = [p for p in people if p.contact not in known and p.contact not in suppressed]
    leaving = [known[p.contact] for p in people if p.opted_out and p.contact in known]
    closing = [row for row in leaving if row.opted_out_at is None]
    stored = Stored(
        added=len(new),
        known=sum(p.contact in known for p in people),
        suppressed=sum(p.contact in suppressed and p.contact not in known for p in people),
        closed=len(closing) + sum(p.opted_out for p in new),
        silent=sum(not p.consent_source for p in new),
    )
    if dry_run:
        return stored
    _close(session, closing, "import", now)
    if new:
        _insert(session, hub, accounts, new, now)
    _note(session, hub, "people", stored, author, now)
    return stored


def _insert(
    session: Session, hub: str, accounts: Mapping[str, str], new: Sequence[IncomingPerson], now: datetime
) -> None:
    refs = [new_ref() for _ in new]
    _insert_rows(session, PersonRow, [_person(hub, ref, one, now) for ref, one in zip(refs, new, strict=True)])
    ids = _ids_of(session, hub, refs)
    _insert_rows(
        session,
        AddressRow,
        [_address(hub, accounts, ids[ref], one, now) for ref, one in zip(refs, new, strict=True)],
    )
    session.connection().execute(text(_WRITE_TO), {"hub": hub, "first": min(ids.values())})
    evidence = [(ids[ref], one) for ref, one in zip(refs, new, strict=True) if one.consent_source or one.opted_out]
    at = _addresses_of(session, [person_id for person_id, _ in evidence])
    _insert_rows(session, ConsentRow, [row for id_, one in evidence for row in _evidence(hub, at[id_], one, now)])


def _person(hub: str, ref: str, one: IncomingPerson, now: datetime) -> dict[str, Any]:
    facts: dict[str, Json] = {name: value for name, value in one.facts.items() if value is not None}
    columns: dict[str, Any] = {name: facts.get(name) for name in TEXT_COLUMNS}
    born = facts.get("birth_date")
    return {
        **columns,
        "hub": hub,
        "ref": ref,
        "stage": one.stage.value,
        "birth_date": date.fromisoformat(str(born)) if born else None,
        "answers": write_json(facts),
        "created_at": now,
        "changed_at": now,
    }


def _address(
    hub: str, accounts: Mapping[str, str], person_id: int, one: IncomingPerson, now: datetime
) -> dict[str, Any]:
    return {
        "hub": hub,
        "channel": one.contact.channel,
        "account": accounts[one.contact.channel],
        "user": one.contact.user,
        "person_id": person_id,
        "reachable": True,
        "country": country_of(one.contact.channel, one.contact.user),
        "consented_at": (one.consented_at or now) if one.consent_source else None,
        "opted_out_at": now if one.opted_out else None,
        "created_at": now,
    }


def _evidence(hub: str, address_id: int, one: IncomingPerson, now: datetime) -> Iterator[dict[str, Any]]:
    row = {"hub": hub, "address_id": address_id}
    if one.consent_source:
        wording = GIVEN_ELSEWHERE + one.consent_source
        yield {**row, "purpose": "messages", "granted": True, "wording": wording, "at": one.consented_at or now}
    if one.opted_out:
        yield {**row, "purpose": _EVERYTHING, "granted": False, "wording": "import", "at": now}


# --- opt-outs ---------------------------------------------------------------------------------------------------------


def add_opt_outs(
    session: Session,
    hub: str,
    accounts: Mapping[str, str],
    opt_outs: Sequence[IncomingOptOut],
    *,
    author: str,
    now: datetime,
    dry_run: bool = False,
) -> Stored:
    """Close addresses; of those that nobody here has, a keyed hash is kept, so that they are not brought in later.

    Nothing here ever opens an address again.
    """
    known = _known(session, hub, [one.contact for one in opt_outs])
    suppressed = _suppressed(session, hub, [one.contact for one in opt_outs])
    closing = [(known[one.contact], one) for one in opt_outs if one.contact in known]
    closing = [(row, one) for row, one in closing if row.opted_out_at is None]
    unknown = [one for one in opt_outs if one.contact not in known]
    new = [one for one in unknown if one.contact not in suppressed]
    stored = Stored(
        added=len(new), known=len(opt_outs) - len(new) - len(closing), closed=len(closing), suppressed=len(new)
    )
    if dry_run:
        return stored
    for row, one in closing:
        _close(session, [row], f"import: {one.source}" if one.source else "import", one.at or now)
    for one in new:
        address = Address(channel=one.contact.channel, account=accounts[one.contact.channel], user=one.contact.user)
        perform(session, suppressions.keep(hub, address, to_micros(now)))
    _note(session, hub, "optouts", stored, author, now)
    return stored


def _close(session: Session, rows: Sequence[AddressRow], cause: str, now: datetime) -> None:
    scopes = [
        Scope(hub=row.hub, person_id=row.person_id, address_id=row.id or 0, now=to_micros(now))
        for row in rows  # read before: an operation lets go of all rows
    ]
    for scope in scopes:
        perform(session, addresses.opt_out(scope, cause=cause))


# --- what is known ----------------------------------------------------------------------------------------------------


def _known(session: Session, hub: str, contacts: Sequence[Contact]) -> dict[Contact, AddressRow]:
    """Find the addresses that somebody has, whichever account of ours writes to them."""
    found: dict[Contact, AddressRow] = {}
    for some in chunks(sorted({contact.user for contact in contacts})):
        query = select(AddressRow).where(col(AddressRow.hub) == hub, col(AddressRow.user).in_(some))
        for row in session.exec(query.order_by(col(AddressRow.id))):
            found[Contact(channel=row.channel, user=row.user)] = row
    for row in found.values():
        session.expunge(row)
    return found


def _suppressed(session: Session, hub: str, contacts: Sequence[Contact]) -> frozenset[Contact]:
    key = session.info.get(KEY, "")
    hashes = {keyed_hash(key, suppressions.hashed(hub, one.channel, one.user)): one for one in contacts}
    held = set()
    for some in chunks(sorted(hashes)):
        held |= set(
            session.exec(
                select(col(SuppressionRow.address_hash)).where(
                    col(SuppressionRow.hub) == hub, col(SuppressionRow.address_hash).in_(some)
                )
            ).all()
        )
    return frozenset(hashes[one] for one in held)


def _ids_of(session: Session, hub: str, refs: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in chunks(refs):
        query = select(PersonRow.ref, PersonRow.id).where(col(PersonRow.hub) == hub, col(PersonRow.ref).in_(some))
        found |= {ref: id_ for ref, id_ in session.exec(query) if id_ is not None}
    return found


def _addresses_of(session: Session, people: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for some in chunks(people):
        query = select(AddressRow.person_id, AddressRow.id).where(col(AddressRow.person_id).in_(some))
        found |= {person: id_ for person, id_ in session.exec(query) if id_ is not None}
    return found


def _insert_rows(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.connection().execute(insert(table), list(rows))


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut values into as many as one statement takes."""
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def _note(session: Session, hub: str, kind: str, stored: Stored, author: str, now: datetime) -> None:
    detail: dict[str, Json] = {"kind": kind, "added": stored.added, "closed": stored.closed}
    audit.note(session, hub, person_ref=None, author=author, what="import", detail=detail, now=now)
