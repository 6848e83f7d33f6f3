"""Say in a whole sentence why staff are asked about somebody: a reason may hold names, days and what somebody wrote."""

from __future__ import annotations

import re
from typing import Final

from bot.console.words import Words
from flows.library import Library

#: Reasons that hold more than a word, each with the key of its sentence.
_WITH: Final = {
    "change": re.compile(r"change:(?P<answer>\w+)"),
    "code_used_often": re.compile(r"code_used_often: (?P<organisation>.+)", re.DOTALL),
    "hours_unanswered": re.compile(r"hours_unanswered: (?P<site>.+)", re.DOTALL),
    "ends_soon": re.compile(r"(?P<requirement>\w+) ends in (?P<days>\d+) days"),
    "outsider_writes": re.compile(r"outsider_writes: (?P<who>\w+): (?P<said>.+)", re.DOTALL),
}


def say_task(say: Words, library: Library, reason: str) -> str:
    """Say why a task is open, in the user's language; a reason that is new to us is shown as it is."""
    for key, form in _WITH.items():
        if found := form.fullmatch(reason):
            values = {name: _named(say, library, name, value) for name, value in found.groupdict().items()}
            return say(f"task_with.{key}", **values)
    return say.name_of("task", reason.replace(" ", "_").lower())


def _named(say: Words, library: Library, name: str, value: str) -> str:
    match name:
        case "answer":
            return _answer(library, say.language, value) or say("task_answer")
        case "requirement" if requirement := library.requirements.get(value):
            return requirement.label[say.language]
        case "who":
            return say(f"task_who.{value}" if say.has(f"task_who.{value}") else "task_who.other")
        case _:
            return value


def _answer(library: Library, language: str, name: str) -> str:
    """Return what the flows call an answer."""
    asks = (step.ask for flow in library.flows.values() for step in flow.steps.values() if step.ask)
    called = (ask.called.get(language, ()) for ask in asks if ask.save_as == name)
    return next((words[0] for words in called if words), "")
