"""What is known when a turn is decided: the hub, the person, their bookings and the places on offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from flows.rules.countries import HOME
from flows.rules.links import LinkPurpose
from flows.rules.organisations import Allowance, Organisation
from flows.rules.requirements import Held, SiteNeed
from flows.rules.service_times import Window
from flows.stages import Stage

#: What an answer may hold: anything that JSON can carry.
Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


#: What people are answered in: every text there is exists in each of them.
LANGUAGES: Final = ("en", "es")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """The part of a person's day in which only answers to them may leave."""

    #: Local minutes after midnight at which the day opens, per weekday, Monday first.
    opens: tuple[int, int, int, int, int, int, int] = (
        540,
        540,
        540,
        540,
        540,
        540,
        720,
    )
    #: Local minutes after midnight at which the day closes, per weekday, Monday first.
    closes: tuple[int, int, int, int, int, int, int] = (
        1200,
        1200,
        1200,
        1200,
        1200,
        1200,
        1200,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPolicy:
    """How much a hub writes without being asked, and where to."""

    #: Whose phones are written to, by ISO 3166.
    countries: tuple[str, ...] = HOME
    #: Broadcasts and questions asked again that one person gets in seven days at most; 0: no limit.
    unasked_a_week: int = 5
    #: Parts of text messages on one of the hub's days, after which broadcasts and questions asked again wait for the
    #: next; at twice as many everything waits but a farewell and a code. 0: no limit.
    texts_a_day: int = 20_000
    #: What one part of a text message costs, in dollars, carriers' fees included; 0: not known, no cost is told.
    text_price: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """The organisation that recruits; every row belongs to one."""

    id: str
    name: str
    zone: str
    languages: tuple[str, ...] = ("en", "es")
    help_phone: str = ""
    #: Income up to which a programme for older adults pays a stipend, in dollars a year for one person, and the day from
    #: which that holds; 0: not known here.
    income_limit: int = 0
    income_limit_from: date | None = None
    #: Where its pages are, without a slash at the end; empty: no link can be sent.
    public_url: str = ""
    quiet_hours: QuietHours = field(default_factory=QuietHours)
    contact: ContactPolicy = field(default_factory=ContactPolicy)
    #: The edition of what guardians agree to; once it is raised, each is asked anew, and an older consent holds so many days more.
    consent_edition: int = 1
    consent_grace_days: int = 30
    #: What it asks of people before a shift, beside what ``requirements.toml`` always asks.
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is known about whoever wrote."""

    stage: Stage = Stage.ENQUIRED
    language: str | None = None
    #: IANA zone, from their ZIP.
    zone: str | None = None
    #: Facts they told us, by field name.
    answers: Mapping[str, Json] = field(default_factory=dict)
    #: Whether the address they write from has opted out.
    opted_out: bool = False
    #: Whether their consent at this address is on record.
    consented: bool = False
    #: Whether only replies leave to this address, since it is not clear whether they want to leave.
    paused: bool = False
    #: Whether this address can be written to at all.
    reachable: bool = True
    #: Whether they want everything but broadcasts, on any channel.
    no_broadcasts: bool = False
    #: Whether a coordinator holds the conversation, so that the bot is silent.
    held: bool = False
    #: What is known of what they have to bring before a shift.
    requirements: tuple[Held, ...] = ()


class SlotKind(StrEnum):
    """What a slot is for."""

    TRAINING = "training"
    SHIFT = "shift"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A training session or a shift: a place, a time and a number of seats."""

    ref: str
    kind: SlotKind
    #: Name by language.
    title: Mapping[str, str]
    #: Site's name and street, or the words for an online meeting.
    place: str
    #: Wall clock at the place; the instant is computed, so that a change of clocks moves nothing.
    starts_local: datetime
    zone: str
    minutes: int
    seats_left: int
    role: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    #: Whether a vetted adult is in sight all the time.
    supervised: bool = True
    one_to_one: bool = False
    #: Of a training: what it teaches, see ``flows.courses``.
    course: str | None = None
    #: Courses one must have finished before.
    needs_courses: tuple[str, ...] = ()
    subject: str | None = None
    #: School grades, ``K-2``; empty for any.
    grades: str = ""
    #: Spoken with the children, where it is not English.
    language: str | None = None
    #: What it belongs to, if it comes again by a rule; and where it is. Both only to tell same from other.
    series: int | None = None
    site: int | None = None
    #: Kinds of its reminders; empty for the usual ones.
    ladder: tuple[str, ...] = ()

    @property
    def starts_at(self) -> datetime:
        """The instant it begins, aware, in the place's own zone."""
        return self.starts_local.replace(tzinfo=ZoneInfo(self.zone))

    @property
    def ends_at(self) -> datetime:
        """The instant it ends, aware; counted in elapsed time, not by the wall clock."""
        return (self.starts_at.astimezone(ZoneInfo("UTC")) + timedelta(minutes=self.minutes)).astimezone(
            ZoneInfo(self.zone)
        )


class BookingStatus(StrEnum):
    """What has become of a place that somebody took."""

    BOOKED = "booked"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    ATTENDED = "attended"
    NO_SHOW = "no_show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One person's place in one slot."""

    ref: str
    slot: Slot
    status: BookingStatus
    #: Whether a reminder has asked the person and still waits for C, N or R.
    asked: bool = False
    #: When it was asked, or changed in any other way.
    changed_at: datetime | None = None
    #: The employer who has still to approve the paid time for it; until then the place is only kept. ``None``: it stands.
    held_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A shift that somebody had a place in and that has begun."""

    booking: Booking
    #: Whether they said HERE.
    arrived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Time that is in a ledger and counts."""

    starts_at: datetime
    minutes: int
    #: ``None``: of no booking that is still known.
    booking: str | None
    #: Whether the supervisor has agreed.
    approved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatOffer:
    """A seat kept for somebody who waited for it, until they answer or the time is up."""

    ref: str
    slot: Slot
    offered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverAsk:
    """A question to somebody whether they take over a shift that was given back late."""

    #: The reference of the call.
    ref: str
    slot: Slot
    asked_at: datetime
    #: Whether somebody else was first.
    filled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapAsk:
    """A colleague's question whether somebody takes over their place."""

    ref: str
    slot: Slot
    asked_at: datetime
    #: In which words the colleague is told.
    language: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What somebody has done with us, as far as it decides what fits them."""

    #: Day of the latest training, by course.
    courses: Mapping[str, date] = field(default_factory=dict)
    #: The site where they served last.
    last_site: int | None = None
    #: What they may serve on their college's or employer's money; ``None`` when nobody pays for their time.
    allowance: Allowance | None = None
    #: When their school district lets them serve; empty: at any time.
    service_times: tuple[Window, ...] = ()
    #: Where sites ask for something else than the hub, by site and kind.
    site_needs: Mapping[int, Mapping[str, SiteNeed]] = field(default_factory=dict)


class GuardianStatus(StrEnum):
    """How far it has come between a guardian and one person under 18."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"  #: somebody else was named instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """A person under 18 who has named somebody as their guardian, as that guardian's turn knows them."""

    #: The reference of what is between the two.
    ref: str
    status: GuardianStatus
    #: The one under 18.
    person: Person
    #: Where they stood when a consent was withdrawn.
    stage_before: Stage | None = None
    #: Whether the guardian, who has agreed, was asked to agree to a newer edition.
    asked_anew: bool = False

    @property
    def awaits(self) -> bool:
        """Whether the guardian has a decision before them."""
        return self.status is GuardianStatus.ASKED or (self.status is GuardianStatus.AGREED and self.asked_anew)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinator:
    """Somebody of the hub who may broadcast, and who has proved that this phone or account is their own."""

    #: ``coordinator:NAME``.
    author: str
    #: Reference of the user: of two of one name, each has codes of their own.
    user: str
    #: Whether a broadcast of theirs waits for its code.
    awaits_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything besides the conversation that a turn may depend on."""

    hub: Hub
    person: Person
    #: Active bookings that have not ended, soonest first.
    bookings: tuple[Booking, ...] = ()
    #: Shifts that are over, of which they were asked whether they came and have not answered, the latest first.
    unanswered: tuple[Booking, ...] = ()
    #: Seats kept for them, until they answer.
    offers: tuple[SeatOffer, ...] = ()
    #: What is full and they wait for, soonest first, three at most.
    lines: tuple[Slot, ...] = ()
    #: Shifts that they were asked to take over, by us or by a colleague, and have not answered.
    asks: tuple[CoverAsk | SwapAsk, ...] = ()
    #: Slots whose last seat went to somebody else while this very turn was being stored.
    seats_gone: frozenset[str] = frozenset()
    #: People under 18 who have named them as their guardian.
    wards: tuple[Ward, ...] = ()
    #: What somebody was asked about others who has told us nothing about themselves: they are no stranger.
    outsider: LinkPurpose | None = None
    #: Employers, colleges and districts that are known; only while somebody is asked for theirs.
    organisations: tuple[Organisation, ...] = ()
    #: When codes that nobody has came from where they write, within a day; only while they are asked for theirs.
    wrong_codes: tuple[datetime, ...] = ()
    #: Whether a manager of their employer approves each shift on paid time.
    approves_shifts: bool = False
    #: Who writes, if it is a coordinator; they may be a volunteer as well.
    coordinator: Coordinator | None = None
    #: Our side of each channel that is on, by its name: where somebody else may be written to.
    accounts: Mapping[str, str] = field(default_factory=dict)
    #: True where the network itself confirms an opt-out, so that we must not.
    network_confirms_opt_out: bool = False


def age_on(birth_date: date, day: date) -> int:
    """Count the full years lived by a day; who is born on 29 February turns older on 1 March of a common year."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
