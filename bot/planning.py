"""The trainings and shifts that an operator plans from the command line, and why somebody is offered one or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot import placing, timetable
from bot.app import utc_now
from bot.commands.operate import find_person
from bot.commands.places import Desk, known_zone, say_changed, site_named
from bot.for_whom import Whom, changes, check_grades, check_language, check_names, say_fit
from bot.mistake import MistakeError
from flows.facts import SlotKind
from flows.rules.placement import lacking, refusal
from flows.rules.reminders import KINDS
from flows.rules.series import SeriesError
from flows.rules.training import missing
from storage import planned, schedule, series
from storage.changes import Change, Reach, TimetableError
from storage.operations import reading
from storage.performing import perform
from storage.series import Template
from storage.tables import Site, SlotRow
from storage.waiting import count_waiting

#: How far ahead ``explain`` looks: as far as people are offered anything.
_OFFERED: Final = timedelta(days=42)
_A_DAY: Final = 24 * 60
#: Why a slot is not offered to somebody, as a coordinator would say it.
_WHY: Final[Mapping[str, str]] = {
    "full": "it is full",
    "too_soon": "it starts too soon, or has begun",
    "other_role": "it is for another role: {role}",
    "minor_unsupervised": "they are under 18, and it is one to one or without a vetted adult in sight",
    "requirement": "it asks for something they have not brought, or that does not hold on that day: {what}",
    "needs_course": "it asks for a course they have not done, or did too long ago: {course}",
    "aid_office": "the college's aid office has not confirmed their work-study award",
    "award_over": "it comes after the last day of their work-study award",
    "award_used": "it is longer than what is left of their work-study award",
    "time_off_used": "it is longer than what is left of their paid time off of that year",
    "week_full": "they would pass their work-study hours of that week",
    "school_hours": "it is at a time that the policy of their school district does not allow",
    "other_language": "it asks for a language they have not said they speak: {language}",
    "other_subject": "it is about another subject: {subject}",
    "other_grades": "it is for other grades: {grades}",
    "too_far": "it is too far from their ZIP code",
    "overlap": "they are elsewhere at that time",
    "not_available": "it is outside the hours they told us",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A training or shift as an operator types it."""

    kind: SlotKind
    title: str
    title_es: str | None
    at: str
    minutes: int
    capacity: int
    rule: str | None
    site: str | None
    place: str
    zone: str | None
    role: str | None
    supervised: bool
    one_to_one: bool
    course: str | None
    needs: Sequence[str]
    subject: str | None
    grades: str
    language: str | None
    remind: Sequence[str]


def add_slots(desk: Desk, wanted: Wanted) -> list[str]:
    """Plan a training or a shift, once or by a rule; return what was planned.

    Raises:
        MistakeError: something about it cannot be; the message says what to write instead.
    """
    starts_local = _wall_clock(wanted.at, "--at")
    now = utc_now()
    with desk.database.session() as session:
        site = site_named(session, desk.hub, wanted.site) if wanted.site else None
        zone = site.zone if site else known_zone(wanted.zone or desk.hub.zone)
        if site is None and not wanted.place.strip():
            raise MistakeError("Where is it? Give a place with --site, or --place for an online meeting.")
        if starts_local.replace(tzinfo=ZoneInfo(zone)) <= now:
            raise MistakeError(f"--at {wanted.at}: that is over already in {zone}. Write a time to come.")
        template = _template(desk, wanted, site)
        try:
            made = timetable.plan(
                session, desk.hub, template, starts_local=starts_local, zone=zone, rule=wanted.rule, now=now
            )
        except SeriesError as error:
            raise MistakeError(f"--rule: {error}") from None
        if made.made_until is None:
            return [f"Planned: {_describe(made.slots[0], site)}"]
        lines = [
            f"Planned: {len(made.slots)} until {made.made_until}; more follow day by day, as far as the rule goes."
        ]
        return lines + [f"  {_describe(slot, site)}" for slot in made.slots[:5]]


def _template(desk: Desk, wanted: Wanted, site: Site | None) -> Template:
    courses = desk.library.courses
    check_names(
        (
            ("--role", wanted.role, desk.library.roles),
            ("--course", wanted.course, courses),
            *(("--needs", need, courses) for need in wanted.needs),
            *(("--remind", kind, KINDS) for kind in wanted.remind),
        )
    )
    check_grades(wanted.grades)
    if not 1 <= wanted.minutes <= _A_DAY:
        raise MistakeError(f"--minutes {wanted.minutes}: write how long it takes, at most a day.")
    return Template(
        kind=wanted.kind,
        title={"en": wanted.title, "es": wanted.title_es or wanted.title},
        minutes=wanted.minutes,
        capacity=wanted.capacity,
        site_id=site.id if site else None,
        place="" if site else wanted.place.strip(),
        role=wanted.role,
        supervised=wanted.supervised,
        one_to_one=wanted.one_to_one,
        course=wanted.course,
        needs_courses=list(wanted.needs),
        subject=wanted.subject,
        grades=wanted.grades,
        language=check_language(desk.library, wanted.language) or None,
        ladder=list(wanted.remind),
    )


