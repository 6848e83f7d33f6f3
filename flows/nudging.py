"""Look after people who do not answer: ask once more, and again, then leave them alone; greet whoever comes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flows.conversation import Conversation
from flows.draft import Draft
from flows.effects import ClearTimer, Forget, SetTimer, TimerKind
from flows.effects.learned import learned
from flows.events import TimerDue
from flows.facts import Person
from flows.messages import Purpose
from flows.model import Silence
from flows.rules.contact import next_open
from flows.turns import is_worn_out

#: Reasons of a task by which somebody has asked for a human: while one is open, they wait for us and not we for them.
ASKED_FOR_HUMAN: Final = frozenset({"asked_for_a_person", "call_me", "delete_data", "question"})
#: Whoever writes after this long is greeted, unless what they write is the answer.
_AWAY_S: Final = 86_400


# --- when somebody is looked at again ---------------------------------------------------------------------------------


def set_timer(draft: Draft) -> None:
    """Say when this conversation is looked at again, if a question waits and the person may be written to."""
    if any(isinstance(effect, Forget) for effect in draft.effects):
        return  # the timer goes with everything else
    talk = draft.conversation
    timer = _next_timer(draft, learned(draft.facts.person, draft.effects))
    if timer:
        draft.effects.append(timer)
    elif talk.timed and not any(isinstance(one, SetTimer) for one in draft.effects):
        draft.effects.append(ClearTimer())
    if talk.timed is not (timer is not None):
        draft.conversation = replace(talk, timed=timer is not None)


def _next_timer(draft: Draft, person: Person) -> SetTimer | None:
    talk = draft.conversation
    silence = next(_silences(draft), None) if _waits(draft) else None
    if silence is None or talk.closed or is_worn_out(talk):
        return None
    if person.opted_out or person.paused or not person.reachable:
        return None
    if person.consented and talk.nudged < len(silence.nudges):
        nudge = silence.nudges[talk.nudged]
        return SetTimer(kind=TimerKind.NUDGE, due_at=_due_at(draft, nudge.days, nudge.at), turn=talk.turn)
    return SetTimer(kind=TimerKind.CLOSE, due_at=_due_at(draft, silence.close_after_days, None), turn=talk.turn)


def _waits(draft: Draft) -> bool:
    frame = draft.conversation.frame
    step = draft.flow(frame).steps.get(frame.step) if frame else None
    return bool(step and step.ask) or (frame is not None and not frame.step)


def _silences(draft: Draft) -> Iterator[Silence]:
    """Yield the settings of the flow under way, then those of its callers."""
    for frame in reversed(draft.conversation.stack):
        if silence := draft.flow(frame).silence:
            yield silence


def _due_at(draft: Draft, days: int, at: time | None) -> datetime:
    """Count days by the calendar where the person is; a night, or a day that has passed, moves it on.

    Args:
        at: time of day; ``None`` takes that at which they last wrote.
    """
    zone = ZoneInfo(draft.zone or draft.facts.hub.zone)
    heard = datetime.fromtimestamp(draft.conversation.heard_at, zone)
    day = heard.date() + timedelta(days=days)
    if draft.nudging:  # late, as after an outage: still never two on one day
        day = max(day, draft.now.astimezone(zone).date() + timedelta(days=1))
    due_at = datetime.combine(day, at or heard.time(), tzinfo=zone).astimezone(UTC)
    return _open_from(draft, max(due_at, draft.now))


def _open_from(draft: Draft, instant: datetime) -> datetime:
    return next_open(instant, zone=draft.zone, quiet_hours=draft.facts.hub.quiet_hours)


# --- when its time has come -------------------------------------------------------------------------------------------


def is_stale(conversation: Conversation, due: TimerDue) -> bool:
    """Tell whether somebody has written, or another timer has fired, since this one was set."""
    return conversation.turn != due.turn or not conversation.timed


def take_timer(draft: Draft, due: TimerDue) -> None:
    """Ask once more, or say that we leave it at that; by night, wait for the morning."""
    if _open_from(draft, draft.now) > draft.now:
        draft.note("timer", kind=due.kind.value, why="waits for the morning")
        return
    if due.awaits_human:
        _hold(draft, due)
        return
    person, talk = draft.facts.person, draft.conversation
    draft.note("timer", kind=due.kind.value, nudged=talk.nudged)
    draft.nudging = True
    draft.purpose = Purpose.NUDGE
    closes = due.kind is TimerKind.CLOSE
    draft.conversation = replace(talk, closed=closes, nudged=talk.nudged if closes else talk.nudged + 1)
    if not _may_be_nudged(person) or not _waits(draft):
        draft.note("silent", why="nobody to be nudged")
    elif closes:
        draft.say_phrase("closed")
    else:
        draft.say_phrase("nudge.first" if talk.nudged == 0 else "nudge.second")
        draft.ask_again(briefly=False)


def _hold(draft: Draft, due: TimerDue) -> None:
    """Look again on the next day: it is our turn, so neither a nudge nor the end of the wait is counted."""
    draft.note("timer", kind=due.kind.value, why="they asked for a human, who has not answered yet")
    draft.nudging = True
    draft.conversation = replace(draft.conversation, began=draft.conversation.began + 1)


def _may_be_nudged(person: Person) -> bool:
    """A held conversation is a coordinator's: this time is passed over."""
    return person.consented and person.reachable and not (person.opted_out or person.paused or person.held)


# --- when they are back -----------------------------------------------------------------------------------------------


def hear(draft: Draft) -> None:
    """Note that the person writes: what was planned for their silence begins anew."""
    talk, now = draft.conversation, int(draft.now.timestamp())
    draft.away = talk.closed or bool(talk.heard_at and now - talk.heard_at > _AWAY_S)
    draft.conversation = replace(talk, heard_at=now, nudged=0, closed=False)
    if draft.away and talk.frame:  # what was not understood days ago is not held against them
        draft.conversation = draft.conversation.with_frame(replace(talk.frame, misses=0))


def greet(draft: Draft) -> None:
    """Greet, and ask the waiting question again; nothing is counted against anybody."""
    draft.note("greeted", away=draft.away)
    draft.say_phrase("resumed" if draft.away else "greeted")
    draft.ask_again(briefly=False)
