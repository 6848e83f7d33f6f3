"""Words that are heard as something else: choices that another reading takes, examples that ask for what outranks the question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Final

from flows.answers import AnswerChoice, AnswerContext, Match, read
from flows.answers.words import phrase_key
from flows.commands import CARRIER_HELP, CARRIER_START, CARRIER_STOP
from flows.graph import Place
from flows.lint.finding import Finding
from flows.lint.sight import Rule, Sight
from flows.model import Ask, Option

INTENT = Rule(id="intent-word", why="Said in a sentence, it makes the bot do that instead of taking the answer.")
DEAD = Rule(id="dead-synonym", why="Whoever writes it is taken to mean something else, or is asked again.")

#: What a choice or an example must not ask for; ``change:<field>`` and the like go by what stands before the colon.
_TAKEN: Final = frozenset(
    {"stop", "alert", "help", "human", "back", "change", "status", "language", "delete_data", "cancel_shift"}
)
_CARRIER: Final = CARRIER_STOP | CARRIER_START | CARRIER_HELP
#: How texts begin an example, and where it stops.
_EXAMPLE: Final = re.compile(
    r"(?:\b(?:like|such as|for example|como|por ejemplo|reply|send|write|text|responda|mande|escriba)\b:?\s+)"
    r"([^.?!:,]+?)(?=[.?!,](?:\s|$)|$| (?:or|o) )",
    re.IGNORECASE,
)
_SOME_DAY: Final = date(2026, 11, 2)
#: What the choices of a yes-or-no question stand for.
_YES_NO: Final = {"yes": True, "no": False, "unsure": None}


def check(sight: Sight) -> Iterator[Finding]:
    """Read every word of a choice, and every example, as a person's reply would be read."""
    for name, _, step in sight.steps():
        if step.ask:
            heard = dict(_intents(sight, (name, step.id), step.ask))
            yield from heard.values()
            yield from _dead(sight, (name, step.id), step.ask, {*heard})
    for text in sight.texts():
        if text.step and text.step.ask and text.key in ("ask", "retry", "help"):
            for example in _EXAMPLE.findall(text.text):
                offered = example.split()[0].isupper()  # "reply PERSON to talk" means what it says
                if not offered and (taken := _taken(sight, example)):
                    what = f"the {text.language} text offers {example!r}, which is read as a wish for {taken}"
                    yield INTENT.found(text.place, what, write="give another example")


def _intents(sight: Sight, place: Place, ask: Ask) -> Iterator[tuple[str, Finding]]:
    """Yield the words of choices that ask for what outranks the question, with what to say about each."""
    for number, option in enumerate(ask.options):
        for word in _words(option):
            taken = _taken(sight, word)
            if not taken or _is_known_word(sight, word) or (taken == "language" and ask.save_as == "language"):
                continue
            if taken == "human" and _is_part_of_label(word, option):
                continue  # who is offered "Wraparound coordinator" answers "coordinator"
            what = f"choice {option.id!r} is also called {word!r}, which is read as a wish for {taken}"
            yield (
                word,
                INTENT.found(sight.choice(place, number), what, write="use other words"),
            )


def _taken(sight: Sight, words: str) -> str:
    intent = sight.library.intents.read(words)
    name = intent.name.partition(":")[0] if intent else ""
    return name if name in _TAKEN else ""


def _is_known_word(sight: Sight, word: str) -> bool:
    """Tell whether it is a word that works everywhere; about those there are rules of their own."""
    commands = sight.library.commands
    return phrase_key(word) in _CARRIER or bool(commands.read(word) or commands.read_shift_reply(word))


def _is_part_of_label(word: str, option: Option) -> bool:
    return any(phrase_key(word) in phrase_key(label).split() for label in option.label.values())


def _words(option: Option) -> tuple[str, ...]:
    named = [*option.label.values(), *(word for words in option.also.values() for word in words)]
    return tuple(dict.fromkeys(named))


def _dead(sight: Sight, place: Place, ask: Ask, told: set[str]) -> Iterator[Finding]:
    """Yield the words that do not lead to their own choice, though nothing was said about them yet."""
    uses = Counter(key for option in ask.options for key in {phrase_key(word) for word in _words(option)})
    for number, option in enumerate(ask.options):
        for word in _words(option):
            if word in told or uses[phrase_key(word)] > 1 or _is_known_word(sight, word):
                continue
            if _is_number_of_another(word, number, ask):
                what = f"{word!r} stands for {option.id!r}, but is the number of another choice in the list"
                yield DEAD.found(sight.choice(place, number), what, write="remove it")
                continue
            for language in option.label:
                if (heard := _heard(ask, word, language)) != option.id:
                    is_read = f"is read as {heard!r}" if heard else "is not understood"
                    what = f"{word!r} stands for {option.id!r}, but {is_read} in {language!r}"
                    yield DEAD.found(sight.choice(place, number), what, write="use other words, or remove it")
                    break


def _is_number_of_another(word: str, number: int, ask: Ask) -> bool:
    key = phrase_key(word)
    return key.isdigit() and 1 <= int(key) <= len(ask.options) and int(key) != number + 1


def _heard(ask: Ask, word: str, language: str) -> str | None:
    """Read a word as the answer to a question with all its choices; ``None`` when it is none."""
    choices = tuple(AnswerChoice(id=o.id, label=o.label[language], synonyms=_words(o)) for o in ask.options)
    context = AnswerContext(language=language, today=_SOME_DAY, choices=choices)
    if ask.type == "yes_no":
        outcome = read("yes_no", word, context)
        if isinstance(outcome, Match):
            return next((id_ for id_, value in _YES_NO.items() if value is outcome.value), None)
    outcome = read("choice", word, context)
    return str(outcome.value) if isinstance(outcome, Match) else None
