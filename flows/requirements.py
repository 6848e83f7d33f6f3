"""Read what people may have to bring before a shift: ``requirements.toml``, one table a requirement."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from flows.facts import LANGUAGES
from flows.files.shape import FlowError, did_you_mean, line_of
from flows.rules.requirements import Need, Requirement

#: The file, among those that a library is made of.
REQUIREMENTS: Final = "requirements.toml"

_Id = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    label: dict[str, str]
    ask: dict[str, str]
    needed: bool = False
    many: Annotated[int, Field(ge=1, le=9)] = 1
    months: Annotated[int | None, Field(ge=1, le=240)] = None
    min_age: Annotated[int | None, Field(ge=1, le=99)] = None
    below_age: Annotated[int | None, Field(ge=1, le=99)] = None
    audiences: list[_Id] = []
    roles: list[_Id] = []
    decides: Literal["coordinator", "guardian", "aid_office", "employer"]
    course: _Id | None = None


_TABLES: Final = TypeAdapter(dict[_Id, _Table])


def read_requirements(source: str, *, file: str = REQUIREMENTS) -> dict[str, Requirement]:
    """Read the requirements file.

    Raises:
        FlowError: with every fault: no TOML, an unknown key, words missing in a language, ages that fit nobody.
    """
    try:
        tables = _TABLES.validate_python(tomllib.loads(source))
    except tomllib.TOMLDecodeError as error:
        raise FlowError([f"{file}: this is not TOML: {error}; texts go between ''' and '''"]) from error
    except ValidationError as error:
        raise FlowError([_fault(source, file, fault) for fault in error.errors()]) from error
    if faults := [fault for name, table in tables.items() for fault in _faults(source, file, name, table)]:
        raise FlowError(faults)
    return {name: _requirement(name, table) for name, table in tables.items()}


def shipped_requirements() -> tuple[str, ...]:
    """List the kinds that come with the program."""
    return tuple(read_requirements((files("flows") / REQUIREMENTS).read_text("utf-8")))


def _fault(source: str, file: str, fault: Any) -> str:
    path = [str(part) for part in fault["loc"]]
    where = f"{file}:{line_of(source, path)}: {'.'.join(path)}"
    if fault["type"] == "extra_forbidden":
        return f"{where}: unknown key; {did_you_mean(path[-1], list(_Table.model_fields))}"
    if fault["type"] == "missing":
        return f"{where}: is missing; add it"
    return f"{where}: found {fault['input']!r}; {fault['msg'][0].lower()}{fault['msg'][1:]}"


def _faults(source: str, file: str, name: str, table: _Table) -> Iterator[str]:
    where = f"{file}:{line_of(source, [name])}: {name}"
    texts: Mapping[str, Mapping[str, str]] = {"label": table.label, "ask": table.ask}
    for key, by_language in texts.items():
        for language in LANGUAGES:
            if not by_language.get(language, "").strip():
                yield f"{where}.{key}: has no words in {language!r}; add {key}.{language} = '''…'''"
    if table.min_age and table.below_age and table.min_age >= table.below_age:
        yield f"{where}: min_age {table.min_age} and below_age {table.below_age} fit nobody; change one of them"


def _requirement(name: str, table: _Table) -> Requirement:
    return Requirement(
        need=Need(
            kind=name,
            many=table.many,
            months=table.months,
            min_age=table.min_age,
            below_age=table.below_age,
            audiences=frozenset(table.audiences),
            roles=frozenset(table.roles),
            course=table.course,
            needed=table.needed,
        ),
        label=table.label,
        ask=table.ask,
        decides=table.decides,
    )
