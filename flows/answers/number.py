"""Read a number in digits or words, a whole one unless the question takes fractions, and an age."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.answers.context import AnswerContext, Within
from flows.answers.date import read_date
from flows.answers.numerals import NUMBER_WORDS, ordinal, with_digits
from flows.answers.outcome import CERTAIN, GUESS, LIKELY, Ambiguous, Match, NoMatch, Option, Outcome, Reason
from flows.answers.words import Reply, core, fold, words
from flows.facts import age_on

_NUMBER: Final = re.compile(
    r"(?<![\w.,/:@-])(?P<sign>-)?(?P<whole>\d{1,3}(?:[,.]\d{3})+(?!\d)|\d{1,15})(?P<part>[.,]\d{1,6}(?!\d))?(?P<scale> ?k\b| thousand| 1000)?(?![\w@/:-]|[.,]\d)"
)
_WORD_NUMBERS: Final = (
    (re.compile(r"(?<![\w'])(?:(?:a )?half (?:a )?dozen|media docena)(?![\w'])"), "6"),
    (re.compile(r"(?<![\w'])(?<!\w )(?:a |one |una )?(?:dozen|docena)(?![\w'])"), "12"),
    (
        re.compile(
            r"(?<![\w'])(?:(?:a |un )?(?:couple|pair|par)(?: of| de)?|both|ambos|ambas|twice|dos veces)(?![\w'])"
        ),
        "2",
    ),
    (re.compile(r"(?<![\w'])(?:once(?= a| per| every)|una vez)(?![\w'])"), "1"),
    (re.compile(r"(?<![\w'])medio siglo(?![\w'])|(?<![\w'])half a century(?![\w'])"), "50"),
    (re.compile(r"(?<![\w'])veinti (?=(?:un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)\b)"), "veinti"),
    (re.compile(r"(?<![\w'])a(?= (?:hundred|thousand|million|billion|trillion))"), "one"),
    (re.compile(r"(?<![\w'])(?:none|zero|nil|not any|ningun[oa]?|nada)(?![\w'])"), "0"),
)
#: A unit written onto its number: 5hrs, 8ish.
_GLUED: Final = re.compile(r"(?<=\d)(?=(?:ish|h|hrs?|hours?|horas?|min|mins|minutes?|yrs?|yo|x)(?!\w))")
#: "3-4", "between 3 and 4": two numbers, not one with a sign.
_RANGE: Final = re.compile(r"(?<![\w.,/:-])(\d{1,3})-(?=\d{1,3}(?![\w./:-]))")
_HALF: Final = re.compile(r"(?<![\w.])(\d{1,3}) (?:(?:and|y) )?(?:a |1 )?(?:half|media|medio|1/2)(?! past)(?![\w])")
#: Number words so long may have a letter wrong.
_MIN_SLIP_CHARS: Final = 6
_WORDS: Final = tuple(sorted(word for word in NUMBER_WORDS if len(word) >= _MIN_SLIP_CHARS and ordinal(word) is None))
#: Everyday words that are one letter away from a number.
_NOT_MISSPELT: Final = frozenset({"weight", "height", "flight", "eighth", "veinti", "cuarto", "cierto", "tenemos"})
#: Several numbers that are one: three dozen, zero five.
_TOGETHER: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (
        re.compile(r"(?<![\w.,])(\d{1,4}) (?:dozens?|dz|dzs|dozs?|docenas?)(?!\w)"),
        lambda found: str(12 * int(found[1])),
    ),
    (re.compile(r"^0 (?=\d$)"), lambda found: ""),
    (re.compile(r"(?<!\w)(?:the )?big (\d)[ -]?(?:oh|o|0)(?!\w)"), lambda found: f"{found[1]}0"),
)
_AGED: Final = re.compile(
    r"(?<![\w.])(?P<age>\d{1,3}) ?-?(?:years?|yrs?|yr|y/?o|anos|anitos)(?![\w])(?:[ -]?(?:olds?|of age|de edad))?"
)
_LED: Final = re.compile(
    r"(?<![\w'])(?:i am|i'?m|im|age|aged|edad|tengo|cumpli|turned|just turned|my age is|age is)(?: |:|: )(?P<age>\d{1,3})(?!\w|[/-])"
)
_OLDEST: Final = 120
#: A question that takes nothing smaller asks for a year of this century.
_FIRST_YEAR: Final = 2000
_HALF_YEAR: Final = re.compile(r"(?<=\d)\.5(?!\d)")
#: A birthday that is still to come: the age is one less.
_COMING: Final = re.compile(
    r"(?<![\w'])(?:almost|nearly|about to (?:turn|be)|(?:not|haven'?t) (?:yet|quite|turned)|not quite|soon to be|(?:i'?ll|i will|will|gonna|going to) (?:be|turn)|"
    r"(?:i )?turn|turning|turns|casi|ya casi|por cumplir|(?:voy|estoy) a(?: punto de)? cumplir|cumplo|cumplire|pronto|a punto de cumplir)(?: \w+)?? (?P<age>\d{1,3})(?![\w/.-]|,\d)(?! and)|(?P<soon>\d{1,3}) (?:next|this coming|tomorrow|la proxima|el proximo|manana|soon|by then|in (?:\d|a) ?(?:couple |few )?(?:of )?\w+|en \d+ \w+|(?:in|en|this|this coming) (?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre))(?!\w)"
)
#: Beside an age and the next one: tells that the next is still to come.
_STILL_TO_COME: Final = re.compile(
    r"(?<![\w'])(?:now|yet|almost|nearly|will|turn|turning|soon|then|next|until|ahora|casi|todavia|aun|pronto|proximo|proxima|cumplo|cumplire|voy a cumplir|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)(?![\w'])"
)
#: "16 going on 17", "16 but 17 in May".
_THEN_MORE: Final = re.compile(
    r"(?P<age>\d{1,3})(?: years? old| yrs?| anos)?,? \(?(?:going on (?:a )?|(?:but|pero|and|y)?,? ?(?:i'?m |i'?ll (?:be|turn) |almost |turning |about to (?:be|turn) |casi |cumplo |voy a cumplir )*)(?P<next>\d{1,3})(?!\w)"
)
#: Tells a bound, not an age.
_BOUND: Final = re.compile(
    r"(?<![\w'])(?:over|under|above|below|at least|older than|younger than|more than|less than|mayor(?:es)? (?:de|a|que)|menor(?:es)? (?:de|a|que)|mas de|menos de|por lo menos)"
    r"(?: the age of)? \d{1,3}|(?<!\d)\d{1,3} ?\+|\d{1,3} (?:years )?(?:or|and|o|y) (?:older|over|above|up|more|under|younger|mas|menos|mayor)"
)
#: Tells a year of birth and no more: "born in 58".
_BORN: Final = re.compile(
    r"(?<![\w'])(?:born|naci|nacid[oa]|soy|modelo|year of birth|birth year)(?: back)?(?: in| en| de| del| of)?(?: el)?(?: ano)?:? '?(?P<year>(?:19|20)\d\d|\d\d)(?![\w/-]| ?anos)(?<!soy \d\d)|^(?:year |ano )?(?P<alone>(?:19|20)\d\d)$"
)
#: "My 31st birthday was in May": reached, unless it is still to come.
_BIRTHDAY: Final = re.compile(r"(?<!\w)(?P<age>\d{1,3})(?:st|nd|rd|th) (?:birthday|bday|b-day)")
_AHEAD: Final = re.compile(r"(?<!\w)(?:next|is|coming|soon|will|tomorrow|upcoming|before)(?!\w)")
_TURNED: Final = re.compile(r"(?<!\w)(?:turned|became|cumpli|since|desde|was)(?!\w)")
#: "Four zero"; "22f".
_DIGIT_BY_DIGIT: Final = re.compile(r"(\d)[ -](\d)")
_SEX: Final = re.compile(r"(?<!\d)\d\d ?/?([mf])(?![\w'])")
#: Opens a reply that counts other things after it: "44 and mother of 2".
_LEADING_AGE: Final = re.compile(r"(?P<age>\d{1,3})(?:,| and| y| with| con)(?! ?\d)(?!.*\b(?:or|o)\b)")
#: A number beside such a word is no age.
_NO_AGE: Final = re.compile(
    r"(?<![\w'])(?:grade|grado|class of|room|period|level|size|apt|unit|born in|since|mido|peso) \d{1,4}|\d'\d{1,2}|\d{2} ?-?(?:something|odd|y tantos|y pico)"
    r"|\d{1,4}(?:st|nd|rd|th)?[ -](?:kids?|children|sons?|daughters?|grand\w+|hijos?|hijas?|nietos?|nietas?|hermanos?|hermanas?|brothers?|sisters?|siblings|"
    r"dogs?|cats?|jobs?|classes|grade|graders?|grado|hours?|hrs?|horas|days?|dias|weeks?|semanas|months?|meses|miles|blocks|dollars|dolares|times|veces|people|personas|pounds|feet|minutes?|mins?|minutos)(?!\w)"
    r"|(?<![\w'])(?:for|last|past|hace|desde hace|por) (?:the last |the past |over |about )?\d{1,3} (?:years|anos)"
    r"|(?<![\w'])(?:and|y|,) (?:my|mi|his|her|our) (?!age|edad)\w+ \d{1,3}(?!\w)"
    r"|(?<![\w'])(?:my|mi|his|her|our) (?!age|edad)\w+ (?:is|are|turned|just turned|tiene|cumplio|acaba de cumplir) \d{1,3}(?! \w+ (?:old )?(?:like|too))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNumber:
    """A whole number in a text, and where it stands."""

    start: int
    end: int
    value: int


def find_numbers(text: str, context: AnswerContext) -> tuple[Reply, list[FoundNumber]]:
    """Return the text with digits for number words, and its whole numbers."""
    reply = _as_digits(text, context)
    return reply, [
        FoundNumber(start=place.start(), end=place.end(), value=int(_value(place)))
        for place in _NUMBER.finditer(reply.text)
        if not place["part"]
    ]


def read_number(text: str, context: AnswerContext) -> Outcome:
    """Read one number between the question's smallest and largest."""
    reply = _as_digits(text, context)
    return _one_number(reply, context) if reply.text else NoMatch(reason=Reason.EMPTY)


