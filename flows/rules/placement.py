"""Decide which open shifts and training sessions fit a person; every refusal is a sentence that can be said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from flows.facts import Booking, Json, Slot, SlotKind
from flows.geography import distance_km, place_of
from flows.rules.grades import share_a_grade
from flows.rules.organisations import TIME_REASONS, Allowance, refuse_time
from flows.rules.requirements import Held, Need, SiteNeed, Subject, outstanding
from flows.rules.service_times import Window, allows
from flows.rules.training import missing

#: A longer way to an unpaid hour is seldom gone twice; a proposal until a hub says otherwise.
MAX_DISTANCE_KM: Final = 50.0
#: Nothing that begins sooner is offered: there must be time to get there.
_NOTICE: Final = timedelta(hours=3)
#: Said by whoever has no preference, so that nobody asks again.
ANY: Final = "any"
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vetting:
    """What somebody has to bring before a shift, and what they have."""

    subject: Subject
    needs: tuple[Need, ...]
    held: tuple[Held, ...]
    #: Where sites ask for something else, by site and kind.
    site_needs: Mapping[int, Mapping[str, SiteNeed]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What placement knows about a person."""

    role: str | None
    zip: str | None
    minor: bool
    #: Weekly windows, ``{"day": "mon", "from": "16:00", "to": "20:00"}``; empty when unknown.
    availability: Sequence[Mapping[str, Json]]
    bookings: Sequence[Booking]
    #: The last day on which each course counts that they have finished.
    trained: Mapping[str, date] = field(default_factory=dict)
    #: What they like to help with, and whom; ``None`` for anything.
    subject: str | None = None
    grades: str | None = None
    #: Languages they speak besides English; ``None`` when nobody asked.
    languages: frozenset[str] | None = None
    #: Where they served last: offered before other places.
    last_site: int | None = None
    #: What their college or employer pays for; ``None`` when nobody does.
    allowance: Allowance | None = None
    #: When their school district lets them serve; empty: at any time.
    service_times: Sequence[Window] = ()
    #: What they have to bring before a shift, and what they have.
    vetting: Vetting | None = None


def candidate_of(
    profile: Mapping[str, Json],
    bookings: Sequence[Booking],
    *,
    minor: bool,
    language: str,
    trained: Mapping[str, date],
    last_site: int | None,
    allowance: Allowance | None = None,
    service_times: Sequence[Window] = (),
    vetting: Vetting | None = None,
) -> Candidate:
    """Gather from what somebody has told us what placement has to know.

    Args:
        language: what they write in: what they speak, as long as they have not said.
        trained: the last day on which each course counts that they have finished.
    """
    windows, spoken = profile.get("availability"), profile.get("languages")
    return Candidate(
        role=_text(profile.get("role")),
        zip=_text(profile.get("zip")),
        minor=minor,
        availability=[w for w in windows if isinstance(w, dict)] if isinstance(windows, list) else (),
        bookings=bookings,
        trained=trained,
        subject=_preference(profile.get("subject")),
        grades=_preference(profile.get("grades")),
        languages=frozenset(map(str, spoken)) if isinstance(spoken, list) else frozenset({language}),
        last_site=last_site,
        allowance=allowance,
        service_times=service_times,
        vetting=vetting,
    )


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _preference(value: Json) -> str | None:
    return None if value == ANY else _text(value)


#: Everything that may speak against a slot, what cannot be mended first; each has a sentence in ``phrases.toml``.
REASONS: Final = (
    "too_soon",
    "other_role",
    "minor_unsupervised",
    "needs_course",
    "requirement",
    *TIME_REASONS,
    "school_hours",
    "other_language",
    "other_subject",
    "other_grades",
    "too_far",
    "overlap",
    "not_available",
    "full",
)


def fitting(slots: Iterable[Slot], candidate: Candidate, *, now: datetime, limit: int) -> tuple[Slot, ...]:
    """Return the first slots that nothing speaks against: those at the place where the person served last, then others.

    Within each the order given is kept; nobody is ranked.
    """
    fit = [slot for slot in slots if refusal(slot, candidate, now=now) is None]
    return tuple(_known_place_first(fit, candidate)[:limit])


