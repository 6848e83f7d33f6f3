"""Read what trainings teach and how long each counts: ``courses.toml``, one table a course."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from flows.facts import LANGUAGES
from flows.files.shape import FlowError

#: The file, among those that a library is made of.
COURSES: Final = "courses.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Something that people are trained in."""

    id: str
    #: Name by language.
    title: Mapping[str, str]
    #: How long it counts after the day of training; ``None``: for ever.
    months: int | None = None


class _CourseTable(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: dict[str, Annotated[str, Field(min_length=1)]]
    months: Annotated[int | None, Field(ge=1, le=240)] = None


_TABLES: Final = TypeAdapter(dict[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")], _CourseTable])


def read_courses(source: str, *, file: str = COURSES) -> dict[str, Course]:
    """Read the course file.

    Raises:
        FlowError: it is not TOML, has an unknown key, or lacks a language.
    """
    try:
        tables = _TABLES.validate_python(tomllib.loads(source))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        faults: list[Any] = error.errors() if isinstance(error, ValidationError) else [{"loc": (), "msg": str(error)}]
        raise FlowError([f"{file}: {'.'.join(map(str, f['loc']))}: {f['msg']}" for f in faults]) from error
    faults = [
        f"{file}: {name}.title: has no words in {language!r}; add title.{language} = '''…'''"
        for name, table in tables.items()
        for language in LANGUAGES
        if not table.title.get(language, "").strip()
    ]
    if faults:
        raise FlowError(faults)
    return {name: Course(id=name, title=table.title, months=table.months) for name, table in tables.items()}
