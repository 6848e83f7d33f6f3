"""Decide whether a supervisor is written to about hours that wait: of new ones the same day, once more, and then no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

#: How long a supervisor has before they are reminded, and as long again before staff are told. A proposal.
ANSWER_WITHIN: Final = timedelta(days=3)
#: The message itself, and one reminder.
_MOST: Final = 2


class Digest(StrEnum):
    """What is due about a place's open hours."""

    WRITE = "write"
    WAIT = "wait"
    TELL_STAFF = "tell_staff"


def due(written_on: Sequence[date], today: date) -> Digest:
    """Say what is due at a place where hours wait.

    Args:
        written_on: when the supervisor was written to since the latest of these hours was claimed.
    """
    if not written_on:
        return Digest.WRITE
    if today - max(written_on) < ANSWER_WITHIN:
        return Digest.WAIT
    return Digest.WRITE if len(written_on) < _MOST else Digest.TELL_STAFF
