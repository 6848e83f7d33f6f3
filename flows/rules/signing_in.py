"""Decide whether somebody may try to sign in, whether a session still holds, and which passwords are refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

#: A session ends after so long without a page, and so long after signing in whatever was done.
IDLE: Final = timedelta(hours=2)
LIFETIME: Final = timedelta(hours=12)
#: A one-time link is good for so long.
INVITATION: Final = timedelta(hours=72)

#: Wrong passwords in a row that are forgiven; each further one doubles the wait.
_FORGIVEN: Final = 5
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(minutes=15)

#: Source: NIST SP 800-63B-4, 3.1.1.2: at least 15 characters where nothing else is asked, no rules of composition.
SHORTEST_PASSWORD: Final = 15
#: Argon2 reads any length; a page does not.
LONGEST_PASSWORD: Final = 200
#: The same few characters over and over are guessed early.
_FEWEST_DIFFERENT: Final = 6


def tries_again_at(misses: int, missed_at: datetime | None) -> datetime | None:
    """Say when the next password is listened to; ``None``: at once.

    Args:
        misses: wrong passwords in a row.
        missed_at: when the last of them came.
    """
    if misses < _FORGIVEN or missed_at is None:
        return None
    doubled = _FIRST_WAIT * float(2 ** min(misses - _FORGIVEN, 8))
    return missed_at + min(doubled, _LONGEST_WAIT)


def holds(*, seen_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Tell whether a session still holds."""
    return now < expires_at and now - seen_at < IDLE


def refuses_password(password: str, *, email: str, hub: str) -> str | None:
    """Return the key of the words that say why a password is no good; ``None`` when it is."""
    if len(password) < SHORTEST_PASSWORD:
        return "too_short"
    if len(password) > LONGEST_PASSWORD:
        return "too_long"
    folded = password.casefold()
    if len(set(folded)) < _FEWEST_DIFFERENT or folded in (email.casefold(), hub.casefold()):
        return "too_easy"
    return None
