"""Read what is said outside a flow's own steps: answers to commands, reminders, words for a reply not understood."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from flows.files.shape import FlowError
from flows.templates import fill, placeholders


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Sentences by key and language."""

    texts: Mapping[str, Mapping[str, str]]

    def say(self, key: str, language: str, values: Mapping[str, str] | None = None) -> str:
        """Return a sentence in a language, its names filled."""
        return fill(self.texts[key][language], values or {})

    def __contains__(self, key: str) -> bool:
        """Tell whether there is a sentence for a key."""
        return key in self.texts


def read_phrases(source: str, *, file: str, languages: tuple[str, ...]) -> Phrases:
    """Read a phrase file: ``[section.name]`` tables, or ``[name]``, with one text a language.

    Raises:
        FlowError: a language is missing, or its placeholders differ.
    """
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise FlowError([f"{file}: this is not TOML: {error}; texts go between ''' and '''"]) from error
    faults: list[str] = []
    texts = dict(_flatten(data, (), file, faults))
    for key, by_language in texts.items():
        faults += [
            f"{file}: {key}: has no words in {language!r}; add {language} = '''…'''"
            for language in languages
            if not by_language.get(language, "").strip()
        ]
        if len({placeholders(text) for text in by_language.values()}) > 1:
            faults.append(f"{file}: {key}: has different placeholders; use the same in each language")
    if faults:
        raise FlowError(faults)
    return Phrases(texts={key: {lang: text.strip() for lang, text in by.items()} for key, by in texts.items()})


def _flatten(
    table: Mapping[str, object], path: tuple[str, ...], file: str, faults: list[str]
) -> list[tuple[str, dict[str, str]]]:
    if table and all(isinstance(value, str) for value in table.values()):
        return [(".".join(path), {key: str(value) for key, value in table.items()})]
    found: list[tuple[str, dict[str, str]]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            found.extend(_flatten(value, (*path, key), file, faults))
        else:
            faults.append(f"{file}: {'.'.join((*path, key))}: found {value!r}; write a table with one text a language")
    return found
