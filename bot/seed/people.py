"""Invent people: who they are, how far they will go, and what each replies to what the bot says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random
from typing import Any, Final
from unicodedata import normalize
from zoneinfo import ZoneInfo

from bot.seed.hub import Date, read_data
from flows.commands import ShiftReply
from flows.facts import Hub
from flows.messages import Address, Choice, Inbound, InboundKind, Outbound, Tap
from flows.walking.walk import IN_LINE


class Goal(StrEnum):
    """How far somebody goes before the demo begins."""

    SILENT = "silent"  #: wrote once
    DECLINES = "declines"
    STOPS_MIDWAY = "stops_midway"  #: no longer answers at some step of the screening
    NEEDS_GUARDIAN = "needs_guardian"
    IN_REVIEW = "in_review"
    VETTING = "vetting"  #: waits until their checks are done
    ACCEPTED = "accepted"  #: has not picked a training yet
    BOOKED = "booked"  #: has a training ahead
    TRAINED = "trained"
    PLACED = "placed"  #: has a shift ahead
    SERVING = "serving"  #: has served
    TURNED_DOWN = "turned_down"
    OPTS_OUT = "opts_out"
    BLOCKS = "blocks"


#: How many of each.
_CROWD: Final = {
    Goal.SILENT: 72,
    Goal.DECLINES: 10,
    Goal.STOPS_MIDWAY: 35,
    Goal.NEEDS_GUARDIAN: 10,
    Goal.IN_REVIEW: 7,
    Goal.VETTING: 9,
    Goal.ACCEPTED: 8,
    Goal.BOOKED: 9,
    Goal.TRAINED: 5,
    Goal.PLACED: 10,
    Goal.SERVING: 28,
    Goal.TURNED_DOWN: 3,
    Goal.OPTS_OUT: 10,
    Goal.BLOCKS: 6,
}
#: First contact, in days before the demo begins: earliest and latest.
_BEGAN: Final = {
    Goal.SERVING: (148.0, 34.0),
    Goal.PLACED: (33.0, 18.0),
    Goal.TRAINED: (28.0, 14.0),
    Goal.BOOKED: (5.0, 3.0),
    Goal.ACCEPTED: (20.0, 4.0),
    Goal.VETTING: (6.0, 0.3),
    Goal.IN_REVIEW: (9.0, 0.3),
}
_BEGAN_OTHERWISE: Final = (30.0, 0.2)
_STOPPING_STEPS: Final = ("language", "zip", "birth_date", "audience", "role", "availability", "summary")
#: Four in six write by SMS.
_CHANNELS: Final = ("sms", "sms", "slack", "sms", "sms", "telegram")
_AUDIENCES: Final = ("older_adult", "work_study", "employee", "older_adult", "employee", "high_school", "work_study")
_AGES: Final = {"older_adult": (56, 79), "work_study": (18, 23), "employee": (24, 58), "high_school": (18, 18)}
#: Roles that their programmes accept without review, the commonest first.
_ROLES: Final = {
    "older_adult": ("tutor", "tutor", "mentor"),
    "work_study": ("tutor", "success_coach", "mentor", "transition_coach"),
    "employee": ("tutor", "mentor", "transition_coach"),
    "high_school": ("tutor", "mentor"),
}
#: The later goals need shifts that fit; everybody who offers tutoring finds one.
_GOALS_WITH_SHIFT: Final = frozenset({Goal.PLACED, Goal.SERVING})
#: Goals of those whose checks are done; the minors among them have their guardian's consent.
CHECKED: Final = frozenset({Goal.ACCEPTED, Goal.BOOKED, Goal.TRAINED, Goal.PLACED, Goal.SERVING})
_REVIEWED: Final = frozenset({Goal.IN_REVIEW, Goal.TURNED_DOWN})


@dataclass(slots=True, kw_only=True)
class Persona:
    """One invented person."""

    goal: Goal
    address: Address
    language: str
    first: str
    last: str
    #: First name of their guardian, if they are under 18.
    parent: str
    zip: str
    born: date
    audience: str
    role: str
    began_at: datetime
    #: The step at which they stop answering, if any.
    stops_at: str | None
    random: Random
    #: When they write next, or wrote last.
    at: datetime
    #: The last message they got.
    asked: Outbound | None = None
    #: What they were last booked on, and the training that they came to.
    date: Date | None = None
    training: Date | None = None
    _confused: bool = False
    _written: int = field(default=0)

    def write(self, text: str = "", *, kind: InboundKind = InboundKind.MESSAGE, tap: Tap | None = None) -> Inbound:
        """Write something."""
        self._written += 1
        provider_id = f"seed-{self.address.user}-{self._written}"
        return Inbound(provider_id=provider_id, sender=self.address, text=text, kind=kind, tap=tap)

    def hello(self) -> Inbound:
        """Write for the first time."""
        if self.address.channel == "telegram":
            return self.write(kind=InboundKind.START)
        return self.write(self.random.choice(read_data("people")["hello"][self.language]))

    def reply(self, dates: dict[str, Date], now: datetime) -> Inbound | None:
        """Answer the last message as this person would; ``None`` when they do not."""
        asked, self.asked = self.asked, None
        if asked is None or not asked.step or asked.step == self.stops_at:
            return None
        if asked.step == "availability" and self.random.random() < 0.1 and not self._confused:
            self._confused = True
            return self.write(self.random.choice(read_data("people")["detour"][self.language]))
        self.at += timedelta(seconds=self.random.randint(15, 110))
        if asked.choices:
            return self._choose(asked, self._choice(asked, dates, now))
        return self.write(self._text(asked.step))

    def confirm(self) -> Inbound | None:
        """Answer a reminder; ``None`` when they do not."""
        asked, self.asked = self.asked, None
        if asked is None or self.random.random() < 0.35:
            return None
        coming = next((choice for choice in asked.choices if choice.id == ShiftReply.CONFIRM.value), None)
        return self._choose(asked, coming) if coming else None  # who has confirmed is not asked again

    def _choose(self, asked: Outbound, choice: Choice) -> Inbound:
        if self.address.channel != "sms" and self.random.random() < 0.9:
            return self.write(kind=InboundKind.TAP, tap=Tap(step=asked.step, choice=choice.id))
        return self.write(choice.key or str(asked.choices.index(choice) + 1))

    def _choice(self, asked: Outbound, dates: dict[str, Date], now: datetime) -> Choice:
        by_id = {choice.id: choice for choice in asked.choices}
        match asked.step:
            case "consent":
                return by_id["no" if self.goal is Goal.DECLINES else "yes"]
            case "language":
                return by_id[self.language]
            case "audience":
                return by_id[self.audience]
            case "role":
                return by_id[self.role]
            case "summary" | "award":
                return by_id["yes"]
            case "programme" if self.goal is Goal.SERVING:  # enough of them for their ledger to be seen
                return by_id[self.random.choice(("foster_grandparent", "foster_grandparent", "rsvp"))]
            case "income" if self.goal is Goal.SERVING:
                return by_id["yes"]
            case "time_off" if self.goal is Goal.SERVING:
                return by_id[self.random.choice(("vto", "vto", "own"))]
            case "offer":
                return self._pick_date(asked, dates, now)
            case _:
                return self.random.choice(asked.choices)

    def _pick_date(self, asked: Outbound, dates: dict[str, Date], now: datetime) -> Choice:
        if self.goal is Goal.ACCEPTED:
            return asked.choices[-1]  # none of these
        refs = [(choice, choice.id.rpartition(":")[2]) for choice in asked.choices if not choice.id.startswith(IN_LINE)]
        offered = [(choice, dates[ref]) for choice, ref in refs if ref in dates]
        is_last = self.goal is Goal.BOOKED or self.training is not None
        ahead = [pair for pair in offered if pair[1].starts_at > now] if is_last else []
        if not (ahead or offered):
            return asked.choices[-1]
        choice, self.date = self.random.choice(ahead) if ahead else offered[0]
        return choice

    def _text(self, step: str) -> str:
        match step:
            case "zip":
                return self.zip
            case "birth_date":
                return f"{self.born:%-d/%-m/%Y}" if self.language == "es" else f"{self.born:%-m/%-d/%Y}"
            case "name" | "own_name":
                return f"{self.first} {self.last}"
            case "guardian_name":
                return f"{self.parent} {self.last}"
            case "guardian_contact":
                name = f"{self.parent}.{self.last}".lower().replace("'", "")
                plain = "".join(sign for sign in normalize("NFKD", name) if sign.isascii())
                return f"{plain}{self.address.user[-2:]}@example.org"
            case "employer" if self.goal is Goal.SERVING:
                return self.random.choice(("NORTH24", "HARTWELL8"))
            case "college" if self.goal is Goal.SERVING:
                return self.random.choice(("Lakeshore State College", "Halsted City College"))
            case _:
                return str(self.random.choice(read_data("people")["reply"][step][self.language]))


def invent(hub: Hub, accounts: dict[str, str], now: datetime, *, seed: int) -> list[Persona]:
    """Invent the whole crowd; the same seed gives the same people."""
    random = Random(seed)  # noqa: S311 - invented people are no secret
    goals = [goal for goal, count in _CROWD.items() for _ in range(count)]
    return [_invent_one(number, goal, hub, accounts, now, random) for number, goal in enumerate(goals)]


def _invent_one(number: int, goal: Goal, hub: Hub, accounts: dict[str, str], now: datetime, random: Random) -> Persona:
    data = read_data("people")
    language = "es" if random.random() < 0.3 else "en"
    channel = _CHANNELS[number % len(_CHANNELS)]
    audience = "high_school" if goal is Goal.NEEDS_GUARDIAN else _AUDIENCES[number % len(_AUDIENCES)]
    began_at = _began_at(goal, hub, now, random)
    home = "south_bend" if random.random() < 0.08 else "chicago"
    return Persona(
        goal=goal,
        address=Address(channel=channel, account=accounts[channel], user=_user(number, channel, data)),
        language=language,
        first=random.choice(data["names"]["first"][language]),
        last=random.choice(data["names"]["last"][language]),
        parent=random.choice(data["names"]["first"][language]),
        zip=random.choice(data["homes"][home]),
        born=_born(goal, audience, now, random),
        audience=audience,
        role=_role(goal, audience, number, random),
        began_at=began_at,
        at=began_at,
        stops_at=_stop(goal, number, random),
        random=Random(random.random()),  # noqa: S311
    )


def _user(number: int, channel: str, data: Any) -> str:
    match channel:
        case "slack":
            return f"U0BRIGHT{number:03}"
        case "telegram":
            return str(700_000_100 + number)
        case _:
            return f"+1{data['area_codes'][number // 100]}55501{number % 100:02}"


def _began_at(goal: Goal, hub: Hub, now: datetime, random: Random) -> datetime:
    """Some time of the day in the days of this goal, over early enough before now."""
    earliest, latest = _BEGAN.get(goal, _BEGAN_OTHERWISE)
    day = now - timedelta(days=random.uniform(earliest, latest))
    zone = ZoneInfo(hub.zone)
    local = datetime.combine(day.astimezone(zone).date(), time(random.randint(8, 20), random.randint(0, 59)))
    return min(local.replace(tzinfo=zone).astimezone(now.tzinfo), now - timedelta(hours=3))


def _born(goal: Goal, audience: str, now: datetime, random: Random) -> date:
    youngest, oldest = (15, 16) if goal is Goal.NEEDS_GUARDIAN else _AGES[audience]
    if goal is Goal.SERVING and audience == "high_school":
        youngest, oldest = 15, 17
    age = random.randint(youngest, oldest)
    return (now - timedelta(days=age * 365.25 + random.randint(30, 330))).date()


def _role(goal: Goal, audience: str, number: int, random: Random) -> str:
    if goal in _REVIEWED:
        return "wraparound_coordinator"
    if goal in _GOALS_WITH_SHIFT:
        return ("tutor", "mentor", "tutor", _ROLES[audience][-1])[number % 4]
    return random.choice(_ROLES[audience])


def _stop(goal: Goal, number: int, random: Random) -> str | None:
    match goal:
        case Goal.SILENT:
            return "consent"
        case Goal.STOPS_MIDWAY:
            return _STOPPING_STEPS[number % len(_STOPPING_STEPS)]
        case Goal.OPTS_OUT | Goal.BLOCKS:
            return random.choice(("zip", "audience"))
        case Goal.ACCEPTED:
            return random.choice(("offer", "name", None))
        case _:
            return None
