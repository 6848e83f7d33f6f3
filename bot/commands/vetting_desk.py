"""What an operator does about requirements and the trail of decisions from the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from bot import vetting
from bot.app import utc_now
from bot.commands.operate import find_person
from bot.commands.places import Desk, open_desk, site_named
from bot.mistake import MistakeError
from bot.shelf import read_current
from flows.files.shape import did_you_mean
from flows.rules.references import KIND
from flows.rules.requirements import Requirement, State, Status
from storage import audit, referees, requirements
from storage.audit import Head
from storage.tables import RefereeRow

#: What a coordinator can say of a requirement; the others follow by themselves.
_DECIDES: Final = (Status.MET, Status.REFUSED, Status.PENDING)
_STATES: Final[Mapping[State, str]] = {
    State.MET: "met",
    State.MISSING: "missing",
    State.REFUSED: "refused",
    State.EXPIRED: "does not hold any more",
    State.UNNEEDED: "not asked",
}
_HEAD: Final = re.compile(r"(\d{1,12}):([0-9a-f]{64})")


# --- requirements -----------------------------------------------------------------------------------------------------


@contextmanager
def open_vetting(path: Path, environ: Mapping[str, str]) -> Iterator[Desk]:
    """Open the database with the files that the hub has published, and write down what these and the settings ask."""
    with open_desk(path, environ) as desk:
        _, library = read_current(desk.database, desk.hub, utc_now())
        yield replace(desk, library=library)


def list_requirements(desk: Desk, person: str) -> list[str]:
    """Say what somebody has to bring, and what they have.

    Raises:
        MistakeError: there is no such person.
    """
    now = utc_now()
    today = now.astimezone(ZoneInfo(desk.hub.zone)).date()
    with desk.database.reading() as session:
        found = find_person(session, desk.hub.id, person)
        standing = requirements.standing(session, found, on=today)
        named = [_reference_line(one) for one in referees.list_of(session, found)]
    lines = [f"Stage: {found.stage}. As of {today}:"]
    for finding in standing.findings:
        lines.append(f"  {finding.kind}: {_STATES[finding.state]}")
        lines += [
            f"    {row.nth}: {row.status}"
            + (f", from {row.valid_from}" if row.valid_from else "")
            + (f" to {row.valid_until}" if row.valid_until else "")
            + (f", number {row.reference}" if row.reference else "")
            + (f", by {row.decided_by}" if row.decided_by else "")
            for row in standing.rows
            if row.kind == finding.kind
        ]
        lines += [f"    {line}" for line in named if finding.kind == KIND]
    return lines


def _reference_line(one: RefereeRow) -> str:
    """Say what a reference answered; what it means a coordinator decides."""
    said = f"{one.nth}: {one.name or 'erased'}, {one.status} {one.answered_at or one.asked_at:%Y-%m-%d}"
    if one.recommends is None:
        return said
    recommends = "recommends" if one.recommends else "does NOT recommend"
    return f"{said}, knows them from {one.how_known}, {recommends}" + (f': "{one.comment}"' if one.comment else "")


def set_requirement(
    desk: Desk,
    person: str,
    kind: str,
    status: str,
    *,
    nth: int,
    since: str | None,
    reference: str,
    by: str,
) -> str:
    """Note what became of a requirement, and return what follows from it.

    Raises:
        MistakeError: there is no such person or requirement, or a value is wrong.
    """
    now = utc_now()
    requirement = _requirement(desk, kind)
    if status not in [one.value for one in _DECIDES]:
        raise MistakeError(f"{status!r} is no outcome; write one of {', '.join(one.value for one in _DECIDES)}.")
    if not 1 <= nth <= requirement.need.many:
        raise MistakeError(f"There are {requirement.need.many} of {kind}; --nth {nth} is none of them.")
    if len(reference) > 40 or re.search(r"\b\d{3}-?\d{2}-?\d{4}\b", reference):
        raise MistakeError("--reference is the office's number of the case: 40 characters at most, and never an SSN.")
    with desk.database.reading() as session:
        found = find_person(session, desk.hub.id, person)
    outcome = vetting.decide(
        desk.database,
        desk.hub,
        desk.library,
        person_ref=found.ref,
        requirement=requirement,
        status=Status(status),
        author=f"coordinator:{by}",
        nth=nth,
        reference=reference,
        valid_from=_read_day(since, now, desk) if since else None,
        now=now,
    )
    said = [f"Noted. Stage: {outcome.stage.value}."]
    if outcome.freed:
        said.append(f"{outcome.freed} of their shifts were given back; they are told.")
    said.append(f"Still missing: {', '.join(outcome.outstanding)}." if outcome.outstanding else "Nothing is missing.")
    return " ".join(said)


def _requirement(desk: Desk, kind: str) -> Requirement:
    if kind not in desk.library.requirements:
        raise MistakeError(f"There is no requirement {kind!r}; {did_you_mean(kind, list(desk.library.requirements))}.")
    return desk.library.requirements[kind]


def _read_day(text: str, now: datetime, desk: Desk) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise MistakeError(f"--from {text}: write a day like 2026-11-21.") from None
    if day > now.astimezone(ZoneInfo(desk.hub.zone)).date():
        raise MistakeError(f"--from {text}: that day has not come; note it when it has.")
    return day


def need_at_site(desk: Desk, kind: str, site: str, *, needed: bool, months: int | None, by: str) -> str:
    """Say what one site asks, whatever the hub asks elsewhere; seats that it no longer allows are given back.

    Raises:
        MistakeError: there is no such site or requirement, or the consent of guardians would be dropped.
    """
    requirement = _requirement(desk, kind)
    if requirement.need.needed and not needed:
        raise MistakeError(f"{kind} is asked everywhere, by law or by the hub; no site can do without.")
    if months is not None and months < 1:
        raise MistakeError(f"--months {months}: write a whole number of months, at least 1.")
    now = utc_now()
    with desk.database.session() as session:
        row = site_named(session, desk.hub, site)
        requirements.set_site(session, row, kind, needed=needed, months=months, author=f"coordinator:{by}", now=now)
        name = row.name
    freed = vetting.free_lacking(desk.database, desk.hub, desk.library, now)
    said = f"{name} asks for {kind}" if needed else f"{name} does not ask for {kind}"
    held = f", which holds {months} months there" if needed and months else ""
    return f"{said}{held}." + (f" {freed} places were given back; whoever had them is told." if freed else "")


# --- the trail --------------------------------------------------------------------------------------------------------


def show_trail(desk: Desk, person: str) -> list[str]:
    """List what was decided about somebody, by whom and when.

    Raises:
        MistakeError: there is no such person.
    """
    with desk.database.reading() as session:
        found = find_person(session, desk.hub.id, person)
        noted = audit.tell(session, found)
    return [
        f"{one.at:%Y-%m-%d %H:%M:%S} UTC  {one.author}  {one.what}  "
        + " ".join(f"{key}={value}" for key, value in one.detail.items() if value is not None)
        + (f"  (entry {one.seal_no})" if one.seal_no else "  (not sealed yet)")
        for one in noted
    ] or ["Nothing was decided about them."]


def verify_trail(desk: Desk, noted: str | None) -> Sequence[str]:
    """Walk the chain and say where it ends.

    Args:
        noted: an end that was written down before, ``NUMBER:SEAL``.

    Raises:
        MistakeError: the chain is broken; the message names the first entry.
    """
    head = _read_head(noted) if noted else None
    with desk.database.reading() as session:
        verified = audit.verify(session, desk.hub.id, noted=head)
    if verified.fault:
        raise MistakeError(f"The trail does not hold: {verified.fault}. It holds up to {verified.head}.")
    lines = [f"The trail holds: {verified.head.seal_no} entries, none changed, removed or put in."]
    if verified.unsealed:
        lines.append(f"{verified.unsealed} more wait to be sealed by the running process.")
    return [*lines, f"Note this end elsewhere, and give it with --noted next time: {verified.head}"]


def _read_head(noted: str) -> Head:
    found = _HEAD.fullmatch(noted.strip())
    if found is None:
        raise MistakeError(f"--noted {noted}: write it as it was shown, a number, a colon and 64 letters and digits.")
    return Head(seal_no=int(found[1]), seal=found[2])
