"""The days of a year on which a feast falls: by date, by weekday, by Easter, by the Jewish or Muslim year, by the moon."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from flows.answers.day_mentions import real_day
from flows.answers.sky import moon_phase, sun_longitude

#: Returns the days of a year on which the feast falls: usually one.
Feast = Callable[[int], tuple[date, ...]]

#: Universal time of 6:30 and 18:00 in India, by which its feasts are set.
SUNRISE: Final = 1.0
SUNSET: Final = 12.5
#: Universal time of sunset in Mecca.
_MECCA_SUNSET: Final = 15.3
#: Degrees by which the zodiac of India lags behind the spring point in 2000, and more each year.
_LAG: Final = 23.85
_LAG_A_YEAR: Final = 0.01397


def on(month: int, day: int) -> Feast:
    """Every year on a date."""
    return lambda year: tuple(filter(None, [real_day(year, month, day)]))


def nth(count: int, weekday: int, month: int, *, later: int = 0) -> Feast:
    """Every year on the first, second … weekday of a month, or with -1 on its last, or days later."""
    return lambda year: tuple(day + timedelta(days=later) for day in [nth_weekday(year, month, weekday, count)] if day)


def nth_weekday(year: int, month: int, weekday: int, count: int) -> date | None:
    """Return the first, second … such weekday of a month; -1 is its last, -2 the one before."""
    length = monthrange(year, month)[1]
    first = 1 + (weekday - date(year, month, 1).weekday()) % 7
    days = range(first, length + 1, 7)
    if not -len(days) <= count <= len(days) or count == 0:
        return None
    return date(year, month, days[count - 1 if count > 0 else count])


def easter(later: int = 0, *, orthodox: bool = False) -> Feast:
    """So many days after Easter Sunday."""
    return lambda year: (_easter(year, orthodox=orthodox) + timedelta(days=later),)


def _easter(year: int, *, orthodox: bool) -> date:
    """Source: Meeus, Astronomical Algorithms, chapter 8; the Orthodox date is Julian, 13 days behind until 2099."""
    if orthodox:
        moon = (19 * (year % 19) + 15) % 30
        days = moon + (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7 + 114
        return date(year, days // 31, days % 31 + 1) + timedelta(days=13)
    golden, century = year % 19, year // 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (year % 100 // 4) - moon - year % 100 % 4) % 7
    days = moon + sunday - 7 * ((golden + 11 * moon + 22 * sunday) // 451) + 114
    return date(year, days // 31, days % 31 + 1)


def after_rosh_hashanah(later: int) -> Feast:
    """So many days after the Jewish new year, which falls in September or October."""
    return lambda year: (_rosh_hashanah(year) + timedelta(days=later),)


def after_passover(later: int) -> Feast:
    """So many days after the first day of Passover, 163 days before the Jewish new year of the same autumn."""
    return lambda year: (_rosh_hashanah(year) + timedelta(days=later - 163),)


def hanukkah(year: int) -> tuple[date, ...]:
    """25 Kislev: the month before it has 30 days in the longest years only."""
    length = (_rosh_hashanah(year + 1) - _rosh_hashanah(year)).days
    return (_rosh_hashanah(year) + timedelta(days=84 if length in (355, 385) else 83),)


def tu_bishvat(year: int) -> tuple[date, ...]:
    """15 Shevat: a leap year puts a month of 30 days between it and Passover."""
    leap = (_rosh_hashanah(year) - _rosh_hashanah(year - 1)).days > 360
    return (_rosh_hashanah(year) - timedelta(days=163 + 59 + 30 * leap),)


def yom_hashoah(year: int) -> tuple[date, ...]:
    """27 Nisan, moved away from the sabbath."""
    day = _rosh_hashanah(year) - timedelta(days=163 - 12)
    return (day + timedelta(days={4: -1, 6: 1}.get(day.weekday(), 0)),)


def tisha_bav(year: int) -> tuple[date, ...]:
    """9 Av, or the Sunday after when that is a sabbath."""
    day = _rosh_hashanah(year) - timedelta(days=51)
    return (day + timedelta(days=day.weekday() == 5),)


@lru_cache(maxsize=64)
def _rosh_hashanah(year: int) -> date:
    """Source: Dershowitz and Reingold, Calendrical Calculations, chapter 8."""
    before, this, after = (_elapsed(year + 3760 + step) for step in (0, 1, 2))
    delay = 2 if after - this == 356 else 1 if this - before == 382 else 0
    return date.fromordinal(this + delay - 1373427)


def _elapsed(year: int) -> int:
    months = (235 * year - 234) // 19
    days = 29 * months + (12084 + 13753 * months) // 25920
    return days + (3 * (days + 1) % 7 < 3)


def muslim(month: int, day: int) -> Feast:
    """On a day of the Muslim year as reckoned ahead for America; the sighting of the moon may move it by one."""

    @lru_cache(maxsize=64)
    def days(year: int) -> tuple[date, ...]:
        about = int((year - 622) * 33 / 32)
        found = (_muslim_month(about + step, month) + timedelta(days=day - 1) for step in (-1, 0, 1, 2))
        return tuple(one for one in found if one.year == year)

    return days


def _muslim_month(year: int, month: int) -> date:
    """Return the first day of a month: the one after the moon is new by sunset in Mecca.

    Source: Calendrical Calculations, chapter 7, for the month; the rule of the Umm al-Qura calendar for the day.
    """
    about = date.fromordinal(227011 + (year - 1) * 354 + (3 + 11 * year) // 30 + 29 * (month - 1) + month // 2)
    days = (about + timedelta(days=step) for step in range(9))
    return next(one for one in days if moon_phase(one, _MECCA_SUNSET - 24) < 60)


def moon(month: int, day: int, lunar_day: int, hour: float = SUNRISE) -> Feast:
    """On the first day from a date on that has a lunar day of India: 15 is the full, 30 the new moon.

    Args:
        hour: universal time at which the lunar day must run.
    """

    @lru_cache(maxsize=64)
    def from_year(year: int) -> date:
        start = date(year, month, day)
        days = [start + timedelta(days=step) for step in range(33)]
        running = [int(moon_phase(one, hour) // 12) + 1 for one in days]
        for one, now, then in zip(days, running, running[1:], strict=False):
            skipped = now % 30 + 1 == lunar_day and then not in (now, lunar_day)
            if now == lunar_day or skipped:
                return one
        raise AssertionError("each lunar day comes once in a month of the moon")

    return lambda year: tuple(one for one in (from_year(year - 1), from_year(year)) if one.year == year)


def lunar_new_year(year: int) -> tuple[date, ...]:
    """The day of the new moon, by the clock of China, that falls between 21 January and 20 February."""
    days = (date(year, 1, 21) + timedelta(days=step) for step in range(31))
    return tuple(one for one in days if moon_phase(one, 16) < moon_phase(one, -8))[:1]


def sun_enters(sign: int) -> Feast:
    """On the first sunrise in India at which the sun stands in a sign of its zodiac: 9 is Capricorn."""

    @lru_cache(maxsize=64)
    def days(year: int) -> tuple[date, ...]:
        lag = _LAG + _LAG_A_YEAR * (year - 2000)
        start = date(year, 1, 1) + timedelta(days=(sign - 9) % 12 * 30)
        through = (start + timedelta(days=step) for step in range(40))
        return tuple(one for one in through if ((sun_longitude(one, SUNRISE) - lag) % 360) // 30 == sign)[:1]

    return days
