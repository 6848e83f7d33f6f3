"""The page from which a person fetches all that is kept about them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.pages.desk import Desk
from bot.pages.page import File, Opened, Shown, Taken
from flows.rules.links import LinkPurpose
from storage import own_data


class MyDataPage:
    """Says what there is, and hands it out as JSON."""

    purpose = LinkPurpose.EXPORT
    code_phrase = "guardian.code"

    def show(self, desk: Desk, session: Any, link: Opened) -> Shown | None:
        """Say what there is, in numbers."""
        data = self._data(desk, session, link)
        if data is None:
            return None
        counts = {name: str(len(data[name])) for name in ("messages", "bookings", "hours")}
        return Shown(template="my_data.html", values=counts)

    def take(self, desk: Desk, session: Any, link: Opened, form: Mapping[str, str]) -> Shown | Taken | File | None:
        """Hand it out."""
        data = self._data(desk, session, link)
        if data is None:
            return None
        written = {"hub": desk.hub.name, "written_at": link.now.isoformat(), **data}
        content = json.dumps(written, ensure_ascii=False, indent=2).encode()
        return File(name="my-data.json", type="application/json", content=content)

    def _data(self, desk: Desk, session: Any, link: Opened) -> dict[str, Any] | None:
        return own_data.gather(session, desk.hub.id, link.person_id) if link.person_id is not None else None