def list_slots(desk: Desk, *, kind: SlotKind | None, days: int) -> list[str]:
    """Say what is planned, one a line."""
    now = utc_now()
    with desk.database.reading() as session:
        sites = {site.id: site for site in series.list_sites(session, desk.hub.id)}
        slots = [
            slot
            for slot in schedule.list_slots(session, desk.hub.id, since=now, kind=kind, limit=1000)
            if slot.starts_at <= now + timedelta(days=days)
        ]
        waiting = count_waiting(session, [slot.id for slot in slots if slot.id is not None])
    return [_describe(slot, sites.get(slot.site_id), waiting=waiting.get(slot.id or 0, 0)) for slot in slots]


def _describe(slot: SlotRow, site: Site | None, *, waiting: int = 0) -> str:
    at = datetime.fromisoformat(slot.starts_local)
    parts = (
        slot.ref,
        f"{at:%a %Y-%m-%d %H:%M}",
        f"{slot.minutes} min",
        slot.kind,
        schedule.title_of(slot, "en"),
        f"at {site.name if site else slot.place}",
        f"for {slot.role}" if slot.role else "",
        f"{slot.taken}/{slot.capacity} taken",
        f"{waiting} waiting" if waiting else "",
        "series" if slot.series_id else "",
        "CALLED OFF" if slot.cancelled else "",
    )
    return "  ".join(part for part in parts if part)


def edit_slots(
    desk: Desk,
    ref: str,
    *,
    which: Reach,
    at: str | None,
    time_of_day: str | None,
    minutes: int | None,
    capacity: int | None,
    title: str | None,
    title_es: str | None,
    site: str | None,
    place: str | None,
    supervised: bool | None,
    one_to_one: bool | None,
    whom: Whom,
) -> list[str]:
    """Change what is planned; everybody booked keeps their place and is told of what concerns them.

    Raises:
        MistakeError: it cannot be changed so; nothing was.
    """
    narrowed = changes(desk.library, whom)
    with desk.database.reading() as session:
        change = Change(
            starts_local=_wall_clock(at, "--at") if at else None,
            at=_time(time_of_day) if time_of_day else None,
            minutes=minutes,
            capacity=capacity,
            title={"en": title, "es": title_es or title} if title else None,
            site=site_named(session, desk.hub, site) if site else None,
            place=place,
            supervised=supervised,
            one_to_one=one_to_one,
            **narrowed,
        )
    if change == Change():
        raise MistakeError(
            "Nothing was to be changed. Give --at, --time, --minutes, --capacity, --title, --site, --place, "
            "--one-to-one, --unsupervised, --role, --subject, --grades, --language, --needs or --course."
        )
    now = utc_now()
    try:
        seen = timetable.foresee(desk.database, desk.hub, desk.library, ref, change, reach=which, now=now)
        changed = timetable.edit(desk.database, desk.hub, desk.library.phrases, ref, change, reach=which, now=now)
    except TimetableError as error:
        raise MistakeError(str(error)) from None
    with desk.database.reading() as session:
        names = planned.name_people(session, [one.person_id for one in (*seen.unfit, *seen.lacking)])
    is_for_others = any(value is not None for value in narrowed.values())
    return say_changed(changed, "keep their place") + say_fit(seen, names, is_for_others=is_for_others)


def call_off(desk: Desk, ref: str, *, which: Reach) -> list[str]:
    """Call off what is planned; everybody booked or in line is told.

    Raises:
        MistakeError: it cannot be called off.
    """
    try:
        changed = timetable.call_off(desk.database, desk.hub, desk.library.phrases, ref, reach=which, now=utc_now())
    except TimetableError as error:
        raise MistakeError(str(error)) from None
    return say_changed(changed, "lose their place")


# --- why not ----------------------------------------------------------------------------------------------------------


def explain(desk: Desk, person: str) -> list[str]:
    """Say of each open shift and training whether it would be offered to a person, and if not, why.

    Raises:
        MistakeError: there is no such person.
    """
    now = utc_now()
    with desk.database.reading() as session:
        found = find_person(session, desk.hub.id, person)
        bookings = perform(session, reading.bookings_of(found.id, now))
        today = now.astimezone(ZoneInfo(desk.hub.zone)).date()
        candidate = placing.candidate(session, desk.hub, desk.library, found, on=today, now=now)
        slots = [
            slot
            for kind in SlotKind
            for slot in perform(session, reading.find_slots(desk.hub.id, kind, now, now + _OFFERED))
        ]
    held = {booking.slot.ref for booking in bookings}
    lines = []
    for slot in slots:
        reason = None if slot.ref in held else refusal(slot, candidate, now=now)
        course = missing(slot.needs_courses, candidate.trained, on=slot.starts_local.date())
        what = ", ".join(desk.library.requirements[kind].label["en"] for kind in lacking(slot, candidate.vetting))
        values = {"what": what, "role": slot.role, "course": course, "subject": slot.subject, "grades": slot.grades}
        said = "they have a place" if slot.ref in held else "it is offered"
        if reason:
            said = "not offered: " + _WHY[reason].format(**values, language=slot.language)
        lines.append(f"{slot.ref}  {slot.starts_local:%a %Y-%m-%d %H:%M}  {slot.place}  {slot.kind.value}: {said}")
    return lines or ["Nothing is planned in the next six weeks."]


def _wall_clock(text: str, option: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None or len(text) < len("2027-01-12T17"):
        raise MistakeError(f"{option} {text}: write day and time by the clock of the place, like 2027-01-12T17:00.")
    return found.replace(second=0, microsecond=0)


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise MistakeError(f"--time {text}: write a time of day, like 15:30.") from None
