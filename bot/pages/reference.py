"""The page on which a reference says how they know somebody, and whether they recommend them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.pages.desk import Desk
from bot.pages.page import Opened, Shown, Taken
from flows.rules.links import LinkPurpose
from flows.rules.references import HOW_KNOWN, MAX_COMMENT, Reference, read_reference
from storage import referees
from storage.tables import PersonRow, RefereeRow


class ReferencePage:
    """Shows two questions and the first name of whom they are about; what was answered is not shown again."""

    purpose = LinkPurpose.REFERENCE
    code_phrase = "guardian.code"

    def show(self, desk: Desk, session: Any, link: Opened) -> Shown | None:
        """Show the questions, or thanks."""
        found = referees.find(session, desk.hub.id, link.subject)
        return _shown(*found) if found else None

    def take(self, desk: Desk, session: Any, link: Opened, form: Mapping[str, str]) -> Shown | Taken | None:
        """Keep the answer; the first one stays."""
        found = referees.find(session, desk.hub.id, link.subject)
        if found is None:
            return None
        read = read_reference(form)
        if not isinstance(read, Reference):
            return _shown(*found, form=form, wrong=read)
        referees.answer(session, desk.hub.id, link.subject, read, link.now)
        return Taken()


def _shown(
    row: RefereeRow, person: PersonRow, *, form: Mapping[str, str] | None = None, wrong: tuple[str, ...] = ()
) -> Shown:
    values = {
        "name": person.given_name or "-",
        "answered": row.status == "answered",
        "ways": HOW_KNOWN,
        "max_comment": MAX_COMMENT,
        "form": form or {},
        "wrong": wrong,
    }
    return Shown(template="reference.html", values=values)
