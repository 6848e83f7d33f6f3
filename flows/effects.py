"""What a turn wants done; the engine only says it, the store and the shell do it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from flows.facts import Json, Person
from flows.messages import Address, Choice, Purpose
from flows.rules.guardians import Decision
from flows.rules.links import LinkPurpose
from flows.rules.organisations import MembershipStatus
from flows.stages import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Send a message to whoever this turn is with."""

    text: str
    choices: tuple[Choice, ...] = ()
    #: The step that offers the choices.
    step: str = ""
    purpose: Purpose = Purpose.REPLY
    #: After this instant it is of no use any more.
    expires_at: datetime | None = None


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
class Book:
    """Take a seat; the whole turn is refused when none is left."""

    slot: str
    #: The call for cover that it answers; the turn is refused as well when somebody else has answered that.
    cover: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSet:
    """Take a seat in every open slot of a series from one on; the whole turn is refused when that one has none left."""

    slot: str
    #: Weekdays that fit, Monday 0.
    days: tuple[int, ...]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Give a booked seat back and drop its reminders."""

    booking: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineCover:
    """Note that the person does not take over a shift that they were asked about."""

    cover: str
    #: Whether they would have, but somebody else was first.
    too_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSwap:
    """Ask a colleague whether they take over the person's place."""

    booking: str
    #: The colleague's reference.
    colleague: str
    text: str
    choices: tuple[Choice, ...]
    until: datetime
    #: The code by which the colleague was named; it is used up, and the turn is refused when it holds no more.
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSwap:
    """Take over a colleague's place, or decline; the turn is refused when that place is no longer theirs to give."""

    swap: str
    slot: str
    taken: bool
    #: What the colleague is told.
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinLine:
    """Wait for a seat in a slot that is full."""

    slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveLine:
    """Wait no longer; a seat that was kept goes to the next in line."""

    slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """Note that the person said they will come."""

    booking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """Note that the person is at the door."""

    booking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimHours:
    """Note that the person came, and how long they served; takes the place of what they said before."""

    booking: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MissShift:
    """Note that the person did not come."""

    booking: str
    cause: str


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
class HandOff:
    """Ask a coordinator to answer this person."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Tell staff about something that cannot wait for the inbox."""

    kind: str
    #: The booking it concerns, if any.
    booking: str | None = None


#: Stands in what is said where the store tells which places were given back, and in that where it tells how many.
FREED: Final = "{freed}"
COUNT: Final = "{count}"


#: Stands in what is said to somebody outside where the store tells the link again, if it still leads anywhere.
AGAIN: Final = "{again}"


class TimerKind(StrEnum):
    """What is due when somebody has not answered, or somebody else has."""

    NUDGE = "nudge"  #: ask once more
    CLOSE = "close"  #: say that we do not write about it again
    ACCEPTED = "accepted"  #: a guardian's decision, or their birthday, has made them one of us: tell them, and go on
    REVIEWED = "reviewed"  #: a coordinator has accepted them: tell them, and go on


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    """Look at this conversation again if nobody writes until then; takes the place of its earlier timer."""

    kind: TimerKind
    due_at: datetime
    #: The turn that sets it.
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearTimer:
    """Nothing waits for an answer any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseSending:
    """Hold back all but replies to this address, until it is clear whether the person wants to leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeSending:
    """Write to this address again: the person stays."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeLink:
    """Make a link for the person; its secret takes the place of ``{token}`` in what this turn says."""

    purpose: LinkPurpose
    #: How many earlier ones of this purpose may still be opened.
    beside: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLinkAgain:
    """Send somebody outside a link to what they were asked last, if that still waits; it takes the place of ``{again}``."""

    purpose: LinkPurpose
    #: With ``{token}`` where the secret part of the link belongs.
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCode:
    """Make a code that the person gives away; it takes the place of ``{code}`` in what this turn says."""

    #: ``JOIN``: another channel joins this one by it. ``SWAP``: a colleague names them by it, once.
    purpose: LinkPurpose = LinkPurpose.JOIN


class BroadcastAct(StrEnum):
    """What a coordinator wants of broadcasts in a text."""

    HELP = "help"  #: to be told what can be done
    DRAFT = "draft"
    CONFIRM = "confirm"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftBroadcast:
    """Keep what a coordinator is about to send to many, and make the code that sends it, in the place of ``{code}``."""

    name: str
    #: The filter and the text by language, as JSON.
    recipients: str
    body: str
    #: ``coordinator:NAME``.
    author: str
    #: Reference of the user whose code it is.
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideBroadcast:
    """Confirm, stop or pause a coordinator's broadcast, or let it go on."""

    act: BroadcastAct
    ref: str
    author: str
    user: str
    #: Of ``CONFIRM``: the code that was typed, how many people it reaches, and what is said to them, as JSON.
    code: str = ""
    people: int = 0
    body: str = ""
    first_name_else: str = "{}"
    site_else: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferChannel:
    """Write one kind of message to one address of the person, as long as it is open."""

    purpose: Purpose
    address_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinPeople:
    """Make one person of this one and the one who was given a code; the turn is refused when the code holds no more."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Erase the person and everything they wrote, once the messages of this turn have left."""

    reason: str


Effect = (
    Say
    | Remember
    | MoveStage
    | RecordConsent
    | Book
    | BookSet
    | Release
    | DeclineCover
    | AskSwap
    | AnswerSwap
    | JoinLine
    | LeaveLine
    | Confirm
    | CheckIn
    | ClaimHours
    | MissShift
    | OptOut
    | OptIn
    | RefuseBroadcasts
    | WantBroadcasts
    | MarkReachable
    | HandOff
    | Alert
    | SetTimer
    | ClearTimer
    | PauseSending
    | ResumeSending
    | JoinOrganisation
    | CountWrongCode
    | AskRequirements
    | LookAgain
    | AskGuardian
    | AskReferee
    | DecideAsGuardian
    | MakeLink
    | SendLinkAgain
    | OfferCode
    | DraftBroadcast
    | DecideBroadcast
    | PreferChannel
    | JoinPeople
    | Forget
)


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
