"""Go on with whom somebody else's decision, or a birthday, has made one of us: told once, and asked what is asked first."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flows.draft import Draft, text_or_none
from flows.effects import SetTimer, TimerKind
from flows.messages import Purpose
from flows.rules.contact import next_open
from flows.walking import walk

#: What comes before training where the hub asks for more than that.
_VETTING: Final = "vetting"


def go_on(draft: Draft, kind: TimerKind) -> bool:
    """Say the news and ask the first question of the checks, in one message; ``False`` where it waits for the morning."""
    open_from = next_open(draft.now, zone=draft.zone, quiet_hours=draft.facts.hub.quiet_hours)
    if open_from > draft.now:
        draft.note("timer", kind=kind.value, why="waits for the morning")
        draft.effects.append(SetTimer(kind=kind, due_at=open_from, turn=draft.conversation.turn))
        return False
    draft.note("timer", kind=kind.value)
    draft.conversation = replace(draft.conversation, timed=True)  # what has fired is replaced or taken away
    draft.purpose = Purpose.NOTICE
    person = draft.facts.person
    asks = bool(draft.outstanding()) and person.reachable and not (person.held or person.opted_out or person.paused)
    told = "review." if kind is TimerKind.REVIEWED else "ward.agree_" if draft.is_minor else "of_age."
    given_name = text_or_none(draft.profile.get("given_name")) or ""
    draft.say_phrase(f"{told}checks" if asks else f"{told}eligible", given_name=given_name)
    if asks:
        walk.digress(draft, _VETTING, {})
    return True
