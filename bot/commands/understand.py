"""Print what the bot understands of a reply: ``peoplepower understand``, one line or thousands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from flows.answers import ANSWER_TYPES, AnswerChoice, AnswerContext, Within, read
from flows.answers.outcome import Ambiguous, Match, NoMatch, Outcome, Reason
from flows.answers.words import fold, listed, words
from flows.facts import Json
from flows.intents import ALERT, Intent, Waiting, shipped_intents
from flows.intents.shift_replies import SHIFT_REPLY, read_shift_reply

#: A type that no reader has: only what outranks a question is looked for.
ANY: Final = "any"
#: Types whose choices come with the program, and what flow files call those.
_SETS: Final = {"role": "roles", "audience": "audiences"}
TYPES: Final = tuple(sorted({*ANSWER_TYPES, *_SETS, SHIFT_REPLY, ANY}))
_LANGUAGES: Final = ("en", "es")
#: Frequent words that only Spanish has.
_SPANISH: Final = frozenset(
    listed(
        "el|la|los|las|de|del|que|y|por|para|con|una|es|mi|soy|tengo|puedo|quiero|si|estoy|voy|cuando|donde|mas|nada",
        "lunes|martes|miercoles|jueves|viernes|sabado|domingo|tarde|hoy|ahora|gracias|hola|favor|anos|enero|febrero",
        "marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
    )
)
#: A correction or a language asked for may bring an answer with it: "wrong zip, 60614".
_MAY_ANSWER: Final = ("change:", "language:", "cancel_shift")


class LineError(ValueError):
    """A question cannot be read; the message says what was found and what to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked and what was replied."""

    type: str
    text: str
    today: date
    id: Json = None
    #: ``None`` when not told: both are tried.
    language: str | None = None
    within: Within | None = None
    window: tuple[str, str] | None = None
    choices: tuple[AnswerChoice, ...] = ()
    #: Whether the reply is known to answer a question of its type; if not, a bare number is no date and no time.
    asked: bool = False
    #: The words of the question.
    words: str = ""


# --- one reply --------------------------------------------------------------------------------------------------------


def understand(question: Question) -> dict[str, Json]:
    """Tell what a reply says: what outranks the question, and its answer.

    The answer is read from what the intent leaves of the reply; nothing left is no match. An unclear intent leaves
    the whole reply.
    """
    intent = shipped_intents().read(question.text, waiting=_waiting(question))
    outcome = _outcome(question, intent)
    told: dict[str, Json] = {"id": question.id, "kind": "no_match", "value": None, "options": []}
    match outcome:
        case Match(value=value):
            told |= {"kind": "match", "value": value}
        case Ambiguous(options=options):
            told |= {"kind": "ambiguous", "options": [option.value for option in options]}
        case NoMatch():
            pass
    told["intent"] = intent.name if intent else None
    if intent and not intent.clear:
        told["unclear"] = True
    return told


def _waiting(question: Question) -> Waiting | None:
    if question.type == ANY:
        return None
    named = tuple(name for choice in _choices(question) for name in (choice.label, *choice.synonyms))
    return Waiting(type=question.type, choices=named)


def _choices(question: Question) -> tuple[AnswerChoice, ...]:
    return _shipped_choices(_SETS[question.type]) if question.type in _SETS else question.choices


@lru_cache(maxsize=len(_SETS))
def _shipped_choices(name: str) -> tuple[AnswerChoice, ...]:
    """Return the choices of the shipped roles or audiences, with their words in every language."""
    from flows.library import shipped  # reads every flow: only who asks for a role pays for it

    return tuple(
        AnswerChoice(
            id=option.id,
            label=option.label["en"],
            synonyms=(*option.label.values(), *(word for listed in option.also.values() for word in listed)),
        )
        for option in shipped().sets.choices[name]
    )


def _outcome(question: Question, intent: Intent | None) -> Outcome:
    if question.type == ANY:
        return NoMatch(reason=Reason.NOT_UNDERSTOOD)
    if intent is None or not (intent.clear or intent.name == ALERT):
        return _read(question, question.text)
    if question.type == SHIFT_REPLY and intent.name == "cancel_shift":
        return _read(question, question.text)
    if intent.rest:
        return _read(question, intent.rest)
    if intent.name.startswith(_MAY_ANSWER) and any(character.isdigit() for character in question.text):
        return _read(question, question.text)
    return NoMatch(reason=Reason.NOT_UNDERSTOOD)


def _read(question: Question, text: str) -> Outcome:
    outcomes = [_read_in(language, question, text) for language in _tried(question, text)]
    matches = [outcome for outcome in outcomes if isinstance(outcome, Match)]
    asked_back = [outcome for outcome in outcomes if isinstance(outcome, Ambiguous)]
    return [*matches, *asked_back, *outcomes][0]


def _tried(question: Question, text: str) -> Sequence[str]:
    """Return the language told, or both, the likelier first."""
    if question.language:
        return (question.language,)
    spanish = any(word.text in _SPANISH for word in words(fold(text)))
    return ("es", "en") if spanish else ("en", "es")


def _read_in(language: str, question: Question, text: str) -> Outcome:
    if question.type == SHIFT_REPLY:
        return read_shift_reply(text, shipped_intents(), language=language, today=question.today)
    context = AnswerContext(
        language=language,
        today=question.today,
        choices=_choices(question),
        within=question.within,
        window=question.window,
        asked=question.asked,
        question=question.words,
        fractions=True,
    )
    return read("choice" if question.type in _SETS else question.type, text, context)


# --- many, a line each ------------------------------------------------------------------------------------------------


def answer_lines(lines: Iterable[str], *, today: date) -> Iterator[tuple[str, bool]]:
    """Answer each line of JSON with one, and tell whether it could be read.

    Args:
        today: for lines that do not say.
    """
    for line in lines:
        if not line.strip():
            continue
        identity: Json = None
        try:
            asked = _parsed(line)
            identity = asked.get("id")
            told, good = understand(question_of(asked, today=today)), True
        except LineError as error:
            told, good = {"id": identity, "error": str(error)}, False
        yield json.dumps(told, ensure_ascii=False), good


def _parsed(line: str) -> Mapping[str, Any]:
    try:
        asked = json.loads(line)
    except ValueError as error:
        raise LineError(f"This is not JSON: {error}.") from None
    except RecursionError:
        raise LineError("This JSON is nested too deeply.") from None
    if not isinstance(asked, dict):
        raise LineError('A line must be an object like {"type": "date", "text": "tues the 3rd"}.')
    return asked


def question_of(asked: Mapping[str, Any], *, today: date) -> Question:
    """Read one question from its fields.

    That ``asked``, the words of the question, or ``within`` are told shows that the reply answers such a question.

    Raises:
        LineError: a field is missing or cannot be read.
    """
    kind, text = asked.get("type"), asked.get("text")
    if not isinstance(kind, str) or kind not in TYPES:
        raise LineError(f'"type" is {_shown(kind)}; write one of {", ".join(TYPES)}.')
    if not isinstance(text, str):
        raise LineError(f'"text" is {_shown(text)}; write the reply between quotes.')
    language = asked.get("lang")
    if language is not None and language not in _LANGUAGES:
        raise LineError(f'"lang" is {_shown(language)}; write "en" or "es", or leave it out.')
    within, window = _within(asked.get("within"))
    choices = _offered(asked.get("choices"))
    if ANSWER_TYPES.get(kind) and ANSWER_TYPES[kind].needs_choices and not choices:
        raise LineError('"choices" is missing; write [{"id": "a", "label": "First"}].')
    return Question(
        id=asked.get("id"),
        type=kind,
        text=text,
        today=_today(asked.get("today"), today),
        language=language,
        within=within,
        window=window,
        choices=choices,
        asked=bool(asked.get("asked") or within or window),
        words=str(asked.get("asked") or ""),
    )


def _shown(value: object) -> str:
    return "missing" if value is None else json.dumps(value, ensure_ascii=False)[:60]


def _today(said: object, today: date) -> date:
    if said is None:
        return today
    try:
        return datetime.fromisoformat(str(said)).date()
    except ValueError:
        raise LineError(f'"today" is {_shown(said)}; write a date like 2026-11-21.') from None


def _within(said: object) -> tuple[Within | None, tuple[str, str] | None]:
    if said is None:
        return None, None
    if said in ("past", "future"):
        return Within(str(said)), None
    if isinstance(said, list) and len(said) == 2 and all(_is_time(end) for end in said):
        return None, (said[0], said[1])
    raise LineError(f'"within" is {_shown(said)}; write "past", "future" or ["15:00", "19:00"].')


def _is_time(said: object) -> bool:
    return isinstance(said, str) and re.fullmatch(r"(?:[01]\d|2[0-4]):[0-5]\d", said) is not None


def _offered(said: object) -> tuple[AnswerChoice, ...]:
    if said is None:
        return ()
    if not isinstance(said, list) or not all(
        isinstance(one, dict) and isinstance(one.get("id"), str) and isinstance(one.get("label"), str) for one in said
    ):
        raise LineError(f'"choices" is {_shown(said)}; write [{{"id": "a", "label": "First"}}].')
    return tuple(AnswerChoice(id=one["id"], label=one["label"]) for one in said)
