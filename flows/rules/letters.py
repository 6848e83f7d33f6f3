"""Add up what a service letter says: approved minutes by kind, and how much of it a school district counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from flows.rules.ledger import Ledger
from flows.rules.organisations import Policy

#: What training counts as in a letter, beside the four ledgers.
TRAINING: Final = "training"
#: Signs of a code that nobody takes for one another (Crockford's base 32): twelve are 60 bits.
CODE_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 12
_SLIPS: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One approved row of a ledger."""

    day: date
    minutes: int
    ledger: Ledger
    is_training: bool = False
    #: Who of which nonprofit answers for it; empty where nobody is noted.
    partner: str = ""
    supervisor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a letter says."""

    first_on: date
    last_on: date
    #: Minutes by kind: ``training``, or the ledger.
    by_kind: Mapping[str, int]
    #: Minutes that the district counts; ``None`` when there is no district.
    counted: int | None
    #: Minutes that it asks for; 0 when it does not say.
    needed: int = 0
    #: Partners and their supervisors, each once, in order.
    answerable: tuple[tuple[str, str], ...] = ()

    @property
    def total(self) -> int:
        """All minutes, as the ledgers have them."""
        return sum(self.by_kind.values())


def summarise(entries: Iterable[Entry], policy: Policy | None) -> Summary | None:
    """Add up approved time; ``None`` when there is none.

    Args:
        policy: of the district of a high school student.
    """
    listed = sorted(entries, key=lambda entry: entry.day)
    if not listed:
        return None
    by_kind: dict[str, int] = {}
    for entry in listed:
        kind = TRAINING if entry.is_training else entry.ledger.value
        by_kind[kind] = by_kind.get(kind, 0) + entry.minutes
    named = dict.fromkeys((one.partner, one.supervisor) for one in listed if one.partner or one.supervisor)
    return Summary(
        first_on=listed[0].day,
        last_on=listed[-1].day,
        by_kind=by_kind,
        counted=_counted(listed, policy) if policy else None,
        needed=policy.hours_needed * 60 if policy else 0,
        answerable=tuple(named),
    )


def _counted(entries: list[Entry], policy: Policy) -> int:
    """Count for a district: unpaid time alone, and of training no more than it allows."""
    unpaid = [entry for entry in entries if entry.ledger is Ledger.VOLUNTEER]
    training = sum(entry.minutes for entry in unpaid if entry.is_training)
    most = policy.training_hours_at_most
    return sum(entry.minutes for entry in unpaid if not entry.is_training) + (
        training if most is None else min(training, most * 60)
    )


def initials(given_name: str | None, family_name: str | None) -> str:
    """Return the first letters of a name: all that a stranger with a code learns of it."""
    return "".join(f"{name.strip()[0].upper()}." for name in (given_name, family_name) if name and name.strip())


def normal_letter_code(text: str) -> str:
    """Read a code as somebody types it from paper: without dashes, and with slips of the eye put right."""
    return "".join(sign for sign in text.upper().translate(_SLIPS) if sign in CODE_SIGNS)


def shown_code(code: str) -> str:
    """Write a code in groups of four."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))
