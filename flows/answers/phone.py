"""Read a telephone number that can exist; the value is E.164: ``+16175550123``."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers

from flows.answers.context import AnswerContext
from flows.answers.numerals import with_digits
from flows.answers.outcome import LIKELY, Ambiguous, Match, NoMatch, Option, Outcome, Reason
from flows.answers.words import Reply, fold

_REGION: Final = "US"
#: At most so many numbers are looked at.
_MAX_NUMBERS: Final = 5
_DIGIT_RUN: Final = re.compile(r"(?<!\w)\+?\(?\d(?:[ ()./,-]{0,3}\d){6,14}(?!\w)")
#: Dialled before the code of another country, from Europe and from America.
_ABROAD: Final = re.compile(r"^(?:00|011)(?=[1-9])")
#: A pause between dictated digits.
_DICTATED: Final = re.compile(r"(?<=[a-z])[,.;](?= [a-z])")
_OH: Final = re.compile(r"(?<=\d )(?:oh|o)(?= \d)")


def read_phone(text: str, context: AnswerContext) -> Outcome:
    """Read a telephone number; of the United States unless it says ``+`` and another country."""
    reply = fold(text)
    reply = reply.replaced([(found.start(), found.end(), "") for found in _DICTATED.finditer(reply.text)])
    reply = with_digits(reply, language=context.language)
    reply = reply.replaced([(found.start(), found.end(), "0") for found in _OH.finditer(reply.text)])
    if not reply.text:
        return NoMatch(reason=Reason.EMPTY)
    found = _numbers(reply)
    if len(found) > 1:
        options = tuple(Option(value=number, label={"phone": number}) for number in found)
        return Ambiguous(options=options, reason=Reason.WHICH_PHONE)
    for number, (start, end, confidence) in found.items():
        return Match(value=number, span=reply.span(start, end), confidence=confidence, rest=reply.rest(start, end))
    digits = sum(character.isdigit() for character in reply.text)
    return NoMatch(reason=Reason.INVALID_PHONE if digits >= 3 else Reason.NOT_UNDERSTOOD)


def _numbers(reply: Reply) -> dict[str, tuple[int, int, float]]:
    """Find valid numbers as the library does, or, where people space them oddly, by their digits."""
    found: dict[str, tuple[int, int, float]] = {}
    for match in phonenumbers.PhoneNumberMatcher(reply.text, _REGION, leniency=phonenumbers.Leniency.VALID):
        found.setdefault(_e164(match.number), (match.start, match.end, 1.0))
        if len(found) >= _MAX_NUMBERS:
            break
    if found:
        return found
    for run in list(_DIGIT_RUN.finditer(reply.text))[:_MAX_NUMBERS]:
        digits = _ABROAD.sub("+", re.sub(r"[^\d+]", "", run[0]))
        try:
            number = phonenumbers.parse(digits, _REGION)
        except phonenumbers.NumberParseException:  # a plus before the code of no country
            continue
        if phonenumbers.is_valid_number(number):
            found.setdefault(_e164(number), (run.start(), run.end(), LIKELY))
    return found


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
