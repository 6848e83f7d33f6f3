"""Translations that stayed behind: one language was changed since the file before, and the other was not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from flows.library import Library
from flows.lint.finding import Finding, Severity
from flows.lint.sight import Rule, Sight, Where

STALE = Rule(
    id="stale-translation", severity=Severity.WARNING, why="The two languages may by now say two different things."
)

_NAMES: Final = {"en": "English", "es": "Spanish"}
_TOKEN: Final = re.compile(r"\{\w+\}|\w+")

#: Texts by what they are: a step's question, a phrase, an answer of the FAQ.
_Texts = Mapping[tuple[str, ...], Mapping[str, str]]


def check(sight: Sight) -> Iterator[Finding]:
    """Compare every text with what was there before, if that is known."""
    if sight.base is None:
        return
    before = _texts(sight.base)
    for key, texts in _texts(sight.library).items():
        old = before.get(key, {})
        changed = [language for language in texts if language in old and not _same(texts[language], old[language])]
        behind = [language for language in texts if language in old and language not in changed]
        for language in behind if changed else ():
            what = f"the {_NAMES.get(changed[0], changed[0])} {_told(key)} was changed, and the {_NAMES.get(language, language)} one was not"
            yield STALE.found(
                _place(sight, key, language), what, write=f"change the {language!r} text as well, if it has to say so"
            )


def _same(one: str, two: str) -> bool:
    """Tell whether two texts say the same; a comma or a capital need no translation."""
    return _TOKEN.findall(one.casefold()) == _TOKEN.findall(two.casefold())


def _texts(library: Library) -> _Texts:
    found: dict[tuple[str, ...], Mapping[str, str]] = {}
    for name, flow in library.flows.items():
        for step in flow.steps.values():
            ask = step.ask
            keys = {"say": step.say} | ({"ask": ask.question, "retry": ask.retry, "help": ask.help} if ask else {})
            found |= {("flow", name, step.id, key): texts for key, texts in keys.items() if texts}
            for option in ask.options if ask else ():
                found["flow", name, step.id, "choice", option.id] = option.label
    found |= {("phrase", key): texts for key, texts in library.phrases.texts.items()}
    found |= {("faq", entry.id): entry.answer for entry in library.faq.entries.values()}
    return found


def _told(key: tuple[str, ...]) -> str:
    match key:
        case ("flow", _, _, "choice", option):
            return f"label of {option!r}"
        case ("flow", _, _, part):
            return f"text of {part!r}"
        case _:
            return "text"


def _place(sight: Sight, key: tuple[str, ...], language: str) -> Where:
    match key:
        case ("flow", flow, step, "choice", option):
            own = [choice.id for choice in sight.tables[flow].step[step].choice]
            more = ("choice", str(own.index(option))) if option in own else ("choices",)
            return sight.at(flow, step, *more)
        case ("flow", flow, step, part):
            return sight.at(flow, step, f"{part}.{language}")
        case ("phrase", phrase):
            return sight.phrase(phrase, language)
        case _:
            return sight.entry(key[1], language)
