"""Read a ZIP code that exists, zeros in front and all."""

from __future__ import annotations

import re
from typing import Final

from flows.answers.context import AnswerContext
from flows.answers.numerals import with_digits
from flows.answers.outcome import Ambiguous, Match, NoMatch, Option, Outcome, Reason
from flows.answers.words import fold
from flows.geography import ZIP_DIGITS, place_of

#: Five digits, with the four of a ZIP+4 or without; as one run or spoken one by one.
_ZIP: Final = re.compile(r"(?<![\d.$])(?P<zip>\d{5}|\d(?:[ ,.-]{1,2}\d){4})(?:[ -]?\d{4})?(?![\d%])")
#: Nothing but digits however grouped: "ninety two one oh one".
_SPOKEN: Final = re.compile(r"[\d ,.-]{5,20}")
_DIGITS: Final = re.compile(r"\d")
_OH: Final = re.compile(r"(?<![a-z])(?:oh|o)(?![a-z])")
_OUGHT: Final = re.compile(r"(?<=\d)o(?=\d)|(?<![a-z])o(?=\d{4})")


def read_zip_code(text: str, context: AnswerContext) -> Outcome:
    """Read a ZIP code; the value is its five digits as text."""
    reply = fold(text)
    if not reply.text:
        return NoMatch(reason=Reason.EMPTY)
    spelled = with_digits(reply, language=context.language)
    if _DIGITS.search(spelled.text):
        spelled = spelled.replaced([(f.start(), f.end(), "0") for f in _OUGHT.finditer(spelled.text)])
        spelled = spelled.replaced([(f.start(), f.end(), "0") for f in _OH.finditer(spelled.text)])
    found = {"".join(_DIGITS.findall(f["zip"])): f for f in _ZIP.finditer(spelled.text)}
    spoken = _SPOKEN.fullmatch(spelled.text)
    if not found and spoken and len(_DIGITS.findall(spelled.text)) == ZIP_DIGITS:
        found = {"".join(_DIGITS.findall(spelled.text)): spoken}
    known = [zip_code for zip_code in found if place_of(zip_code)]
    if len(known) > 1:
        options = tuple(Option(value=zip_code, label={"zip_code": zip_code}) for zip_code in known)
        return Ambiguous(options=options, reason=Reason.WHICH_ZIP)
    if known:
        place = found[known[0]]
        return Match(value=known[0], span=spelled.span(*place.span()), rest=spelled.rest(place.start(), place.end()))
    return NoMatch(reason=Reason.UNKNOWN_ZIP if found or _is_bare_number(reply.text) else Reason.NOT_UNDERSTOOD)


def _is_bare_number(text: str) -> bool:
    return re.fullmatch(r"\D{0,12}\d{3,10}\D{0,3}", text) is not None
