"""Keep what is known of somebody: their answers, stage, consent, and how they may be reached."""

from __future__ import annotations

from dataclasses import dataclass

from flows.facts import Json
from flows.messages import Purpose
from flows.rules.links import LinkPurpose
from flows.rules.organisations import MembershipStatus
from flows.stages import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """Keep a fact about the person; ``None`` takes it back."""

    field: str
    value: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveStage:
    """Move the person to a stage, with the cause for the record."""

    stage: Stage
    cause: str
    #: Who is behind it: the person by what they write, or ``rule:NAME``.
    author: str = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConsent:
    """Keep the evidence that the person agreed to be written to at this address."""

    purpose: str
    #: Content hash of the flow whose words were shown: names the exact wording.
    wording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """Stop everything to this address at once."""

    #: The word, network code or person that caused it.
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptIn:
    """Allow messages to this address again."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseBroadcasts:
    """Send the person no more broadcasts, on any channel; all else still reaches them."""

    #: What they wrote.
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WantBroadcasts:
    """Send them broadcasts again."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkReachable:
    """Note whether this address can be written to at all."""

    reachable: bool
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseSending:
    """Hold back all but replies to this address, until it is clear whether the person wants to leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeSending:
    """Write to this address again: the person stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferChannel:
    """Write one kind of message to one address of the person, as long as it is open."""

    purpose: Purpose
    address_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCode:
    """Make a code that the person gives away; it takes the place of ``{code}`` in what this turn says."""

    #: ``JOIN``: another channel joins this one by it. ``SWAP``: a colleague names them by it, once.
    purpose: LinkPurpose = LinkPurpose.JOIN


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinPeople:
    """Make one person of this one and the one who was given a code; the turn is refused when the code holds no more."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinOrganisation:
    """Note that the person belongs to an employer, a college or a district, or says so."""

    organisation: int
    #: Where they stand until the organisation has its say.
    status: MembershipStatus
    #: ``said`` or ``workspace``.
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountWrongCode:
    """Count a code that nobody has against the address it came from, for a day, whatever becomes of the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Erase the person and everything they wrote, once the messages of this turn have left."""

    reason: str
