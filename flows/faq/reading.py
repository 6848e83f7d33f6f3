"""Read a hub's file of questions, and say every fault of it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final

from flows.facts import LANGUAGES
from flows.faq.finder import Entry, Faq
from flows.faq.index import index_of
from flows.faq.words import stems
from flows.files.shape import FlowError, did_you_mean
from flows.templates import placeholders

#: An answer may use these names.
PLACEHOLDERS: Final = frozenset({"hub", "help_phone"})
_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,29}")


def read_faq(source: str, *, file: str) -> Faq:
    """Read a file of questions: ``[faq.<id>]`` tables with ``ask`` and ``answer`` in each language.

    Raises:
        FlowError: with every fault of the file.
    """
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise FlowError([f"{file}: this is not TOML: {error}; answers go between ''' and '''"]) from error
    faults = [f"{file}: found {key!r}; write every question as a table [faq.<id>]" for key in data if key != "faq"]
    tables = data.get("faq", {})
    if not isinstance(tables, dict):
        raise FlowError([f"{file}: faq: found {tables!r}; write every question as a table [faq.<id>]"])
    for name, table in tables.items():
        where = f"{file}:{_line_of(source, name)}: faq.{name}"
        faults += [f"{where}: {fault}" for fault in _faults(name, table)]
    if not faults:
        faults = [f"{file}: {fault}" for fault in _asked_twice(tables)]
    if faults:
        raise FlowError(faults)
    entries = {
        name: Entry(
            id=name,
            ask={language: tuple(table["ask"][language]) for language in LANGUAGES},
            answer={language: table["answer"][language].strip() for language in LANGUAGES},
        )
        for name, table in tables.items()
    }
    asked = {language: {name: entry.ask[language] for name, entry in entries.items()} for language in LANGUAGES}
    return Faq(entries=entries, indexes={language: index_of(asked[language], language) for language in LANGUAGES})


def _line_of(source: str, name: str) -> int:
    return next((n for n, line in enumerate(source.splitlines(), 1) if line.startswith(f"[faq.{name}]")), 1)


def _faults(name: str, table: Any) -> list[str]:
    if not _ID.fullmatch(name):
        return [f"found the id {name!r}; write small letters, digits and _"]
    if not isinstance(table, dict):
        return [f"found {table!r}; write a table with ask and answer"]
    faults = [
        f"{key}: unknown key; {did_you_mean(key, ['ask', 'answer'])}" for key in table if key not in ("ask", "answer")
    ]
    ask, answer = (_table_or_empty(table.get(key)) for key in ("ask", "answer"))
    for language in LANGUAGES:
        if not _is_list_of_texts(ask.get(language)):
            faults.append(
                f'ask.{language}: found {ask.get(language)!r}; write ask.{language} = ["one wording", "another"]'
            )
        said = answer.get(language)
        if not isinstance(said, str) or not said.strip():
            faults.append(f"answer.{language}: found {said!r}; write answer.{language} = '''…'''")
        elif unknown := sorted(placeholders(said) - PLACEHOLDERS):
            faults.append(f"answer.{language}: {{{unknown[0]}}} is no name here; known are {{hub}} and {{help_phone}}")
    faults += [
        f"{key}.{code}: we do not speak {code!r}; remove it"
        for key, by in (("ask", ask), ("answer", answer))
        for code in by
        if code not in LANGUAGES
    ]
    return faults


def _table_or_empty(written: object) -> dict[str, Any]:
    return written if isinstance(written, dict) else {}


def _is_list_of_texts(written: object) -> bool:
    return isinstance(written, list) and bool(written) and all(isinstance(one, str) and one.strip() for one in written)


def _asked_twice(tables: Mapping[str, Any]) -> list[str]:
    """Find wordings that stand in two entries: neither would be clear of the other."""
    seen: dict[tuple[str, frozenset[str]], str] = {}
    faults = []
    for name, table in tables.items():
        for language in LANGUAGES:
            for wording in table["ask"][language]:
                other = seen.setdefault((language, frozenset(stems(wording, language))), name)
                if other != name:
                    faults.append(
                        f"faq.{name}: ask.{language}: {wording!r} is asked in faq.{other} too; keep it in one"
                    )
    return faults
