"""For whom a training or shift is: what may be chosen, and what a form says of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from flows.library import Library
from flows.rules.grades import read_grades
from flows.rules.placement import ANY
from storage.tables import SlotRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """For whom it is; what is empty is for anybody."""

    role: str = ""
    subject: str = ""
    grades: str = ""
    language: str = ""
    #: Of a training: what it teaches.
    course: str = ""
    #: Courses one must have finished before.
    needs_courses: tuple[str, ...] = ()


#: Nothing has been said yet.
ANYBODY: Final = Whom()
#: Every form that asks for whom it is sends these; ticks that are all out send nothing.
_ALWAYS_SENT: Final = frozenset({"role", "subject", "grades", "language"})


def whom_of(slot: SlotRow) -> Whom:
    """Tell for whom a slot is now."""
    return Whom(
        role=slot.role or "",
        subject=slot.subject or "",
        grades=slot.grades,
        language=slot.language or "",
        course=slot.course or "",
        needs_courses=tuple(json.loads(slot.needs_courses)),
    )


def choices(library: Library, said: str, now: Whom = ANYBODY) -> dict[str, dict[str, str]]:
    """Name what may be chosen, by its id; what stands there already stays a choice, also when the flows do not know it.

    Args:
        said: the language of the names.
        now: as it is.
    """
    sets = library.sets.choices
    known = {
        "roles": {option.id: option.label[said] for option in sets["roles"]},
        "subjects": {option.id: option.label[said] for option in _subjects(library)},
        "tongues": {option.id: option.label[said] for option in sets.get("languages", ()) if option.id != "en"},
        "courses": {course.id: course.title[said] for course in library.courses.values()},
    }
    there = {
        "roles": (now.role,),
        "subjects": (now.subject,),
        "tongues": (now.language,),
        "courses": (now.course, *now.needs_courses),
    }
    return {name: {**{each: each for each in there[name] if each}, **named} for name, named in known.items()}


def _subjects(library: Library) -> list[Any]:
    """List the subjects that people are asked about, as the shipped dialogue names them."""
    flow = library.flows.get("shifts")
    step = flow.steps.get("subject") if flow else None
    return [option for option in step.ask.options if option.id != ANY] if step and step.ask else []


def read_whom(
    form: Mapping[str, str], ticked: Collection[str], library: Library, wrong: list[str], now: Whom = ANYBODY
) -> Whom:
    """Read what a form says; what it does not ask, or what cannot be chosen, is as it is now.

    Args:
        ticked: the courses that are ticked.
        wrong: words for what is wrong are added to it.
        now: as it is.
    """
    may_be = choices(library, "en", now)
    read = replace(
        now,
        role=_one_of(form.get("role"), may_be["roles"], now.role),
        subject=_one_of(form.get("subject"), may_be["subjects"], now.subject),
        grades=form.get("grades", now.grades).strip()[:20],
        language=_one_of(form.get("language"), may_be["tongues"], now.language),
        course=_one_of(form.get("course"), may_be["courses"], now.course),
    )
    if read.grades not in ("", now.grades) and read_grades(read.grades) is None:
        wrong.append("grades")
    if not _ALWAYS_SENT & form.keys():
        return read
    stay = [need for need in now.needs_courses if need in ticked]
    more = [name for name in may_be["courses"] if name in ticked and name not in stay]
    return replace(read, needs_courses=(*stay, *more))


def _one_of(value: str | None, known: Mapping[str, str], now: str) -> str:
    return value if value is not None and (not value or value in known) else now


def differing(wanted: Whom, now: Whom) -> dict[str, Any]:
    """Return the fields of a change that are to be different; an empty one is cleared."""
    was = asdict(now)
    return {name: value for name, value in asdict(wanted).items() if value != was[name]}
