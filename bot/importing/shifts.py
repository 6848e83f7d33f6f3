"""Read a table of trainings and shifts, each once; what comes again by a rule is planned by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from functools import partial
from typing import Any, Final

from bot.importing.cells import (
    read_day,
    read_language,
    read_minutes,
    read_number,
    read_start,
    read_time,
    read_yes,
    read_zone,
    words,
)
from bot.importing.columns import Column, Context, unknown
from bot.importing.faults import Bad
from bot.importing.kind import Kind, Wrong
from flows.facts import SlotKind
from storage.incoming import IncomingShift


def _build(values: Mapping[str, Any], context: Context) -> IncomingShift | Wrong:
    for name in ("title", "capacity"):
        if name not in values:
            return _needed(name)
    starts = values.get("starts") or _together(values.get("day"), values.get("time"))
    if starts is None:
        return _needed("starts")
    if starts.date() <= context.today:
        return Wrong(name="starts" if "starts" in values else "day", bad=Bad(code="past"))
    minutes = _minutes(values, starts)
    if isinstance(minutes, Wrong):
        return minutes
    if "site" not in values and "place" not in values:
        return _needed("site")
    title = {"en": values["title"]} | ({"es": values["title_es"]} if "title_es" in values else {})
    return IncomingShift(
        kind=SlotKind(values.get("kind", SlotKind.SHIFT.value)),
        title=title,
        starts_local=starts,
        minutes=minutes,
        capacity=values["capacity"],
        site=values.get("site", ""),
        place=values.get("place", ""),
        zone=values.get("zone") or context.zone,
        role=values.get("role"),
        course=values.get("course"),
        subject=values.get("subject"),
        grades=values.get("grades", ""),
        language=values.get("language"),
        supervised=values.get("supervised", True),
        one_to_one=values.get("one_to_one", False),
    )


def _needed(name: str) -> Wrong:
    return Wrong(name=name, bad=Bad(code="needed", values={"name": name}))


def _together(day: Any, at: time | None) -> datetime | None:
    return datetime.combine(day, at) if day and at else None


def _minutes(values: Mapping[str, Any], starts: datetime) -> int | Wrong:
    if "minutes" in values:
        return int(values["minutes"])
    if "ends" not in values:
        return _needed("minutes")
    minutes = int((datetime.combine(starts.date(), values["ends"]) - starts).total_seconds()) // 60
    return minutes if 1 <= minutes <= 960 else Wrong(name="ends", bad=Bad(code="ends"))


SHIFTS: Final = Kind(
    name="shifts",
    columns=(
        Column(name="kind", read=partial(unknown, "kinds")),
        Column(name="title", read=words(80)),
        Column(name="title_es", read=words(80)),
        Column(name="starts", read=read_start),
        Column(name="day", read=read_day),
        Column(name="time", read=read_time),
        Column(name="ends", read=read_time),
        Column(name="minutes", read=read_minutes),
        Column(name="capacity", read=read_number),
        Column(name="site", read=partial(unknown, "sites")),
        Column(name="place", read=words(200)),
        Column(name="zone", read=read_zone),
        Column(name="role", read=partial(unknown, "roles")),
        Column(name="course", read=words(60)),
        Column(name="subject", read=words(60)),
        Column(name="grades", read=words(20)),
        Column(name="language", read=read_language),
        Column(name="supervised", read=read_yes),
        Column(name="one_to_one", read=read_yes),
    ),
    build=_build,
    key=lambda one: (one.kind, one.starts_local, one.site.casefold(), one.title["en"]),
    key_column=lambda one: "starts",
)
