"""Find the texts of a file and write one of them anew, leaving everything else in the file as it is, comments included."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flows.facts import LANGUAGES

#: Texts of a step, in the order in which people meet them.
_KEYS: Final = ("say", "ask", "retry", "help")
_CHOICE: Final = "choice"
#: A string as TOML writes it, over one line or several.
_STRING: Final = r"""(?:'''.*?'''|\"\"\".*?\"\"\"|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
#: What TOML forbids within a literal string. Source: TOML 1.0.0, "String".
_FORBIDDEN: Final = re.compile("'''|[\x00-\x08\x0b-\x1f\x7f]")


class NotWritableError(ValueError):
    """A text cannot be written, or the file has it in a form that nobody but its author should touch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a text stands in every language: a table of the file, which of several with that name, and the key."""

    table: str
    #: Below the table, before the language: ``ask``; empty in a file of phrases.
    key: str = ""
    #: Which of several tables, as choices are; ``None`` where there is but one.
    number: int | None = None

    def __str__(self) -> str:
        """Write it so that ``read`` reads it."""
        return f"{self.table}{'' if self.number is None else f'#{self.number}'}:{self.key}"

    @staticmethod
    def read(text: str) -> Place:
        """Read what ``str`` wrote."""
        path, _, key = text.partition(":")
        table, _, number = path.partition("#")
        return Place(table=table, key=key, number=int(number) if number.isdecimal() else None)

    @property
    def step(self) -> str:
        """The step, or the phrase; what pages name it by."""
        parts = self.table.split(".")
        return parts[1] if parts[0] == "step" else self.table

    @property
    def name(self) -> str:
        """What kind of text it is: ``ask``, ``label``, ``answer`` or ``phrase``."""
        return self.key or "phrase"


def step_texts(source: str, step: str) -> Iterator[tuple[Place, Mapping[str, str]]]:
    """Yield the texts of a step of a flow file, by language."""
    table = tomllib.loads(source)["step"][step]
    for key in _KEYS:
        if key in table:
            yield Place(table=f"step.{step}", key=key), table[key]
    for number, choice in enumerate(table.get(_CHOICE, ())):
        yield Place(table=f"step.{step}.{_CHOICE}", key="label", number=number), choice["label"]


def text_at(source: str, place: Place) -> Mapping[str, str] | None:
    """Return the texts that stand at a place, by language; ``None`` when there is no such place."""
    found: Any = tomllib.loads(source)
    for part in place.table.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    if place.number is not None:
        found = found[place.number] if isinstance(found, list) and place.number < len(found) else None
    if place.key:
        found = found.get(place.key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) and all(isinstance(text, str) for text in found.values()) else None


def reworded(source: str, place: Place, language: str, text: str) -> str:
    """Write a text anew.

    Raises:
        NotWritableError: there is no such text, or it cannot be written in its place.
    """
    if _FORBIDDEN.search(text):
        raise NotWritableError(text)
    before = text_at(source, place)
    if language not in LANGUAGES or before is None or language not in before:
        raise NotWritableError(str(place))
    start, end = _span(source, place)
    key = f"{place.key}.{language}" if place.key else language
    pattern = re.compile(rf"^({re.escape(key)}\s*=\s*){_STRING}", re.DOTALL | re.MULTILINE)
    body, count = pattern.subn(lambda found: f"{found[1]}'''{text}'''", source[start:end], count=1)
    written = source[:start] + body + source[end:]
    if not count or not _differs_there_alone(source, written, place, language, text):
        raise NotWritableError(str(place))
    return written


def _span(source: str, place: Place) -> tuple[int, int]:
    """Find where a table begins and the next one does; a text of several lines may look like one, which is checked after."""
    header = f"[[{place.table}]]" if place.number is not None else f"[{place.table}]"
    found = list(re.finditer(rf"^{re.escape(header)}[ \t]*(?:#.*)?$", source, re.MULTILINE))
    number = place.number or 0
    if number >= len(found):
        raise NotWritableError(str(place))
    start = found[number].end()
    after = re.compile(r"^\[", re.MULTILINE).search(source, start)
    return start, after.start() if after else len(source)


def _differs_there_alone(before: str, after: str, place: Place, language: str, text: str) -> bool:
    try:
        wanted, found = tomllib.loads(before), tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        return False
    at: Any = wanted
    for part in place.table.split("."):
        at = at[part]
    at = at[place.number] if place.number is not None else at
    at = at[place.key] if place.key else at
    at[language] = text
    return bool(wanted == found)


def phrase_table(place: Place, texts: Mapping[str, str]) -> str:
    """Write a sentence as a table of its own, for a hub's phrase file that does not have it yet."""
    return "\n".join([f"[{place.table}]", *(f"{language} = '''{text}'''" for language, text in texts.items())])
