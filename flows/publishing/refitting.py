"""See whether an answer that somebody gave still answers its question, once the question was changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from flows.answers import ANSWER_TYPES, LIKELY, AnswerContext, Match, Within, read
from flows.answers.words import phrase_key
from flows.facts import LANGUAGES, Json
from flows.model import Ask, Step

#: Values that nobody would write like this; they are checked, not read.
_LISTS: Final = (list, dict)


def refit(step: Step, ask: Ask, value: Json, *, today: date) -> tuple[Json, ...]:
    """Return an answer as it fits its question now; nothing when it does not, so that it has to be asked for again.

    Args:
        today: where the hub is; what is past or future hangs on it.
    """
    if value is None:
        unsure = ask.type == "yes_no" and any(option.id == "unsure" for option in ask.options)
        return (value,) if ask.optional or unsure else ()
    if _fits(step, ask, value, today):
        return (value,)
    if isinstance(value, list | dict) or ANSWER_TYPES[ask.type].value in _LISTS:
        return ()
    if ask.type == "choice":
        return _chosen(ask, _in_words(value))
    return next(_readings(ask, _in_words(value), today), ())


def _fits(step: Step, ask: Ask, value: Json, today: date) -> bool:
    known = ANSWER_TYPES[ask.type]
    if type(value) is not known.value:
        return False
    match value:
        case str() if ask.type == "choice":
            return step.offer is not None or value in {option.id for option in ask.options}
        case str() if ask.type == "text":
            return True
        case str() if ask.type == "date":
            return _is_in_time(ask, value, today)
        case str():
            return any(found == (value,) for found in _readings(ask, value, today))
        case bool():
            return True
        case int():
            return (ask.minimum is None or value >= ask.minimum) and (ask.maximum is None or value <= ask.maximum)
        case list():
            return all(_has_keys(row, known.keys) for row in value)
        case _:
            return _has_keys(value, known.keys)


def _is_in_time(ask: Ask, value: str, today: date) -> bool:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return False
    return {None: True, "past": day <= today, "future": day >= today}[ask.within]


def _has_keys(value: Json, keys: Iterable[str]) -> bool:
    return isinstance(value, dict) and set(keys) <= value.keys()


def _in_words(value: Json) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _chosen(ask: Ask, words: str) -> tuple[Json, ...]:
    """Find the choice that is called just so; a number is none, as the list it was picked from is another one."""
    named = {option.id: {option.id, *option.label.values()} for option in ask.options}
    return next(((id_,) for id_, names in named.items() if phrase_key(words) in map(phrase_key, names)), ())


def _readings(ask: Ask, text: str, today: date) -> Iterator[tuple[Json]]:
    """Read a stored answer as the person might write it, in either language; only what leaves no doubt counts."""
    for language in LANGUAGES:
        context = AnswerContext(
            language=language,
            today=today,
            within=Within(ask.within) if ask.within else None,
            minimum=ask.minimum,
            maximum=ask.maximum,
        )
        outcome = read(ask.type, text, context)
        if (
            isinstance(outcome, Match)
            and outcome.confidence >= LIKELY
            and not outcome.rest
            and outcome.value is not None
        ):
            yield (outcome.value,)
