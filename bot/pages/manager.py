"""The page on which a manager approves shifts on paid volunteer time, or not: one, or all that were asked about at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.pages.desk import Desk
from bot.pages.page import Opened, Shown, Taken
from bot.ticks.organisations import notice_to
from flows import wording
from flows.rules.links import LinkPurpose
from storage import approvals
from storage.approvals import Held

_BY: Final = f"link:{LinkPurpose.MANAGER.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One place in words: its day and length, never the school or anything else about the person."""

    ref: str
    when: str
    length: str
    #: Empty once it is approved.
    until: str


class ManagerPage:
    """Shows whose places wait, and lets each of them be decided, or all at once."""

    purpose = LinkPurpose.MANAGER
    code_phrase = "guardian.code"

    def show(self, desk: Desk, session: Any, link: Opened) -> Shown | None:
        """Show what there is to approve, or that it is approved."""
        live = _live(desk, session, link)
        if not live:
            return Shown(template="manager.html", values={"places": ()})
        values = {
            "name": " ".join(filter(None, (live[0].given_name, live[0].family_name))),
            "organisation": live[0].organisation,
            "places": tuple(_place(held, link) for held in live),
            "waiting": sum(held.held_until is not None for held in live),
        }
        return Shown(template="manager.html", values=values)

    def take(self, desk: Desk, session: Any, link: Opened, form: Mapping[str, str]) -> Shown | Taken | None:
        """Let one place stand, or all of them, or give them back; what was decided stays so."""
        one = form.get("place")
        waiting = [
            held for held in _live(desk, session, link) if held.held_until and (one is None or held.booking == one)
        ]
        outcome = {"yes": "approved", "no": "declined"}.get(form.get("decision", ""))
        if outcome:
            _decide(desk, session, link, waiting, outcome)
        return Taken()


def _live(desk: Desk, session: Any, link: Opened) -> list[Held]:
    return [held for held in approvals.asked_about(session, desk.hub.id, link.subject) if held.is_live]


def _decide(desk: Desk, session: Any, link: Opened, waiting: list[Held], outcome: str) -> None:
    """Decide about some places, of which the person is told in one message."""
    for nth, held in enumerate(waiting):
        notice = "" if nth else notice_to(held, outcome, desk.hub, desk.library, count=len(waiting))
        if outcome == "approved":
            approvals.approve(session, desk.hub.id, held, by=_BY, notice=notice, now=link.now)
        else:
            approvals.turn_down(session, desk.hub.id, held, outcome=outcome, by=_BY, notice=notice, now=link.now)


def _place(held: Held, link: Opened) -> _Place:
    until = held.held_until and held.held_until.astimezone(held.slot.starts_at.tzinfo)
    return _Place(
        ref=held.booking,
        when=wording.say_when(held.slot.starts_at, zone=None, language=link.language),
        length=wording.say_minutes(held.slot.minutes, link.language),
        until=wording.say_when(until, zone=None, language=link.language) if until else "",
    )