def _one_number(reply: Reply, context: AnswerContext) -> Outcome:
    found = list(_NUMBER.finditer(reply.text))
    values = dict.fromkeys(_value(place, fractions=context.fractions) for place in found)
    if not found:
        return NoMatch(reason=Reason.NOT_UNDERSTOOD)
    if not context.fractions and any(place["part"] and re.sub(r"[.,0]", "", place["part"]) for place in found):
        return NoMatch(reason=Reason.NOT_WHOLE)
    allowed = [value for value in values if _fault(value, context) is None]
    if not allowed and len(values) == 1 and (year := _short_year(next(iter(values)), context)):
        return _match(reply, found[0], year, LIKELY)
    if not allowed:
        return NoMatch(reason=_fault(next(iter(values)), context) or Reason.NOT_UNDERSTOOD)
    if len(allowed) > 1:
        return Ambiguous(
            options=tuple(Option(value=value, label={"number": value}) for value in allowed), reason=Reason.WHICH_NUMBER
        )
    place = next(place for place in found if _value(place, fractions=context.fractions) == allowed[0])
    return _match(reply, place, allowed[0], CERTAIN if len(core(words(reply))) <= 4 else LIKELY)


def _short_year(value: float, context: AnswerContext) -> int | None:
    """Return the year that two digits stand for, where only years are asked for: "27", "class of '27"."""
    if context.minimum is None or context.minimum < _FIRST_YEAR or not 0 <= value < 100:
        return None
    year = _FIRST_YEAR + int(value)
    return year if _fault(year, context) is None else None


