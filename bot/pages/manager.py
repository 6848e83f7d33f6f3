"""The page on which a manager approves a shift on paid volunteer time, or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.pages.desk import Desk
from bot.pages.page import Opened, Shown, Taken
from bot.ticks.organisations import notice_to
from flows import wording
from flows.rules.links import LinkPurpose
from storage import approvals

_BY: Final = f"link:{LinkPurpose.MANAGER.value}"


class ManagerPage:
    """Shows name, day and length of the shift, never the school or anything else about the person."""

    purpose = LinkPurpose.MANAGER
    code_phrase = "guardian.code"

    def show(self, desk: Desk, session: Any, link: Opened) -> Shown | None:
        """Show what there is to approve, or that it is approved."""
        held = approvals.held(session, desk.hub.id, int(link.subject))
        if held is None or not held.is_live:
            return Shown(template="manager.html", values={"state": "released"})
        values = {
            "state": "held" if held.held_until else "approved",
            "name": " ".join(filter(None, (held.given_name, held.family_name))),
            "organisation": held.organisation,
            "when": wording.say_when(held.slot.starts_at, zone=None, language=link.language),
            "length": wording.say_minutes(held.slot.minutes, link.language),
            "until": wording.say_when(
                held.held_until.astimezone(held.slot.starts_at.tzinfo), zone=None, language=link.language
            )
            if held.held_until
            else "",
        }
        return Shown(template="manager.html", values=values)

    def take(self, desk: Desk, session: Any, link: Opened, form: Mapping[str, str]) -> Shown | Taken | None:
        """Let the place stand, or give it back; what was decided stays so."""
        held = approvals.held(session, desk.hub.id, int(link.subject))
        decision = form.get("decision")
        if held and decision == "yes":
            notice = notice_to(held, "manager.approved", desk.hub, desk.library)
            approvals.approve(session, desk.hub.id, held, by=_BY, notice=notice, now=link.now)
        if held and decision == "no":
            notice = notice_to(held, "manager.declined", desk.hub, desk.library)
            approvals.turn_down(session, desk.hub.id, held, outcome="declined", by=_BY, notice=notice, now=link.now)
        return Taken()
