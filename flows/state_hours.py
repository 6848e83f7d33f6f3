"""Read the hours of single states, ``quiet_hours.toml``, and narrow a hub's own hours by them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from flows.facts import QuietHours
from flows.files.shape import FlowError

#: The file, beside the flows.
STATE_HOURS: Final = "quiet_hours.toml"

_DAYS: Final = {"mon-fri": range(5), "sat": range(5, 6), "sun": range(6, 7)}
_HOURS: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_WHOLE_DAY: Final = (0, 24 * 60)
_CLOSED: Final = (0, 0)


class _State(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    law: Annotated[str, Field(min_length=1)]
    zips: list[Annotated[str, Field(pattern=r"^\d{3}(-\d{3})?$")]]
    days: dict[str, str]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    read_on: date
    source: Annotated[str, Field(min_length=1)]
    states: dict[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], _State]


def read_state_hours(source: str, *, file: str = STATE_HOURS) -> dict[str, QuietHours]:
    """Read the table; return hours by the first three digits of a postal code.

    Raises:
        FlowError: with every fault: no TOML, an unknown key or day, hours that cannot be read.
    """
    try:
        table = _File.model_validate(tomllib.loads(source))
    except tomllib.TOMLDecodeError as error:
        raise FlowError([f"{file}: this is not TOML: {error}"]) from error
    except ValidationError as error:
        raise FlowError([f"{file}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]) from error
    by_zip: dict[str, QuietHours] = {}
    for name, state in table.states.items():
        hours = _hours(state.days, f"{file}: states.{name}.days")
        for prefix in (prefix for span in state.zips for prefix in _prefixes(span)):
            by_zip[prefix] = both(by_zip[prefix], hours) if prefix in by_zip else hours
    return by_zip


def _hours(days: Mapping[str, str], where: str) -> QuietHours:
    week = [_WHOLE_DAY] * 7
    for name, written in days.items():
        if name not in _DAYS:
            raise FlowError([f"{where}: {name!r} is no day; write one of {', '.join(_DAYS)}"])
        match = _HOURS.fullmatch(written)
        if written and match is None:
            raise FlowError([f'{where}.{name}: {written!r} cannot be read; write hours like "09:00-20:00", or ""'])
        for day in _DAYS[name]:
            week[day] = (_minutes(match, 1), _minutes(match, 3)) if match else _CLOSED
    return _week(week)


def _minutes(match: re.Match[str], group: int) -> int:
    return int(match[group]) * 60 + int(match[group + 1])


def _prefixes(span: str) -> list[str]:
    first, _, last = span.partition("-")
    return [f"{number:03}" for number in range(int(first), int(last or first) + 1)]


def _week(days: list[tuple[int, int]]) -> QuietHours:
    opens, closes = zip(*days, strict=True)
    return QuietHours(opens=opens, closes=closes)


@lru_cache(maxsize=1024)
def both(one: QuietHours, other: QuietHours) -> QuietHours:
    """Return the hours that are open by both; a day on which none is left is closed."""
    days = []
    for day in range(7):
        opens, closes = max(one.opens[day], other.opens[day]), min(one.closes[day], other.closes[day])
        days.append((opens, closes) if opens < closes else _CLOSED)
    return _week(days)


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, QuietHours]:
    return read_state_hours((files("flows") / STATE_HOURS).read_text("utf-8"))


def hours_at(zip_code: str | None, quiet_hours: QuietHours) -> QuietHours:
    """Return a hub's hours as far as the state of a postal code allows them; all of them where nothing is known."""
    by_state = _shipped().get(zip_code[:3]) if zip_code else None
    return both(quiet_hours, by_state) if by_state else quiet_hours