def read_age(text: str, context: AnswerContext) -> Outcome:
    """Read an age in full years; a birth date is answered by the age it gives today."""
    reply = _as_digits(text, context)
    reply = reply.replaced([(f.start(), f.end(), "") for f in _HALF_YEAR.finditer(reply.text)])
    if spelled := _DIGIT_BY_DIGIT.fullmatch(reply.text):
        reply = reply.replaced([(*spelled.span(), spelled[1] + spelled[2])])
    reply = reply.replaced([(*f.span(1), "") for f in _SEX.finditer(reply.text)])
    if not reply.text:
        return NoMatch(reason=Reason.EMPTY)
    limits = AnswerContext(
        language=context.language,
        today=context.today,
        within=Within.PAST,
        minimum=context.minimum or 0,
        maximum=context.maximum or _OLDEST,
    )
    if born_in := _BORN.search(reply.text):
        age = _age_of(int(born_in["year"] or born_in["alone"]), context.today)
        return _aged(reply, born_in, age, limits)
    if birthday := _BIRTHDAY.search(fold(text).text):
        age = int(birthday["age"]) - (_AHEAD.search(reply.text) is not None)
        fault = _fault(age, limits)
        return NoMatch(reason=fault) if fault else Match(value=age, span=(0, len(text)), confidence=GUESS)
    coming = None if _TURNED.search(reply.text) else _COMING.search(reply.text)
    both = _THEN_MORE.search(reply.text)
    if both and (" going on" in both[0] or int(both["next"]) == int(both["age"]) + 1):
        return _aged(reply, both, int(both["age"]), limits)
    ages = sorted({int(place["whole"]) for place in _NUMBER.finditer(reply.text) if place["whole"].isdigit()})
    if len(ages) == 2 and ages[1] == ages[0] + 1 and _STILL_TO_COME.search(reply.text):
        place = next(place for place in _NUMBER.finditer(reply.text) if place["whole"] == str(ages[0]))
        return _aged(reply, place, ages[0], limits)
    if coming and len(_NUMBER.findall(reply.text)) == 1:
        return _aged(reply, coming, int(coming["age"] or coming["soon"]) - 1, limits)
    if _BOUND.search(reply.text):
        return NoMatch(reason=Reason.NOT_UNDERSTOOD)
    own = reply.replaced([(f.start(), f.end(), "x" * (f.end() - f.start())) for f in _NO_AGE.finditer(reply.text)])
    for pattern in (_AGED, _LED):
        places = {int(place["age"]): place for place in pattern.finditer(own.text)}
        if len(places) == 1:
            value, place = places.popitem()
            fault = _fault(value, limits)
            return NoMatch(reason=fault) if fault else _match(reply, place, value, CERTAIN)
    born = read_date(text, limits) if len(re.findall(r"\d", reply.text)) > 3 else None
    if isinstance(born, Match) and isinstance(born.value, str):
        age = age_on(date.fromisoformat(born.value), context.today)
        return Match(value=age, span=born.span, confidence=GUESS, rest=born.rest)
    leading = _LEADING_AGE.match(own.text)
    if leading and own.text != reply.text:
        return _aged(reply, leading, int(leading["age"]), limits)
    if own.text != reply.text and not _NUMBER.search(own.text):
        return NoMatch(reason=Reason.NOT_UNDERSTOOD)
    return _one_number(own, limits)


