"""Turn a template and its values into a page, in the user's language and with what every page has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from html import unescape
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.staticfiles import StaticFiles

from bot.console import clockwork
from bot.console.house import House, Visit
from bot.console.room import Room
from bot.console.task_words import say_task
from bot.console.words import Words, broken
from flows.facts import LANGUAGES
from flows.rules.access import Permission

ASSETS: Final = "/console/assets"


def assets() -> StaticFiles:
    """Return style, scripts and pictures, which are carried in the package."""
    return StaticFiles(directory=str(files("bot.console") / "static"))


@cache
def environment() -> Environment:
    """Return where the templates come from; a name that nothing fills is an error, not a blank."""
    made = Environment(
        loader=PackageLoader("bot.console"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters["broken"] = broken
    made.filters["unescaped"] = unescape  # Slack's and Telegram's three escaped signs are signs again
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was done, said once on top of the next page."""

    room: str
    key: str
    values: Mapping[str, str]


def render(
    visit: Visit,
    room: Room,
    template: str,
    values: Mapping[str, Any],
    *,
    rooms: Sequence[Room],
    told: Told | None = None,
) -> str:
    """Render a page, or a piece of one, for a user."""
    say = Words(room.name, visit.language, visit.hub.name)
    shown = {
        **_frame(visit.house, visit.language, visit.now),
        "visit": visit,
        "user": visit.user,
        "may": visit.may,
        "Permission": Permission,
        "room": room,
        "rooms": [each for each in rooms if each.home and visit.may(each.needs)],
        "role_name": lambda role: _label(visit, "roles", role) or say("nothing"),
        "audience_name": lambda audience: _label(visit, "audiences", audience) or say("nothing"),
        "why_asked": lambda reason: say_task(say, visit.house.library, reason),
        "told": Words(told.room, visit.language, visit.hub.name)(told.key, **told.values) if told else "",
        **values,
    }
    return environment().get_template(template).render(shown, say=say)


def _label(visit: Visit, kind: str, name: str | None) -> str:
    """Name a role or an audience as the files of the flows do."""
    options = visit.house.library.sets.choices.get(kind, ())
    return next((option.label[visit.language] for option in options if option.id == name), name or "")


def render_door(house: House, language: str, template: str, values: Mapping[str, Any]) -> str:
    """Render a page for somebody who is not signed in."""
    say = Words("door", language, house.hub.name)
    shown = {**_frame(house, language, house.now()), "user": None, "rooms": (), "told": "", **values}
    return environment().get_template(template).render(shown, say=say)


def _frame(house: House, language: str, now: datetime) -> dict[str, Any]:
    zone, today = house.zone, now.astimezone(house.zone).date()

    def moment(at: datetime, place: str | None = None) -> str:
        return clockwork.moment(at, zone=ZoneInfo(place) if place else zone, language=language, now=now)

    def day(on: date) -> str:
        return clockwork.day(on, language=language, today=today)

    def clock(at: datetime, place: str | None = None) -> str:
        return clockwork.clock(at, zone=ZoneInfo(place) if place else zone, language=language)

    def full(at: datetime, place: str | None = None) -> str:
        return clockwork.full(at, zone=ZoneInfo(place) if place else zone, language=language)

    return {
        "hub": house.hub,
        "language": language,
        "languages": LANGUAGES,
        "now": now,
        "today": today,
        "assets": ASSETS,
        "moment": moment,
        "day": day,
        "long_day": lambda on: clockwork.long_day(on, language=language),
        "clock": clock,
        "full": full,
        "ago": lambda at: clockwork.ago(at, now=now, language=language),
        "hours": lambda minutes: clockwork.hours(minutes, language=language),
    }
