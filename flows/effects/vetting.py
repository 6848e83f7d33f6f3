"""Ask for what somebody must have before they serve, and take what a guardian decides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from flows.messages import Address
from flows.rules.guardians import Decision
from flows.stages import Stage

#: Stands in what is said where the store tells which places were given back, and in that where it tells how many.
FREED: Final = "{freed}"
COUNT: Final = "{count}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRequirements:
    """Note that the person is asked for what they have to bring before a shift."""

    #: Kind and how many there have to be.
    kinds: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAgain:
    """Look at every later gate again, since answers have changed; what is given back is told in this turn's words."""

    #: Names of the answers, for the record.
    changed: tuple[str, ...]
    #: Who changed them: ``person`` or ``coordinator:NAME``.
    author: str
    #: Bookings that this turn gives back by itself.
    lost: tuple[str, ...] = ()
    #: Bookings ahead, soonest first, each with how its loss is told, alone and as the first of several.
    told: tuple[tuple[str, str, str], ...] = ()
    #: The last day on which a guardian's consent can hold, where the birth date has changed and somebody is under 18.
    consent_until: date | None = None
    #: Whether no guardian decides any more.
    of_age: bool = False

    def tell_freed(self, text: str, freed: Collection[str]) -> str:
        """Put into a text which places were given back, as the store finds them: one by name, of more how many."""
        told = [(one, many) for ref, one, many in self.told if ref in freed]
        first = "" if not told else told[0][0] if len(freed) == 1 else told[0][1].replace(COUNT, str(len(freed)))
        return text.replace(FREED, first).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskGuardian:
    """Write to the guardian whom a person under 18 has named: once, and once more if they stay silent."""

    to: Address
    #: As the person under 18 said it.
    name: str
    language: str
    #: With ``{token}`` where the secret part of the link belongs.
    text: str
    reminder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskReferee:
    """Write to somebody whom the person has named as a reference: once, and once more if they stay silent."""

    #: Which of the references.
    nth: int
    to: Address
    #: As the person said it.
    name: str
    #: With ``{token}`` where the secret part of the link belongs.
    text: str
    #: The second and last message, sent if they stay silent.
    reminder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideAsGuardian:
    """Carry out what a guardian has decided about a person under 18."""

    #: The reference of what is between the two.
    guardian: str
    decision: Decision
    #: As the guardian wrote it; empty unless they agree.
    signed_name: str = ""
    relation: str = ""
    #: Names the exact words that they saw.
    form_version: str = ""
    #: ``page`` or ``reply``.
    via: str
    #: Where the person under 18 stands from now on.
    stage: Stage
    #: What they are told.
    notice: str
    #: Whether a turn of their own tells them instead, and asks what comes next.
    goes_on: bool = False
    #: Which edition of them, as the hub counts.
    edition: int = 1
    #: The last day on which a consent holds.
    valid_until: date | None = None
    #: What references are asked with once more who were left alone without a consent: both messages, by channel.
    letters: Mapping[str, tuple[str, str]] = field(default_factory=dict)
