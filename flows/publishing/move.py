"""Decide what becomes of people in the middle of a flow when its file is changed under them.

The rules, each frame of a conversation by itself:

- Steps keep their place by their id, or by ``was``; answers by their name, or by ``was_saved_as``. Rolling back turns the
  same words around.
- Whoever was asked what is still asked the same way answers it as if nothing had happened. Whoever was asked something
  else than what waits there now is never read as if they had seen it: the next thing they write leads to the question.
- After the next answer the flow is walked from its start over all answers that stand, so that new questions are asked and
  none is asked twice. What has been said and done on the way is not said and done again.
- An answer stands as long as it fits its question. One whose question is gone is kept.
- Whoever cannot be moved without loss or harm stays with the revision they began.

Nothing is sent: nobody is texted because somebody edited a file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from flows.conversation import Conversation, Edit, Frame, place
from flows.facts import Json
from flows.library import Library
from flows.model import Flow
from flows.publishing.behind import steps_behind
from flows.publishing.refitting import refit
from flows.publishing.successor import Successor, same_question, successor


class Fate(StrEnum):
    """What becomes of a conversation."""

    #: Nothing they are in was changed.
    UNTOUCHED = "untouched"
    #: Goes on at the same step.
    MOVED = "moved"
    #: Goes on at a step, or with answers, that are called differently now.
    MAPPED = "mapped"
    #: Goes on, and is asked again for an answer that no longer fits.
    ASKED_AGAIN = "asked_again"
    #: What they were asked is gone or has become another question: is asked the first one that is open.
    OPEN_QUESTION = "open_question"
    #: Cannot be moved without loss or harm, and ends as they began.
    KEPT = "kept"


#: Which fate of several a conversation is told by.
_WORST = tuple(Fate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What becomes of one conversation."""

    conversation: Conversation
    fate: Fate
    #: Where the person stood: flow and step; empty when no flow was under way.
    flow: str = ""
    step: str = ""
    #: Answers that no longer fit.
    asks: tuple[str, ...] = ()


def move(old: Library, new: Library, conversation: Conversation, *, today: date) -> Moved:
    """Carry a conversation over to a new library.

    Args:
        old: holds every revision that the conversation may be in.
        today: where the hub is.
    """
    frame = conversation.frame
    if frame is None:
        return Moved(conversation=conversation, fate=Fate.UNTOUCHED)
    top = len(conversation.stack) - 1
    frames = [_move_frame(old, new, one, today, waits=n == top) for n, one in enumerate(conversation.stack)]
    fate = max((one.fate for one in frames), key=_WORST.index)
    stack = tuple(one.frame for one in frames)
    if frame.alone and not stack[-1].step:  # they wanted to change an answer that is not asked for like this any more
        stack = (*stack[:-2], _lost(stack[-2])) if top else ()
    return Moved(
        conversation=_with_side_question(replace(conversation, stack=stack), frame),
        fate=fate,
        flow=frame.flow,
        step=frame.step,
        asks=tuple(name for one in frames for name in one.asks),
    )


def _lost(frame: Frame) -> Frame:
    return replace(frame, step="", edit=frame.edit or Edit(anew=True))


def _with_side_question(conversation: Conversation, before: Frame) -> Conversation:
    """Keep what we asked back about the waiting question, as long as that waits."""
    side, frame = conversation.side, conversation.frame
    if side is None or not side.about:
        return conversation
    if frame and frame.step and side.about == place(before):
        return replace(conversation, side=replace(side, about=place(frame)))
    return replace(conversation, side=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _MovedFrame:
    frame: Frame
    fate: Fate
    asks: tuple[str, ...] = ()


def _move_frame(old: Library, new: Library, frame: Frame, today: date, *, waits: bool) -> _MovedFrame:
    before, after = old.revisions.get(frame.revision), new.flows.get(frame.flow)
    if before is None or after is None:
        return _MovedFrame(frame=frame, fate=Fate.KEPT)
    change = successor(old, new, frame, before, after)
    if not change.matters and before.revision == after.revision:
        return _MovedFrame(frame=frame, fate=Fate.UNTOUCHED)
    behind = steps_behind(before, frame) | frozenset(frame.edit.done if frame.edit else ())
    if _would_book_twice(before, after, change, behind):
        return _MovedFrame(frame=frame, fate=Fate.KEPT)
    renamed = _renamed(frame, after, change)
    answers, asks = _answers_that_fit(renamed, change, today)
    stays = _stays(change, before, after, frame, waits=waits)
    moved = replace(
        renamed,
        step=renamed.step if stays else "",
        answers=answers,
        path=tuple(entry for entry in renamed.path if entry not in _asked_at(change, asks)),
        walked=tuple(name for name in renamed.walked if name not in asks),
        edit=_edit(frame, change, behind),
    )
    fate = Fate.OPEN_QUESTION if waits and not stays else Fate.ASKED_AGAIN if asks else _simple_fate(frame, moved)
    return _MovedFrame(frame=moved, fate=fate, asks=asks)


def _simple_fate(before: Frame, after: Frame) -> Fate:
    renamed = after.step not in (before.step, "") or before.answers.keys() != after.answers.keys()
    return Fate.MAPPED if renamed else Fate.MOVED


def _would_book_twice(before: Flow, after: Flow, change: Successor, behind: frozenset[str]) -> bool:
    """Tell whether a seat was taken in this flow and the new one does not know where: it would take another."""
    taken = [step for step in behind if step in before.steps and before.steps[step].book]
    known = [after.steps[now] for step in taken if (now := change.steps.get(step))]
    books = any(step.book for step in after.steps.values())
    return books and bool(taken) and not (len(known) == len(taken) and all(step.book for step in known))


def _edit(frame: Frame, change: Successor, behind: frozenset[str]) -> Edit | None:
    done = tuple(sorted(now for step in behind if (now := change.steps.get(step))))
    if frame.alone:
        return None
    if change.matters:
        return Edit(anew=True, done=done)
    return replace(frame.edit, done=done) if frame.edit else None


def _renamed(frame: Frame, after: Flow, change: Successor) -> Frame:
    """Call steps and answers as they are called now; what is gone from the path cannot be gone back to."""
    return replace(
        frame,
        revision=after.revision,
        step=change.steps.get(frame.step, ""),
        answers={change.name(name): value for name, value in frame.answers.items()},
        path=tuple(now for entry in frame.path if (now := change.entry(entry))),
        walked=tuple(map(change.name, frame.walked)),
    )


def _asked_at(change: Successor, names: Iterable[str]) -> set[str]:
    return {step.id for name in names if (step := change.asked.get(name))}


def _answers_that_fit(frame: Frame, change: Successor, today: date) -> tuple[dict[str, Json], tuple[str, ...]]:
    answers: dict[str, Json] = {}
    asks: list[str] = []
    for name, value in frame.answers.items():
        asked = change.question(name)
        fits = (value,) if asked is None or not asked.ask else refit(asked, asked.ask, value, today=today)
        if fits:
            answers[name] = fits[0]
        else:
            asks.append(name)
    return answers, tuple(asks)


def _stays(change: Successor, before: Flow, after: Flow, frame: Frame, *, waits: bool) -> bool:
    """Tell whether a person may be left at their step: it asks what they were asked, or calls what they are in."""
    here, there = before.steps.get(frame.step), after.steps.get(change.steps.get(frame.step, ""))
    if here is None or there is None:
        return False
    return same_question(here, there, change) if waits else bool(there.call or there.ask)
