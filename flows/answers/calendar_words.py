"""Names of days and months, English and Spanish, short and misspelt, and how to write them one way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.answers.numerals import with_digits
from flows.answers.words import Reply, Word, words


def _numbered(*names: str) -> dict[str, int]:
    """Number lists of spellings from 0."""
    return {spelling: index for index, spellings in enumerate(names) for spelling in spellings.split()}


#: Monday is 0, as in ``date.weekday``.
WEEKDAYS: Final = _numbered(
    "monday mondays mon lunes lun",
    "tuesday tuesdays tue tues martes mart",
    "wednesday wednesdays wed weds wednes wendsday wensday wednsday miercoles mie mier mx",
    "thursday thursdays thu thur thurs thrusday thurdsay jueves jue juev",
    "friday fridays fri viernes vie vier",
    "saturday saturdays sat sabado sabados sab",
    "sunday sundays sun domingo domingos dom",
)
#: January is 1.
MONTHS: Final = {
    name: index + 1
    for name, index in _numbered(
        "january jan enero ene",
        "february feb febuary febrero",
        "march mar marzo",
        "april apr abril abr",
        "may mayo",
        "june jun junio",
        "july jul julio",
        "august aug agosto ago agust",
        "september sep sept septiembre setiembre",
        "october oct octubre",
        "november nov noviembre",
        "december dec diciembre dic",
    ).items()
}
#: As years are said, "twenty oh nine", "march 3rd oh four"; and the first of a month, "1ero".
_SPOKEN: Final = (
    (re.compile(r"(?<!\w)(19|20) (?:oh|o) (\d)(?!\w)"), r"\g<1>0\2"),
    (re.compile(r"(?<=\d[tnsr][hdt] )(?:oh|o) (\d)(?!\w)"), r"0\1"),
    (re.compile(r"(?<!\w)1(?:ero|era|ra)(?= de )"), "1"),
)
_OTHERS: Final = ("tomorrow", "yesterday")
#: Names long enough for one wrong letter to leave no doubt.
_LONG_NAMES: Final = tuple(name for name in (*WEEKDAYS, *MONTHS, *_OTHERS) if len(name) >= 6)
#: These need a number beside them.
_SHORT_MONTHS: Final = ("march", "april", "enero", "marzo", "abril", "junio", "julio", "agosto")
_NOT_SHORT_MONTHS: Final = frozenset({"junior", "dinero", "genero", "abrir", "arch", "gusto", "juicio", "larch"})
_KNOWN: Final = frozenset((*WEEKDAYS, *MONTHS, *_OTHERS))
#: Everyday words that are one letter away from a name.
_NOT_MISSPELT: Final = frozenset({"marches", "mornings", "weekday", "thirsty", "sundae"})


def alternation(names: dict[str, int]) -> str:
    """Return the names as one pattern, the longest first."""
    return "|".join(sorted(names, key=len, reverse=True))


def with_calendar_words(reply: Reply, *, language: str) -> Reply:
    """Return the reply with numbers as digits and nearly spelt days and months spelt right."""
    spelled = with_digits(reply, language=language)
    for pattern, write in _SPOKEN:
        spelled = spelled.replaced([(f.start(), f.end(), f.expand(write)) for f in pattern.finditer(spelled.text)])
    changes = []
    said = words(spelled)
    for place, word in enumerate(said):
        right = _spelled_right(word.text) or (_short_month(word.text) if _in_a_date(said, place) else None)
        if right is not None:
            changes.append((word.start, word.end, right))
    return spelled.replaced(changes)


def _in_a_date(said: Sequence[Word], place: int) -> bool:
    """Tell whether a word stands where a month does: "3 de marso", "marso 3"."""
    before = said[max(0, place - 2) : place]
    led = bool(before) and before[-1].text == "de" and before[0].text.rstrip("stndrho").isdigit() and len(before) > 1
    beside = [word.text.rstrip("stndrho") for word in (*before[-1:], *said[place + 1 : place + 2])]
    return led or any(text.isdigit() for text in beside)


@lru_cache(maxsize=2048)
def _short_month(word: str) -> str | None:
    """Return the month of five or four letters that a word beside a number nearly spells."""
    if not 4 <= len(word) <= 6 or word in _KNOWN or word in _NOT_SHORT_MONTHS or not word.isalpha():
        return None
    found = process.extractOne(word, _SHORT_MONTHS, scorer=OSA.distance, score_cutoff=1)
    return found[0] if found else None


@lru_cache(maxsize=2048)
def _spelled_right(word: str) -> str | None:
    if len(word) < 5 or word in _KNOWN or word in _NOT_MISSPELT or not word.isalpha():
        return None
    found = process.extractOne(word, _LONG_NAMES, scorer=OSA.distance, score_cutoff=1)
    return found[0] if found else None
