"""Plain words: one question a message, easy to read, no emoji, and both languages really written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from flows.lint.finding import Finding, Severity
from flows.lint.sight import Rule, Sight, Text
from flows.text import reading_grade

ONE_QUESTION = Rule(id="one-question", why="Of two questions people answer one, and the bot cannot tell which.")
GRADE = Rule(id="reading-grade", why="Half of those we write to read no more than this with ease.")
EMOJI = Rule(id="emoji", why="It makes an SMS cost double, and older people prefer texts without.")
UNTRANSLATED = Rule(
    id="untranslated", severity=Severity.WARNING, why="People who chose the other language may not understand it."
)

#: The school grade that should read our texts with ease.
MOST_GRADE: Final = 6.0
#: A formula for whole pages says little about fewer words than these.
_FEWEST_WORDS: Final = 10
#: The same in both languages is no slip up to this many words: names, examples.
_MOST_SAME_WORDS: Final = 3
_WORD: Final = re.compile(r"[^\W\d_]+")
_NAME: Final = re.compile(r"\{\w+\}")
#: Words in capitals are buttons to press rather than words to read: HELP, STOP, PERSON.
_KEYWORD: Final = re.compile(r"(?<!\w)[A-ZÁÉÍÓÚÑ]{2,}(?!\w)")
_ADDRESS: Final = re.compile(r"\S+@\S+|\d[\d/-]*")


def check(sight: Sight) -> Iterator[Finding]:
    """Look at every text by itself."""
    for text in sight.texts():
        yield from _questions(text)
        yield from _grade(text)
        yield from _emoji(text)
        yield from _same(text)


def _questions(text: Text) -> Iterator[Finding]:
    asked = text.text.count("?")
    if asked > 1:
        write = "ask one thing, and the other in a step of its own"
        yield ONE_QUESTION.found(text.place, f"the {text.language} text asks {asked} questions", write=write)


def _grade(text: Text) -> Iterator[Finding]:
    plain, grade = _plain(text.text), plain_grade(text.text, text.language)
    if grade > MOST_GRADE and len(_WORD.findall(plain)) >= _FEWEST_WORDS:
        what = f"the {text.language} text reads at grade {grade:.1f}; {MOST_GRADE:.0f} is the most"
        yield GRADE.found(text.place, what, write="use shorter words and shorter sentences")


def plain_grade(text: str, language: str) -> float:
    """Return the school grade that reads a text with ease; names, keywords and addresses are easy."""
    return reading_grade(_plain(text), language)


def _plain(text: str) -> str:
    return _ADDRESS.sub("Ana", _KEYWORD.sub("Ana", _NAME.sub("Ana", text)))


def _emoji(text: Text) -> Iterator[Finding]:
    if found := [sign for sign in text.text if _is_emoji(sign)]:
        names = ", ".join(unicodedata.name(sign, repr(sign)).lower() for sign in dict.fromkeys(found))
        what = f"the {text.language} text holds {names}"
        yield EMOJI.found(text.place, what, write="say it in words")


def _is_emoji(sign: str) -> bool:
    return unicodedata.category(sign) == "So" or sign in "\ufe0f\u20e3" or "\U0001f3fb" <= sign <= "\U0001f3ff"


def _same(text: Text) -> Iterator[Finding]:
    first = next(iter(text.all))
    if text.language == first or text.text.strip() != text.all[first].strip():
        return
    if len(_WORD.findall(_NAME.sub("", text.text))) > _MOST_SAME_WORDS:
        what = f"the {text.language} text is the same as the {first} one"
        yield UNTRANSLATED.found(text.place, what, write=f"say it in {text.language!r}")