def full_but_fitting(slots: Iterable[Slot], candidate: Candidate, *, now: datetime, limit: int) -> tuple[Slot, ...]:
    """Return the first slots that would fit but for a free seat: one may wait for those."""
    fit = [slot for slot in slots if refusal(slot, candidate, now=now) == "full"]
    return tuple(_known_place_first(fit, candidate)[:limit])


def _known_place_first(slots: Sequence[Slot], candidate: Candidate) -> list[Slot]:
    if candidate.last_site is None:
        return list(slots)
    return sorted(slots, key=lambda slot: slot.site != candidate.last_site)


def main_refusal(slots: Iterable[Slot], candidate: Candidate, *, now: datetime) -> tuple[str, Slot] | None:
    """Say what keeps a person from most slots, with one of these; ``None`` when there is none.

    Shifts of other roles count only where there are no others.
    """
    refused = [(reason, slot) for slot in slots if (reason := refusal(slot, candidate, now=now))]
    own = [one for one in refused if one[0] not in ("other_role", "too_soon")] or refused
    counts = Counter(reason for reason, _ in own)
    most = max(counts, key=lambda reason: (counts[reason], -REASONS.index(reason)), default=None)
    return next((one for one in own if one[0] == most), None)


def refusal(slot: Slot, candidate: Candidate, *, now: datetime, notice: timedelta = _NOTICE) -> str | None:
    """Say why a slot is not offered to a person; ``None`` when it is.

    Args:
        notice: what begins sooner is too soon.
    """
    if slot.starts_at < now + notice:
        return "too_soon"
    if slot.role is not None and slot.role != candidate.role:
        return "other_role"
    if candidate.minor and (slot.one_to_one or not slot.supervised):
        return "minor_unsupervised"
    if missing(slot.needs_courses, candidate.trained, on=slot.starts_local.date()):
        return "needs_course"
    if lacking(slot, candidate.vetting):
        return "requirement"
    if slot.kind is SlotKind.SHIFT and (unpaid := refuse_time(candidate.allowance, slot.starts_local, slot.minutes)):
        return unpaid
    if slot.kind is SlotKind.SHIFT and not allows(candidate.service_times, slot.starts_local, slot.minutes):
        return "school_hours"
    if slot.language and candidate.languages is not None and slot.language not in candidate.languages:
        return "other_language"
    if slot.subject and candidate.subject and slot.subject.casefold() != candidate.subject.casefold():
        return "other_subject"
    if slot.grades and candidate.grades and not share_a_grade(slot.grades, candidate.grades):
        return "other_grades"
    if is_too_far(slot, candidate.zip):
        return "too_far"
    if any(_overlap(slot, booking.slot) for booking in candidate.bookings):
        return "overlap"
    may_come = (
        slot.kind is SlotKind.TRAINING
        or not candidate.availability
        or any(_covers(window, slot) for window in candidate.availability)
    )
    if not may_come:
        return "not_available"
    return "full" if slot.seats_left < 1 else None


def lacking(slot: Slot, vetting: Vetting | None) -> tuple[str, ...]:
    """List the requirements that keep a person from a shift on its day."""
    if vetting is None or slot.kind is not SlotKind.SHIFT:
        return ()
    subject = replace(vetting.subject, role=slot.role or vetting.subject.role)
    site = vetting.site_needs.get(slot.site, {}) if slot.site is not None else {}
    return outstanding(subject, vetting.needs, vetting.held, on=slot.starts_local.date(), site=site)


def _overlap(one: Slot, other: Slot) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _covers(window: Mapping[str, Json], slot: Slot) -> bool:
    ends_local = slot.starts_local + timedelta(minutes=slot.minutes)
    return (
        window["day"] == _DAYS[slot.starts_local.weekday()]
        and str(window["from"]) <= f"{slot.starts_local:%H:%M}"
        and ends_local.date() == slot.starts_local.date()
        and f"{ends_local:%H:%M}" <= str(window["to"])
    )


def is_too_far(slot: Slot, zip_code: str | None) -> bool:
    """Tell whether nobody would go such a way from their ZIP code."""
    home = place_of(zip_code) if zip_code else None
    if home is None or home.point is None or slot.latitude is None or slot.longitude is None:
        return False
    return distance_km(home.point, (slot.latitude, slot.longitude)) > MAX_DISTANCE_KM
