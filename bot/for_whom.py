"""For whom a training or shift is, as an operator types it: every name is one that the flows know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.mistake import MistakeError
from bot.timetable import Foreseen
from flows.files.shape import did_you_mean
from flows.library import Library
from flows.rules.grades import read_grades
from storage.touched import Touched

#: Clears what was asked for; so does an empty word.
NONE: Final = "none"
_KEPT: Final = "Whoever has a place keeps it; it is offered to those who fit from now on."


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """For whom something is to be; ``None`` leaves a thing as it is, ``none`` or an empty word clears it."""

    role: str | None = None
    subject: str | None = None
    grades: str | None = None
    language: str | None = None
    #: Of a training: what it teaches.
    course: str | None = None
    #: Courses one must have done.
    needs: Sequence[str] | None = None


def check_names(names: Iterable[tuple[str, str | None, Iterable[str]]]) -> None:
    """Refuse what is not known, each with its option and what may be written.

    Raises:
        MistakeError: a name is not known.
    """
    for option, name, known in names:
        if name is not None and name not in known:
            raise MistakeError(f"{option} {name}: there is none; {did_you_mean(name, list(known))}")


def check_grades(grades: str) -> None:
    """Refuse what are no grades.

    Raises:
        MistakeError: they are none.
    """
    if grades and read_grades(grades) is None:
        raise MistakeError(f"--grades {grades}: write them like K-2, 3-5 or 9.")


def check_language(library: Library, language: str | None) -> str | None:
    """Return a language that is spoken besides English; English itself is nothing besides it.

    Raises:
        MistakeError: nobody is asked about it, so nobody would fit.
    """
    if language == "en":
        return ""
    known = [option.id for option in library.sets.choices.get("languages", ())]
    if language and known:
        check_names([("--language", language, known)])
    return language


def changes(library: Library, whom: Whom) -> Mapping[str, Any]:
    """Return the fields of a change; an empty one is cleared.

    Raises:
        MistakeError: something is not known; the message says what to write instead.
    """
    role, course, grades = _cleared(whom.role), _cleared(whom.course), _cleared(whom.grades)
    needs = None if whom.needs is None else [need for need in whom.needs if _cleared(need)]
    if whom.needs is not None and needs and len(needs) < len(whom.needs):
        raise MistakeError(f"--needs {NONE}: that clears them all. Write it alone, or write only the courses.")
    check_names((("--role", role or None, library.roles), ("--course", course or None, library.courses)))
    check_names(("--needs", need, library.courses) for need in needs or ())
    check_grades(grades or "")
    return {
        "role": role,
        "subject": _cleared(whom.subject),
        "grades": grades,
        "language": check_language(library, _cleared(whom.language)),
        "course": course,
        "needs_courses": None if needs is None else list(dict.fromkeys(needs)),
    }


def _cleared(word: str | None) -> str | None:
    stripped = word.strip() if word is not None else None
    return "" if stripped == NONE else stripped


# --- what came of it --------------------------------------------------------------------------------------------------


def say_fit(seen: Foreseen, names: Mapping[int, str], *, is_for_others: bool) -> list[str]:
    """Name who keeps a place that would not be offered to them any more, and who loses theirs by the clock.

    Args:
        names: by a person's number.
        is_for_others: whether it was changed for whom it is.
    """
    lines = [_KEPT] if is_for_others else []
    if seen.unfit:
        lines.append(f"They keep their place, but do not fit any more: {_named(seen.unfit, names)}.")
    if seen.lacking:
        lines.append(
            "They lose their place within a minute, since something is missing that has to be brought then; they are "
            f"told, and staff have a task: {_named(seen.lacking, names)}."
        )
    return lines


def _named(touched: Sequence[Touched], names: Mapping[int, str]) -> str:
    numbers = dict.fromkeys(one.person_id for one in touched)
    return ", ".join(names.get(number) or "somebody without a name" for number in numbers)
