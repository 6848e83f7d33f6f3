"""Tell which column of a file holds what: by its heading, in English or Spanish, or as whoever brings it in says."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from bot.importing.faults import Bad, SheetError

#: In ``--map``: the column is not used.
_UNUSED: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What reading a cell depends on besides the cell."""

    today: date
    #: ``mdy`` or ``dmy``: how a day like 3/4/2026 is meant.
    day_order: str = "mdy"
    #: Names that are known, by kind: ``roles``, ``audiences``, ``sites``, all in small letters, to what they stand for.
    known: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    #: The hub's zone, where nothing else tells one.
    zone: str = "America/New_York"
    #: Channels that we can write by.
    channels: frozenset[str] = frozenset({"sms"})
    #: Where and when everybody in the file agreed, where the row does not say.
    consent_source: str = ""
    consented_on: date | None = None


#: Reads one cell that is not empty.
ReadCell = Callable[[str, Context], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One thing that a file may tell."""

    name: str
    read: ReadCell


def match_columns(
    headings: Sequence[str],
    kind: str,
    columns: Sequence[Column],
    given: Mapping[str, str] = MappingProxyType({}),
) -> dict[int, Column]:
    """Say what each column of a file holds, by its place; those that hold nothing we know are left out.

    Args:
        kind: a table of ``headings.toml``.
        given: what whoever brings the file in says: heading, or number from 1, to name; an empty name leaves it out.

    Raises:
        SheetError: two columns hold the same, or what was given fits nothing.
    """
    by_name = {column.name: column for column in columns}
    chosen = _given(headings, by_name, given)
    told = {name for name in chosen.values() if name}
    guesses = {place: guess(heading, kind) for place, heading in enumerate(headings) if place not in chosen}
    found = {place: name for place, name in guesses.items() if name and name not in told}
    found |= {place: name for place, name in chosen.items() if name}
    for name in set(found.values()):
        places = [place for place, one in sorted(found.items()) if one == name]
        if len(places) > 1:
            shown = " and ".join(f"{place + 1} ({headings[place]})" for place in places)
            raise SheetError(f"The columns {shown} both look like {name}. Say which: --map {places[0] + 1}={name}")
    return {place: by_name[name] for place, name in sorted(found.items())}


def _given(headings: Sequence[str], by_name: Mapping[str, Column], given: Mapping[str, str]) -> dict[int, str]:
    chosen: dict[int, str] = {}
    for heading, name in given.items():
        if name != _UNUSED and name not in by_name:
            raise SheetError(f"--map {heading}={name}: there is no {name}; write one of {', '.join(by_name)}.")
        places = [place for place, one in enumerate(headings) if folded(one) == folded(heading) and one]
        if not places and heading.isdecimal() and 1 <= int(heading) <= len(headings):
            places = [int(heading) - 1]
        if len(places) != 1:
            many = "several columns" if places else "no column"
            raise SheetError(f"--map {heading}={name}: {many} of that heading; give the number of the column instead.")
        chosen[places[0]] = name
    return chosen


def guess(heading: str, kind: str) -> str | None:
    """Say what a heading stands for; ``None`` when it is not known."""
    return _headings(kind).get(folded(heading))


def folded(heading: str) -> str:
    """Write a heading without accents, capitals and signs."""
    plain = unicodedata.normalize("NFKD", heading).casefold()
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())


@cache
def _headings(kind: str) -> dict[str, str]:
    table = tomllib.loads((Path(__file__).parent / "headings.toml").read_text("utf-8"))[kind]
    return {folded(words): name for name, list_ in table.items() for words in [name.replace("_", " "), *list_]}


def unknown(kind: str, text: str, context: Context) -> str | Bad:
    """Look a name up among those that are known."""
    known = context.known.get(kind, {})
    if (found := known.get(text.casefold())) is not None:
        return found
    listed = ", ".join(sorted(set(known.values()))[:12]) or "-"
    return Bad(code=f"one_of_{kind}", values={"known": listed})
