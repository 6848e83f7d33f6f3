"""Make and revoke service letters from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.app import utc_now
from bot.commands import places
from bot.commands.operate import find_person
from bot.letters import as_pdf, full_name, make_letter
from bot.mistake import MistakeError
from flows.rules.letters import shown_code
from flows.wording import say_minutes
from storage import letters

_BY = "coordinator:command"


def write_letter(
    config: Path, environ: Mapping[str, str], *, person: str, language: str | None, to: Path | None
) -> str:
    """Write a person's letter to a file; return a sentence about it.

    Raises:
        MistakeError: there is no such person, or no time of theirs is approved.
    """
    with places.open_desk(config, environ) as desk, desk.database.session() as session:
        found = find_person(session, desk.hub.id, person)
        letter = make_letter(session, desk.hub, found, by=_BY, now=utc_now())
        if letter is None:
            raise MistakeError(f"No time of {person} is approved yet, so there is nothing to write.")
        chosen = language or found.language or desk.hub.languages[0]
        path = to or Path(f"letter-{found.ref}.pdf")
        path.write_bytes(as_pdf(letter, chosen))
        total, code = say_minutes(letter.summary.total, "en"), shown_code(letter.row.code)
        return f"Written: {path} for {full_name(found)}, {total}. Code: {code}"


def revoke_letter(config: Path, environ: Mapping[str, str], code: str) -> str:
    """Let the letter with a code be genuine no more.

    Raises:
        MistakeError: no valid letter has it.
    """
    with places.open_desk(config, environ) as desk, desk.database.session() as session:
        row = letters.find_valid(session, desk.hub.id, code)
        if row is None:
            raise MistakeError(f"No valid letter has the code {code}.")
        letters.revoke(session, row, by=_BY, now=utc_now())
    return f"Revoked: {shown_code(row.code)}. Whoever checks it is told that it is not valid."
