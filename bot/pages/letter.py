"""The page from which a person fetches their own service letter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.letters import as_pdf, full_name, lines_of, make_letter
from bot.pages.desk import Desk
from bot.pages.page import File, Opened, Shown, Taken
from flows.rules.links import LinkPurpose
from storage import letters, people

_BY: Final = "person"


class LetterPage:
    """Shows what the letter says, and hands it out."""

    purpose = LinkPurpose.LETTER
    code_phrase = "guardian.code"

    def show(self, desk: Desk, session: Any, link: Opened) -> Shown | None:
        """Show the sums."""
        person = people.get(session, desk.hub.id, link.person_id)
        if person is None:
            return None
        summary, _ = letters.summary_of(session, person, desk.hub.zone)
        lines = lines_of(summary, link.language) if summary else []
        return Shown(template="letter.html", values={"name": full_name(person), "lines": lines})

    def take(self, desk: Desk, session: Any, link: Opened, form: Mapping[str, str]) -> Shown | Taken | File | None:
        """Make the letter."""
        person = people.get(session, desk.hub.id, link.person_id)
        letter = make_letter(session, desk.hub, person, by=_BY, now=link.now) if person else None
        if letter is None:
            return self.show(desk, session, link)
        return File(name="letter.pdf", type="application/pdf", content=as_pdf(letter, link.language))