def _age_of(year: int, today: date) -> int:
    """Return the age that a year of birth gives by the end of this year; of two digits the youngest reading."""
    if year < 100:
        year += 2000 if year <= today.year % 100 else 1900
    return today.year - year


def _aged(reply: Reply, place: re.Match[str], age: int, limits: AnswerContext) -> Outcome:
    """Take the age that a birthday still to come leaves; the person should see it echoed."""
    fault = _fault(age, limits)
    return NoMatch(reason=fault) if fault else _match(reply, place, age, GUESS)


def _as_digits(text: str, context: AnswerContext) -> Reply:
    reply = fold(text)
    spelled = ((word, _spelled_right(word.text)) for word in words(reply))
    reply = reply.replaced([(word.start, word.end, right) for word, right in spelled if right])
    reply = reply.replaced([(f.start(), f.end(), " ") for f in _GLUED.finditer(reply.text)])
    reply = reply.replaced([(f.end() - 1, f.end(), " - ") for f in _RANGE.finditer(reply.text)])
    for pattern, digits in _WORD_NUMBERS:
        reply = reply.replaced([(f.start(), f.end(), digits) for f in pattern.finditer(reply.text)])
    reply = with_digits(reply, language=context.language)
    for pattern, write in _TOGETHER:
        reply = reply.replaced([(f.start(), f.end(), write(f)) for f in pattern.finditer(reply.text)])
    return reply.replaced([(f.start(), f.end(), f"{f[1]}.5") for f in _HALF.finditer(reply.text)])


@lru_cache(maxsize=2048)
def _spelled_right(word: str) -> str | None:
    if (
        len(word) < _MIN_SLIP_CHARS
        or word.endswith("s")
        or word in NUMBER_WORDS
        or word in _NOT_MISSPELT
        or not word.isalpha()
    ):
        return None
    found = process.extractOne(word, _WORDS, scorer=OSA.distance, score_cutoff=1 if len(word) < 9 else 2)
    return found[0] if found and found[0][0] == word[0] else None


def _value(place: re.Match[str], *, fractions: bool = False) -> int | float:
    whole: int | float = int(re.sub(r"\D", "", place["whole"]))
    if fractions and place["part"] and place["part"][1:].strip("0"):
        whole = float(f"{whole}.{place['part'][1:]}")
    value = whole * (1000 if place["scale"] else 1)
    return -value if place["sign"] else value


def _fault(value: float, context: AnswerContext) -> Reason | None:
    if value < (context.minimum if context.minimum is not None else 0):
        return Reason.TOO_SMALL
    if context.maximum is not None and value > context.maximum:
        return Reason.TOO_LARGE
    return None


def _match(reply: Reply, place: re.Match[str], value: float, confidence: float) -> Match:
    return Match(
        value=value,
        span=reply.span(*place.span()),
        confidence=confidence,
        rest=reply.rest(*place.span()),
    )
