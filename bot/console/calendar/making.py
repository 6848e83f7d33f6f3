"""Plan a training or a shift, once or on some days of every week."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot import timetable
from bot.console.answers import Answer, Led, Page
from bot.console.calendar.room import room
from bot.console.calendar.shown import own_sites
from bot.console.calendar.whom import ANYBODY, Whom, choices, read_whom
from bot.console.house import Visit
from flows.facts import Json, SlotKind
from flows.rules.access import Permission
from flows.rules.series import SeriesError
from storage import audit
from storage.series import Template
from storage.tables import Site

#: As the rule of calendars names them, Monday first.
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST_MINUTES: Final = 24 * 60
MOST_SEATS: Final = 2_000
_TITLE_CHARS: Final = 80
_PLACE_CHARS: Final = 200
#: Plans reach this far ahead.
_FURTHEST: Final = timedelta(days=3 * 366)


@room.get("/calendar/new", Permission.PLAN)
def ask(visit: Visit) -> Answer:
    """Show the form, with what is usual filled in."""
    usual = {"kind": SlotKind.SHIFT.value, "minutes": "60", "capacity": "4", "time": "15:30"}
    day = visit.query.get("day", "")
    with visit.reading() as session:
        values = _values(visit, session, {**usual, "day": day, "needs": ""}, wrong=())
    return Page(template="calendar_new.html", values=values)


@room.post("/calendar/new", Permission.PLAN)
def make(visit: Visit) -> Answer:
    """Plan what the form says."""
    with visit.writing() as session:
        reader = Reader(visit, own_sites(visit, session))
        template, starts = reader.template(), reader.starts()
        rule = reader.rule(starts.date() if starts else None)
        if template is not None and starts is not None and not reader.wrong:
            try:
                planned = timetable.plan(
                    session, visit.hub, template, starts_local=starts, zone=reader.zone, rule=rule, now=visit.now
                )
            except SeriesError:
                reader.wrong.append("no_days")
            else:
                detail: dict[str, Json] = {
                    "planned": len(planned.slots),
                    "slot": planned.slots[0].ref if planned.slots else "",
                }
                audit.note(
                    session,
                    visit.hub.id,
                    person_ref=None,
                    author=visit.author,
                    what="timetable",
                    detail=detail,
                    now=visit.now,
                )
                if not planned.slots:  # all of its first months are holidays
                    return Led(to=f"/console/calendar?day={starts.date()}", told="made_later")
                to = f"/console/calendar/{planned.slots[0].ref}"
                return Led(to=to, told="made" if rule is None else "made_many", values={"n": str(len(planned.slots))})
        values = _values(visit, session, visit.form, wrong=reader.wrong)
    return Page(template="calendar_new.html", values=values, status=422)


class Reader:
    """Reads the fields of a form about a slot; notes what is wrong with them by a word each."""

    def __init__(self, visit: Visit, sites: list[Site]) -> None:
        """Read for a user who may plan at some sites."""
        self.visit = visit
        self.sites = sites
        self.wrong: list[str] = []
        self.zone = visit.hub.zone

    def template(self) -> Template | None:
        """Read what all slots of a series have in common; ``None`` when something is wrong."""
        form = self.visit.form
        kind = SlotKind.TRAINING if form.get("kind") == SlotKind.TRAINING.value else SlotKind.SHIFT
        title, site, place = self.title(), self.site(), form.get("place", "").strip()[:_PLACE_CHARS]
        if title is None:
            self.wrong.append("title")
        if site is None and (not place or self.visit.sites is not None):
            self.wrong.append("place")
        minutes, capacity = self.number("minutes", 1, MOST_MINUTES), self.number("capacity", 0, MOST_SEATS)
        whom = self.whom()
        if self.wrong or title is None or minutes is None or capacity is None:
            return None
        self.zone = site.zone if site else self.visit.hub.zone
        return Template(
            kind=kind,
            title=title,
            minutes=minutes,
            capacity=capacity,
            site_id=site.id if site else None,
            place="" if site else place,
            role=whom.role or None,
            supervised="unsupervised" not in form,
            one_to_one="one_to_one" in form,
            course=(whom.course or None) if kind is SlotKind.TRAINING else None,
            needs_courses=whom.needs_courses,
            subject=whom.subject or None,
            grades=whom.grades,
            language=whom.language or None,
        )

    def whom(self, now: Whom = ANYBODY) -> Whom:
        """Read for whom it is; what is not asked is as it is now."""
        visit = self.visit
        return read_whom(visit.form, visit.fields.get("needs", ()), visit.house.library, self.wrong, now)

    def title(self) -> dict[str, str] | None:
        """Read the name in both languages; English serves for both."""
        english = self.visit.form.get("title_en", "").strip()[:_TITLE_CHARS]
        spanish = self.visit.form.get("title_es", "").strip()[:_TITLE_CHARS]
        return {"en": english, "es": spanish or english} if english else None

    def site(self) -> Site | None:
        """Read which of their sites; ``None`` for an online meeting."""
        named = self.visit.form.get("site", "")
        return next((site for site in self.sites if str(site.id) == named), None)

    def number(self, name: str, least: int, most: int) -> int | None:
        """Read a whole number within bounds."""
        typed = self.visit.form.get(name, "").strip()
        if typed.isdecimal() and len(typed) < 6 and least <= int(typed) <= most:
            return int(typed)
        self.wrong.append(name)
        return None

    def starts(self) -> datetime | None:
        """Read day and time by the clock of the place; ``None`` when there is none, or it is over."""
        day, at = self.day("day"), self.time()
        if day is None or at is None:
            self.wrong.append("day" if day is None else "time")
            return None
        starts = datetime.combine(day, at)
        there = starts.replace(tzinfo=ZoneInfo(self.zone))
        if not self.visit.now < there < self.visit.now + _FURTHEST:
            self.wrong.append("past")
            return None
        return starts

    def day(self, name: str) -> date | None:
        """Read a day."""
        try:
            return date.fromisoformat(self.visit.form.get(name, ""))
        except ValueError:
            return None

    def time(self) -> time | None:
        """Read a time of day."""
        try:
            return time.fromisoformat(self.visit.form.get("time", "")).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            return None

    def rule(self, first: date | None) -> str | None:
        """Write the rule of calendars for the days of the week that are ticked; ``None`` for once only."""
        ticked = self.visit.fields.get("weekday", [])
        days = [day for day in WEEKDAYS if day in ticked]
        if not days:
            return None
        until, typed = self.day("until"), self.visit.form.get("until", "")
        if typed and (until is None or (first is not None and until < first)):
            self.wrong.append("until")
        return f"FREQ=WEEKLY;BYDAY={','.join(days)}" + (f";UNTIL={until:%Y%m%d}" if until else "")


def _values(visit: Visit, session: Any, form: Any, *, wrong: Any) -> dict[str, Any]:
    return {
        "form": form,
        "picked": visit.fields.get("weekday", []),
        "needs": visit.fields.get("needs", []),
        "wrong": list(dict.fromkeys(wrong)),
        "sites": own_sites(visit, session),
        "kinds": [kind.value for kind in SlotKind],
        "choices": choices(visit.house.library, visit.language),
        "teaches": True,
        "weekdays": WEEKDAYS,
        "most_minutes": MOST_MINUTES,
        "most_seats": MOST_SEATS,
    }
