"""Organisations as an operator enters and reads them from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any, Final

from bot.app import utc_now
from bot.commands.operate import find_person
from bot.commands.places import Desk
from bot.mistake import MistakeError
from flows import wording
from flows.answers.contact import read_contact
from flows.answers.context import AnswerContext
from flows.answers.outcome import Match
from flows.files.shape import did_you_mean
from flows.rules.organisations import (
    OrganisationKind,
    Policy,
    PolicyError,
    is_code,
    normal_code,
    read_policy,
)
from flows.rules.service_times import read_times
from storage import organisations
from storage.tables import OrganisationRow

_TRUTHS: Final = {"true": True, "yes": True, "false": False, "no": False}


def add(
    desk: Desk,
    kind: OrganisationKind,
    name: str,
    *,
    code: str,
    slack_team: str | None,
    contact: str,
    policy: Sequence[str],
) -> list[str]:
    """Enter an organisation.

    Raises:
        MistakeError: the code is short or taken, the policy unknown, or nobody could be asked.
    """
    wants = _policy(policy)
    if code and not is_code(normal_code(code)):
        raise MistakeError(f"--code {code}: write 6 letters and digits or more, with one digit at least: ACME42.")
    reached = _contact(contact)
    asks = kind is OrganisationKind.COLLEGE or wants.approve_members or wants.needs_manager
    if asks and not reached:
        raise MistakeError("--contact is missing: somebody there has to confirm. Write their phone or e-mail.")
    with desk.database.session() as session:
        if organisations.find(session, desk.hub.id, name) or (code and organisations.find(session, desk.hub.id, code)):
            raise MistakeError(f"There is an organisation of the name {name!r} or that code already.")
        row = organisations.add(
            session,
            desk.hub.id,
            kind=kind,
            name=name,
            code=code,
            slack_team=slack_team,
            contact=reached,
            policy=wants,
        )
        return [f"Added: {row.id} {row.name} ({row.kind}). Its people text this code when they are asked: {row.code}"]


def _policy(written: Sequence[str]) -> Policy:
    known = {one.name: str(one.type) for one in fields(Policy)}
    table: dict[str, Any] = {}
    for item in written:
        name, has_value, value = (part.strip() for part in item.partition("="))
        if name not in known:
            raise MistakeError(f"--policy {item}: {did_you_mean(name, sorted(known))}")
        if not has_value:
            raise MistakeError(f"--policy {item}: write {name}=VALUE.")
        table[name] = _value(known[name], value)
    if read_times(str(table.get("allowed_times", ""))) is None:
        raise MistakeError(
            f"--policy allowed_times: found {table['allowed_times']!r}; write days and times by the clock of the place, "
            'like "allowed_times=mon-fri 15:00-21:00, sat 8:00-18:00".'
        )
    try:
        return read_policy(table)
    except PolicyError as error:
        raise MistakeError(f"--policy {error}") from None


def _value(kind: str, text: str) -> Any:
    if kind == "bool":
        return _TRUTHS.get(text.lower(), text)
    if kind.startswith("int"):
        return int(text) if text.isdigit() else text
    return [part.strip() for part in text.split(",") if part.strip()] if kind.startswith("tuple") else text


def _contact(text: str) -> str:
    if not text:
        return ""
    read = read_contact(text, AnswerContext(language="en", today=utc_now().date()))
    if not isinstance(read, Match) or not isinstance(read.value, str):
        raise MistakeError(f"--contact {text}: that is neither a phone number with area code nor an e-mail address.")
    return read.value


def list_all(desk: Desk) -> list[str]:
    """Say which organisations there are, one a line."""
    with desk.database.reading() as session:
        return [
            f"{row.id} {row.name} ({row.kind}), code {row.code}: {_members(session, row)}"
            for row in organisations.list_all(session, desk.hub.id)
        ] or ["There are none yet: peoplepower organisations add."]


def show(desk: Desk, named: str) -> list[str]:
    """Say what an organisation wants."""
    with desk.database.reading() as session:
        row = _named(session, desk, named)
        policy = read_policy(row.policy)
        usual = Policy()
        wants = [
            f"{one.name} = {getattr(policy, one.name)}"
            for one in fields(Policy)
            if getattr(policy, one.name) != getattr(usual, one.name)
        ]
        return [
            f"{row.id} {row.name} ({row.kind})",
            f"code: {row.code}",
            f"slack workspace: {row.slack_team or '-'}",
            f"contact: {row.contact or '-'}",
            f"members: {_members(session, row)}",
            *(wants or ["policy: as usual"]),
        ]


def _members(session: Any, row: OrganisationRow) -> str:
    assert row.id is not None
    counts = organisations.count_members(session, row.id)
    return ", ".join(f"{number} {status}" for status, number in sorted(counts.items())) or "nobody yet"


def _named(session: Any, desk: Desk, named: str) -> OrganisationRow:
    row = organisations.find(session, desk.hub.id, named)
    if row is None:
        known = [one.name for one in organisations.list_all(session, desk.hub.id)]
        hint = did_you_mean(named, known) if known else "add one with peoplepower organisations add."
        raise MistakeError(f"There is no organisation {named!r}; {hint}")
    return row


def confirm(desk: Desk, named: str, who: str, *, hours: float | None, weekly: float | None, until: str | None) -> str:
    """Note that an organisation knows somebody, and what it pays for.

    Raises:
        MistakeError: there is no such person or organisation, or a part of the award is missing.
    """
    try:
        ends_on = date.fromisoformat(until) if until else None
    except ValueError:
        raise MistakeError(f"--until {until}: that is no day of the calendar. Write it like 2027-05-15.") from None
    now = utc_now()
    with desk.database.session() as session:
        row, person = _named(session, desk, named), find_person(session, desk.hub.id, who)
        is_college = row.kind == OrganisationKind.COLLEGE
        if is_college and (hours is None or weekly is None or ends_on is None):
            raise MistakeError("A work-study award needs --hours, --weekly and --until.")
        assert row.id is not None
        assert person.id is not None
        by = "coordinator:command"
        joined = organisations.join_by_hand(
            session, desk.hub.id, person_id=person.id, organisation_id=row.id, by=by, now=now
        )
        found = organisations.member(session, desk.hub.id, joined.id or 0, to_change=True)
        assert found is not None
        language = person.language or desk.hub.languages[0]
        values = {"hub": desk.hub.name, "organisation": row.name}
        minutes, most = round((hours or 0) * 60), round((weekly or 0) * 60)
        if is_college and ends_on:
            values |= {
                "hours": wording.say_minutes(minutes, language),
                "weekly": wording.say_minutes(most, language),
                "day": wording.say_date(ends_on, language),
            }
        key = "aid_office.confirmed_award" if is_college else "aid_office.confirmed_member"
        organisations.confirm(
            session,
            found,
            minutes=minutes if is_college else None,
            weekly_minutes=most if is_college else None,
            ends_on=ends_on if is_college else None,
            by=by,
            notice=desk.library.phrases.say(key, language, values),
            now=now,
        )
    return f"Noted: {row.name} knows {who}. They are told."
