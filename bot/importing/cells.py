"""Read single cells: each function returns the value, or says why it is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers

from bot.importing.columns import Context
from bot.importing.faults import Bad
from flows.answers.context import AnswerContext
from flows.answers.email import read_email
from flows.answers.outcome import Match
from flows.geography import ZIP_DIGITS, place_of

_REGION: Final = "US"
_YES: Final = frozenset(["yes", "y", "true", "1", "x", "si", "sí", "s", "verdadero"])
_NO: Final = frozenset(["no", "n", "false", "0", "falso", ""])
_LANGUAGES: Final = {
    "en": ("en", "english", "inglés", "ingles", "eng"),
    "es": ("es", "spanish", "español", "espanol", "castellano", "spa"),
}
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)")
_SLASHED: Final = re.compile(r"(\d\d?)[/.-](\d\d?)[/.-](\d{4})")
_CLOCK: Final = re.compile(r"(\d\d?)(?::(\d\d)(?::\d\d)?)?\s*([ap])?\.?\s*(m)?\.?", re.IGNORECASE)
_OLDEST_YEARS: Final = 110


def read_phone(text: str, context: Context) -> str | Bad:
    """Read one number that can exist, as E.164."""
    bad = Bad(code="phone")
    digits = sum(character.isdigit() for character in text)
    if not 7 <= digits <= 15 or re.search(r"[^\W\d_]|[/;,@]", text):  # letters: an extension, two numbers, a note
        return bad
    try:
        number = phonenumbers.parse(text if text.startswith("+") else re.sub(r"^(00|011)(?=[1-9])", "+", text), _REGION)
    except phonenumbers.NumberParseException:
        return bad
    if not phonenumbers.is_valid_number(number):
        return bad
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_mail(text: str, context: Context) -> str | Bad:
    """Read one e-mail address, in small letters."""
    outcome = read_email(text, AnswerContext(language="en", today=context.today))
    whole = isinstance(outcome, Match) and str(outcome.value).casefold() == text.casefold()
    return text.lower() if whole else Bad(code="email")


def read_contact(text: str, context: Context) -> str | Bad:
    """Read a phone number or an e-mail address."""
    value = read_mail(text, context) if "@" in text else read_phone(text, context)
    return Bad(code="contact") if isinstance(value, Bad) else value


def words(most: int) -> Callable[[str, Context], str | Bad]:
    """Read free words up to a length."""

    def read(text: str, context: Context) -> str | Bad:
        return text if len(text) <= most else Bad(code="too_long", values={"most": str(most)})

    return read


def read_language(text: str, context: Context) -> str | Bad:
    """Read a language that people are answered in."""
    for language, spellings in _LANGUAGES.items():
        if text.casefold() in spellings:
            return language
    return Bad(code="language")


def read_zip(text: str, context: Context) -> str | Bad:
    """Read a ZIP code that exists; spreadsheets drop the noughts at its beginning."""
    digits = text.partition("-")[0].strip()
    digits = digits.zfill(ZIP_DIGITS) if digits.isdecimal() else digits
    return digits if place_of(digits) else Bad(code="zip")


def read_zone(text: str, context: Context) -> str | Bad:
    """Read an IANA zone."""
    return text if text in available_timezones() else Bad(code="zone")


def read_yes(text: str, context: Context) -> bool | Bad:
    """Read yes or no."""
    word = text.casefold()
    return True if word in _YES else False if word in _NO else Bad(code="yes_no")


def read_day(text: str, context: Context) -> date | Bad:
    """Read a day, ISO or in the order that the file is said to have; nothing is guessed."""
    bad = Bad(code="day" if context.day_order == "mdy" else "day_dmy")
    if found := _ISO_DAY.fullmatch(text):
        year, month, day = found.groups()
    elif found := _SLASHED.fullmatch(text):
        first, second, year = found.groups()
        month, day = (first, second) if context.day_order == "mdy" else (second, first)
    else:
        return bad
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return bad


def read_past(text: str, context: Context) -> datetime | Bad:
    """Read when something happened: a day, or an instant by ISO; a day begins in the hub's zone."""
    day = read_day(text, context)
    if isinstance(day, Bad):
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return Bad(code="day" if context.day_order == "mdy" else "day_dmy")
        at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(context.zone))
    else:
        at = datetime.combine(day, time(), tzinfo=ZoneInfo(context.zone))
    at = at.astimezone(UTC)
    return Bad(code="future") if at.date() > context.today or at.year < 2000 else at


def read_born(text: str, context: Context) -> date | Bad:
    """Read a birth date; of children under 13 nothing is kept."""
    born = read_day(text, context)
    if isinstance(born, Bad):
        return born
    years = age(born, context.today)
    if years < 0 or years > _OLDEST_YEARS:
        return Bad(code="born")
    return Bad(code="under_13") if years < 13 else born


def age(born: date, today: date) -> int:
    """Count full years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def read_time(text: str, context: Context) -> time | Bad:
    """Read a time of day: 17:00, 5 pm, 5:30 p.m."""
    found = _CLOCK.fullmatch(text.strip())
    if not found or (found[2] is None and found[3] is None):
        return Bad(code="time")
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return Bad(code="time")
        hour = hour % 12 + (12 if found[3].lower() == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else Bad(code="time")


def read_start(text: str, context: Context) -> datetime | Bad:
    """Read a day and a time by the clock of the place."""
    day, separator, clock = text.replace("T", " ").partition(" ")
    read, at = read_day(day, context), read_time(clock, context)
    if not separator or isinstance(read, Bad) or isinstance(at, Bad):
        return Bad(code="instant")
    return datetime.combine(read, at)


def read_minutes(text: str, context: Context) -> int | Bad:
    """Read how long something takes."""
    return int(text) if text.isdecimal() and 1 <= int(text) <= 960 else Bad(code="minutes")


def read_number(text: str, context: Context) -> int | Bad:
    """Read a small number."""
    return int(text) if text.isdecimal() and int(text) <= 10_000 else Bad(code="number")
