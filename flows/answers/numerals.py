"""Read number words, English and Spanish: ``twenty-one``, ``doscientos``, ``third``, ``segunda``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from flows.answers.words import Reply, Word, listed, words


def _table(words_in_order: str, values: Sequence[int]) -> dict[str, int]:
    return {
        spelling: value
        for names, value in zip(words_in_order.split(), values, strict=True)
        for spelling in names.split("|")
    }


_UNITS: Final = _table(
    "one|uno|una|un two|dos three|tres four|cuatro five|cinco six|seis seven|siete eight|ocho nine|nueve", range(1, 10)
)
_TEENS: Final = {
    **_table(
        "ten|diez eleven twelve|doce thirteen|trece fourteen|catorce fifteen|quince sixteen|dieciseis "
        "seventeen|diecisiete eighteen|dieciocho nineteen|diecinueve",
        range(10, 20),
    ),
    **_table("diesiseis diesisiete diesiocho diesinueve", range(16, 20)),  # as they sound
    **_table(
        "veintiuno|veintiun|veintiuna veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho "
        "veintinueve",
        range(21, 30),
    ),
}
_TENS: Final = _table(
    "twenty|veinte thirty|treinta forty|fourty|cuarenta fifty|cincuenta sixty|sesenta seventy|setenta eighty|ochenta "
    "ninety|ninty|noventa",
    range(20, 100, 10),
)
#: Written together: "fortyfive", "treintaicinco", "treintaycinco".
_TOGETHER: Final = {
    f"{tens}{joint}{unit}": value + units
    for tens, value in _TENS.items()
    for joint in (("i", "y") if tens.endswith(("a", "e")) else ("",))
    for unit, units in _UNITS.items()
}
_TEENS.update(_TOGETHER)
_HUNDREDS: Final = _table(
    "cien|ciento doscientos|doscientas trescientos|trescientas cuatrocientos|cuatrocientas quinientos|quinientas "
    "seiscientos|seiscientas setecientos|setecientas ochocientos|ochocientas novecientos|novecientas",
    range(100, 1000, 100),
)
_SCALES: Final = {
    **dict.fromkeys(("thousand", "thousands", "mil"), 1000),
    **dict.fromkeys(("million", "millions", "millon", "millones"), 10**6),
    **dict.fromkeys(("billion", "billions"), 10**9),
    **dict.fromkeys(("trillion", "trillions", "billon", "billones"), 10**12),  # the long scale of Spanish
}
#: Of the digits before a word for many.
_MOST_DIGITS: Final = 3
#: Join tens without a word between; Spanish needs its ``y``, else they are two numbers.
_ENGLISH_UNITS: Final = frozenset(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))
_ZERO: Final = {"zero": 0, "cero": 0}
#: An English word that is a number in Spanish only; read as one only in a Spanish conversation.
_SPANISH_ONLY: Final = {"once": 11}
_UNIT_ORDINALS: Final = _table(
    "first|primero|primera|primer second|segundo|segunda third|tercero|tercera|tercer fourth|cuarta fifth|quinto|quinta "
    "sixth|sexto|sexta seventh|septimo|septima eighth|octavo|octava ninth|noveno|novena",
    range(1, 10),
)
_ORDINALS: Final = {
    **_UNIT_ORDINALS,
    **_table(
        "tenth|decimo|decima eleventh|undecimo twelfth|twelveth thirteenth fourteenth fifteenth sixteenth seventeenth "
        "eighteenth nineteenth twentieth",
        range(10, 21),
    ),
    "thirtieth": 30,
}
#: Before the ordinal of a unit: "vigésimo quinto".
_TEN_ORDINALS: Final = _table(
    "decimo|decima vigesimo|vigesima trigesimo|trigesima cuadragesimo|cuadragesima quincuagesimo|quincuagesima "
    "sexagesimo|sexagesima septuagesimo|septuagesima octogesimo|octogesima nonagesimo|nonagesima",
    range(10, 100, 10),
)
_DIGIT_ORDINAL: Final = re.compile(r"(\d{1,4})(?:st|nd|rd|th|ro|ra|er|do|da|to|ta|vo|va|no|na|mo|ma|o|a)")
_ANY: Final = (
    frozenset(_UNITS)
    | frozenset(_TEENS)
    | frozenset(_TENS)
    | frozenset(_HUNDREDS)
    | frozenset(_ZERO)
    | {"mil", "hundred"}
)
#: Every word that counts, for who looks for misspelt ones.
NUMBER_WORDS: Final = frozenset(word for table in (_UNITS, _TEENS, _TENS, _HUNDREDS, _ORDINALS) for word in table) | {
    "hundred",
    "thousand",
    "dozen",
    "docena",
    "couple",
}
#: Before and after a "one" that counts nothing.
_POINTING: Final = frozenset(
    listed("the|this|that|which|any|every|each|no|some|another|other|last|next|right|wrong|only|cada|ningun")
)
_MODALS: Final = frozenset(listed("may|might|can|could|must|should|would|puede|debe"))


def cardinal(said: Sequence[str], at: int, *, language: str) -> tuple[int, int] | None:
    """Read the number that begins at a word.

    Returns:
        Its value and the place after its last word.
    """
    if said[at] in _ZERO:
        return 0, at + 1
    if said[at] not in _ANY and not (language == "es" and said[at] in _SPANISH_ONLY) and not _counts_a_scale(said, at):
        return None
    total, place = 0, at
    while True:
        part, after = _below_thousand(said, place, language=language)
        scale = _SCALES.get(said[after]) if after < len(said) else None
        if scale is None:
            return (total + part, after) if after > place else (total, _without_and(said, place))
        total += max(part, 1) * scale
        place = after + 1
        if place < len(said) and said[place] == "and":
            place += 1
        if place >= len(said) or not (said[place] in _ANY - {"mil"} or _counts_a_scale(said, place)):
            return total, _without_and(said, place)


def _counts_a_scale(said: Sequence[str], at: int) -> bool:
    """Tell whether digits are followed by a word for many: "3 hundred", "5 mil"."""
    after = said[at + 1] if at + 1 < len(said) else ""
    return said[at].isdecimal() and len(said[at]) <= _MOST_DIGITS and (after == "hundred" or after in _SCALES)


def _without_and(said: Sequence[str], place: int) -> int:
    return place - 1 if said[place - 1] == "and" else place


def _below_thousand(said: Sequence[str], at: int, *, language: str) -> tuple[int, int]:
    """Read up to 999 from a word on; the place does not move when there is nothing."""

    def word(place: int) -> str:
        return said[place] if place < len(said) else ""

    total, place = 0, at
    if at < len(said) and _counts_a_scale(said, at):
        total, place = int(word(at)), at + 1
        if word(place) != "hundred":
            return total, place
        total, place = total * 100, place + 1
    elif word(at) == "hundred":
        total, place = 100, at + 1
    elif word(at + 1) == "hundred" and (word(at) in _UNITS or word(at) in _TEENS):
        total, place = (_UNITS.get(word(at)) or _TEENS[word(at)]) * 100, at + 2
    elif word(at) in _HUNDREDS:
        total, place = _HUNDREDS[word(at)], at + 1
    if place > at and word(place) == "and" and (word(place + 1) in _ANY):
        place += 1
    if word(place) == "diez" and word(place + 1) == "y" and word(place + 2) in _UNITS:
        return total + 10 + _UNITS[word(place + 2)], place + 3
    if word(place) in _TEENS or (language == "es" and word(place) in _SPANISH_ONLY):
        return total + _TEENS.get(word(place), 11), place + 1
    if word(place) in _TENS:
        total, place = total + _TENS[word(place)], place + 1
        joined = place + 1 if word(place) == "y" else place
        if word(joined) in _UNITS and (joined > place or word(joined) in _ENGLISH_UNITS):
            return total + _UNITS[word(joined)], joined + 1
        return total, place
    if word(place) in _UNITS and (total == 0 or word(place) not in ("un", "una")):
        return total + _UNITS[word(place)], place + 1
    return total, place


def ordinal(word: str) -> int | None:
    """Read one ordinal: ``third``, ``tercera``, ``3rd``, ``3a``."""
    if word in _ORDINALS:
        return _ORDINALS[word]
    found = _DIGIT_ORDINAL.fullmatch(word)
    return int(found[1]) if found else None


def with_digits(reply: Reply, *, language: str) -> Reply:
    """Return the reply with number words as digits and ordinal words as ``3rd``: ``the twenty-first`` as ``the 21st``."""
    said = words(reply)
    texts = [word.text for word in said]
    changes: list[tuple[int, int, str]] = []
    place = 0
    while place < len(said):
        if _stands_for_a_thing(texts, place):
            place += 1
            continue
        after, new = _digits_at(_run(reply.text, said, place), language=language)
        if new is not None:
            changes.append((said[place].start, said[place + after - 1].end, new))
        place += after
    return reply.replaced(changes)


def _stands_for_a_thing(said: Sequence[str], place: int) -> bool:
    """Tell whether "one" is no number: "this one", "which one", "this past one", "one may ask"."""
    if said[place] not in ("one", "uno"):
        return False
    before, after = said[max(0, place - 2) : place], said[place + 1 : place + 2]
    if _MODALS.intersection(after):
        return True
    pointed = before[-1:] if before[-1:] != ["past"] else before[:-1]
    return bool(_POINTING.intersection(pointed)) and "of" not in after and not _ANY.intersection(after)


def _run(text: str, said: Sequence[Word], place: int) -> list[str]:
    """Return the words from a place on between which stand only spaces and hyphens: "five, six" is not one number."""
    run = [said[place].text]
    for one, two in zip(said[place : place + 12], said[place + 1 : place + 13], strict=False):
        if text[one.end : two.start].strip(" -"):
            break
        run.append(two.text)
    return run


def _digits_at(run: Sequence[str], *, language: str) -> tuple[int, str | None]:
    if run[0] in _TEN_ORDINALS:
        unit = _UNIT_ORDINALS.get(run[1], 0) if len(run) > 1 else 0
        return 1 + (unit > 0), _suffixed(_TEN_ORDINALS[run[0]] + unit)
    if run[0] in _ORDINALS:
        return 1, _suffixed(_ORDINALS[run[0]])
    found = cardinal(run, 0, language=language)
    if found is None:
        return 1, None
    value, after = found
    unit = _UNIT_ORDINALS.get(run[after], 0) if after < len(run) and run[after - 1] in _TENS else 0
    return (after + 1, _suffixed(value + unit)) if unit else (after, str(value))


def _suffixed(value: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{value}{'th' if 10 <= value % 100 <= 20 else endings.get(value % 10, 'th')}"
