"""What is known about somebody once a turn's effects hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flows.effects import Effect
from flows.effects.people import (
    MarkReachable,
    MoveStage,
    OptIn,
    OptOut,
    PauseSending,
    RecordConsent,
    RefuseBroadcasts,
    Remember,
    ResumeSending,
    WantBroadcasts,
)
from flows.facts import Person


def learned(person: Person, effects: Iterable[Effect]) -> Person:
    """Return what is known about a person once a turn's effects hold: for the rest of the same turn."""
    answers, stage = dict(person.answers), person.stage
    consented, opted_out, paused, reachable = person.consented, person.opted_out, person.paused, person.reachable
    no_broadcasts = person.no_broadcasts
    for effect in effects:
        match effect:
            case Remember(field=field, value=None):
                answers.pop(field, None)
            case Remember(field=field, value=value):
                answers[field] = value
            case MoveStage(stage=moved_to):
                stage = moved_to
            case RecordConsent():
                consented = True
            case OptOut() | OptIn():
                opted_out = isinstance(effect, OptOut)
            case RefuseBroadcasts() | WantBroadcasts():
                no_broadcasts = isinstance(effect, RefuseBroadcasts)
            case PauseSending() | ResumeSending():
                paused = isinstance(effect, PauseSending)
            case MarkReachable(reachable=reachable):
                pass
            case _:
                pass
    return replace(
        person,
        answers=answers,
        stage=stage,
        consented=consented,
        opted_out=opted_out,
        paused=paused,
        reachable=reachable,
        no_broadcasts=no_broadcasts,
    )
