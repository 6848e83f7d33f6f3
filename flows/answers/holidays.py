"""Read holidays by name, English and Spanish: ``Thanksgiving``, ``the day of the dead``, ``next MLK day``, ``Eid 2027``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Final

from flows.answers.context import AnswerContext, Within
from flows.answers.day_mentions import NEXT_WORDS, PAST_WORDS, FoundDay, Kind
from flows.answers.feasts import (
    SUNSET,
    Feast,
    after_passover,
    after_rosh_hashanah,
    easter,
    hanukkah,
    lunar_new_year,
    moon,
    muslim,
    nth,
    on,
    sun_enters,
    tisha_bav,
    tu_bishvat,
    yom_hashoah,
)
from flows.answers.outcome import CERTAIN, LIKELY, Reason
from flows.answers.words import Phrase, listed

_MON, _TUE, _THU, _FRI, _SAT, _SUN = 0, 1, 3, 4, 5, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day that has a name."""

    falls: Feast
    #: Whether it begins the evening before, which the person may mean.
    from_evening: bool = False


def _named(feast: Feast, *lines: str, from_evening: bool = False) -> dict[Phrase, Holiday]:
    holiday = Holiday(falls=feast, from_evening=from_evening)
    return {tuple(name.split()): holiday for name in listed(*lines)}


#: By their words without apostrophes, "day" and "dia de" left out where they may be.
_HOLIDAYS: Final[dict[Phrase, Holiday]] = {
    # Federal holidays and days that American schools keep.
    **_named(on(1, 1), "new years|new year|ano nuevo"),
    **_named(nth(3, _MON, 1), "mlk|mlk jr|martin luther king|martin luther kings|martin luther king jr"),
    **_named(on(2, 2), "groundhog|groundhogs|candelaria|la candelaria"),
    **_named(on(2, 14), "valentines|valentine|st valentines|san valentin|los enamorados|del amor y la amistad"),
    **_named(nth(3, _MON, 2), "presidents|president|washingtons birthday|los presidentes"),
    **_named(on(3, 14), "pi day"),
    **_named(on(3, 17), "st patricks|saint patricks|st paddys|san patricio"),
    **_named(on(3, 31), "cesar chavez"),
    **_named(on(4, 1), "april fools|april fool"),
    **_named(on(4, 15), "tax day"),
    **_named(on(4, 22), "earth day|la tierra"),
    **_named(nth(-1, _FRI, 4), "arbor day"),
    **_named(nth(2, _SUN, 5), "mothers|mother|las madres|la madre"),
    **_named(nth(-1, _MON, 5), "memorial day|los caidos"),
    **_named(on(6, 14), "flag day"),
    **_named(on(6, 19), "juneteenth"),
    **_named(nth(3, _SUN, 6), "fathers|father|el padre|del padre"),
    **_named(on(7, 4), "independence|la independencia"),
    **_named(nth(1, _MON, 9), "labor|labour|del trabajo"),
    **_named(nth(1, _MON, 9, later=6), "grandparents|los abuelos"),
    **_named(on(9, 11), "patriot day|patriots day"),
    **_named(on(9, 16), "independencia de mexico|mexican independence|el grito"),
    **_named(
        nth(2, _MON, 10),
        "columbus|indigenous peoples|indigenous people|la raza|los pueblos indigenas|canadian thanksgiving",
    ),
    **_named(on(10, 31), "halloween|noche de brujas"),
    **_named(on(11, 1), "all saints|todos los santos"),
    **_named(on(11, 2), "all souls|day of the dead|los muertos|los difuntos|dia de muertos|de muertos"),
    **_named(nth(1, _MON, 11, later=1), "election|las elecciones|elecciones"),
    **_named(on(11, 11), "veterans|veteran|armistice|los veteranos"),
    **_named(nth(4, _THU, 11), "thanksgiving|turkey day|accion de gracias"),
    **_named(nth(4, _THU, 11, later=1), "black friday|viernes negro"),
    **_named(nth(4, _THU, 11, later=4), "cyber monday|lunes cibernetico"),
    **_named(nth(4, _THU, 11, later=5), "giving tuesday"),
    **_named(on(12, 24), "nochebuena|noche buena|christmas eve|xmas eve"),
    **_named(on(12, 25), "christmas|xmas|x mas|navidad"),
    **_named(on(12, 26), "boxing day|kwanzaa"),
    **_named(on(12, 31), "nochevieja|noche vieja|fin de ano|new years eve|new year eve|nye"),
    # Days of the world and of Latin America.
    **_named(on(1, 6), "epiphany|three kings|reyes|los reyes|reyes magos|los reyes magos|los santos reyes"),
    **_named(on(3, 8), "international womens|womens|la mujer|internacional de la mujer"),
    **_named(on(4, 30), "del nino|el nino"),
    **_named(
        on(5, 1),
        "may day|international workers|workers|los trabajadores|del trabajador|internacional de los trabajadores",
    ),
    **_named(on(10, 5), "world teachers"),
    **_named(on(12, 12), "guadalupe|la virgen de guadalupe|virgen de guadalupe"),
    # By Easter.
    **_named(easter(), "easter|easter sunday|pascua|domingo de pascua|domingo de resurreccion|pascua de resurreccion"),
    **_named(easter(1), "easter monday|lunes de pascua"),
    **_named(easter(-2), "good friday|viernes santo"),
    **_named(easter(-3), "holy thursday|maundy thursday|jueves santo"),
    **_named(easter(-1), "holy saturday|sabado de gloria|sabado santo"),
    **_named(easter(-7), "palm sunday|domingo de ramos"),
    **_named(easter(-46), "ash wednesday|miercoles de ceniza"),
    **_named(easter(-47), "mardi gras|fat tuesday|shrove tuesday|martes de carnaval"),
    **_named(easter(39), "ascension|ascension thursday|la ascension"),
    **_named(easter(49), "pentecost|whit sunday|whitsunday|pentecostes"),
    **_named(easter(50), "whit monday|pentecost monday|lunes de pentecostes|monday of the holy spirit"),
    **_named(easter(60), "corpus christi"),
    **_named(easter(orthodox=True), "orthodox easter|greek easter|pascha|pascua ortodoxa"),
    **_named(easter(-2, orthodox=True), "orthodox good friday|great friday"),
    **_named(easter(-8, orthodox=True), "lazarus saturday"),
    **_named(on(1, 7), "orthodox christmas"),
    # By the Jewish year.
    **_named(after_rosh_hashanah(0), "rosh hashanah|rosh hashana|rosh hashanna|jewish new year", from_evening=True),
    **_named(after_rosh_hashanah(9), "yom kippur|day of atonement|iom kipur", from_evening=True),
    **_named(
        after_rosh_hashanah(14), "sukkot|sukkos|succot|succos|feast of booths|feast of tabernacles", from_evening=True
    ),
    **_named(after_rosh_hashanah(21), "shemini atzeret", from_evening=True),
    **_named(after_rosh_hashanah(22), "simchat torah|simhat torah", from_evening=True),
    **_named(hanukkah, "hanukkah|chanukah|hanukah|hannukah|januca", from_evening=True),
    **_named(tu_bishvat, "tu bishvat|tu bshvat", from_evening=True),
    **_named(after_passover(-30), "purim", from_evening=True),
    **_named(after_passover(0), "passover|pesach|pesah|pascua judia", from_evening=True),
    **_named(yom_hashoah, "yom hashoah|holocaust remembrance|holocaust day", from_evening=True),
    **_named(tisha_bav, "tisha bav", from_evening=True),
    **_named(after_passover(33), "lag baomer|lag bomer", from_evening=True),
    **_named(after_passover(50), "shavuot|shavuos", from_evening=True),
    # By the Muslim year.
    **_named(muslim(1, 1), "islamic new year|muslim new year|muharram"),
    **_named(muslim(1, 10), "ashura|ashoura"),
    **_named(muslim(3, 12), "mawlid|mawlid al nabi|milad un nabi"),
    **_named(muslim(9, 1), "ramadan|ramadhan|ramazan"),
    **_named(muslim(10, 1), "eid al fitr|eid ul fitr|id al fitr|id ul fitr|eid"),
    **_named(
        muslim(12, 10),
        "eid al adha|eid ul adha|id al adha|id ul adha|bakr id|bakrid|feast of sacrifice|sacrifice feast",
    ),
    # By sun and moon.
    **_named(lunar_new_year, "lunar new year|chinese new year|ano nuevo chino|ano nuevo lunar|tet|seollal"),
    **_named(moon(9, 27, 10, 8.5), "dussehra|dasara|vijayadashami|vijaya dashami"),
    **_named(moon(9, 27, 7), "maha saptami"),
    **_named(moon(9, 27, 1), "navaratri|navratri"),
    **_named(moon(10, 16, 28, SUNSET), "dhanteras"),
    **_named(moon(10, 16, 30, SUNSET), "diwali|deepavali|divali|lakshmi puja|laxmi puja"),
    **_named(moon(10, 18, 2), "bhai dooj|bhai duj"),
    **_named(moon(11, 1, 15), "guru nanak|guru nanak jayanti|guru nanak birthday|gurpurab"),
    **_named(
        moon(12, 24, 7),
        "guru gobind singh|guru gobind singh jayanti|guru gobind singh birthday|guru govind singh|guru govind singh jayanti",
    ),
    **_named(
        moon(1, 23, 15),
        "guru ravidas|guru ravidas jayanti|guru ravidass jayanti|guru ravidas birthday|guru ravidass birthday",
    ),
    **_named(moon(2, 27, 15, SUNSET), "holika dahan|chhoti holi|choti holi"),
    **_named(moon(2, 28, 15), "holi|phagwa"),
    **_named(moon(8, 2, 15), "raksha bandhan|rakhi|rakshabandhan"),
    **_named(moon(5, 1, 15, SUNSET), "vesak|wesak|vaisakha|buddha purnima|buddhas birthday|buddha"),
    **_named(sun_enters(9), "makar sankranti|makara sankranti|pongal|maghi"),
    **_named(sun_enters(0), "vaisakhi|baisakhi"),
}
#: Everyday words that are a holiday only with "day" after or "dia de" before them.
_ONLY_WITH_DAY: Final = frozenset(
    tuple(name.split())
    for name in listed(
        "new year|groundhog|groundhogs|valentine|president|presidents|mother|mothers|father|fathers|independence|labor|labour",
        "election|elecciones|las elecciones|veteran|veterans|workers|international workers|womens|columbus|all souls|all saints",
        "grandparents|buddha|la madre|las madres|el padre|del padre|del nino|el nino|la mujer|la raza|los muertos|reyes|guadalupe",
        "la tierra|del trabajo|los trabajadores|del trabajador|los caidos|la independencia|los presidentes|los abuelos|three kings",
        "los reyes|los veteranos|armistice|martin luther king|martin luther kings|cesar chavez|indigenous people|indigenous peoples",
        "los enamorados|los difuntos|candelaria|la candelaria|de muertos|world teachers|international womens|los pueblos indigenas",
    )
)
_LONGEST: Final = max(map(len, _HOLIDAYS))
#: What a name may begin with: one look-up tells whether a word is worth more.
FIRST_WORDS: Final = frozenset(name[0] for name in _HOLIDAYS)
_WORD: Final = re.compile(r"[a-z\d]+(?:'[a-z]+)*")
_DAY: Final = re.compile(r"'?s? days?(?![a-z])")
_DIA: Final = re.compile(r"(?<![a-z])(?:dia (?:de |del )?|fiesta (?:de |del )?)$")
_SIDE: Final = re.compile(
    rf"(?<![a-z])(?P<side>this coming|this|coming|upcoming|following|{NEXT_WORDS}|{PAST_WORDS}|este|esta)(?: dia (?:de |del )?)? $"
)
_EVE_BEFORE: Final = re.compile(r"(?<![a-z])(?:the )?(?:eve of|vispera de|la vispera de)(?: el| la)? $")
_WEEKEND: Final = re.compile(r"'?s? week-?end(?![a-z])")
_EVE: Final = re.compile(r"'?s? eve(?![a-z])")
#: Makes of a holiday something else than a day.
_NO_DAY: Final = re.compile(
    r"'?s? (?:break|vacations?|party|parties|trees?|gifts?|presents?|cards?|dinner|lights|songs?|carols?|season|shopping|"
    r"stor(?:y|ies)|movies?|decorations?|mubarak|week|candy|costumes?)(?![a-z])"
)
_YEAR: Final = re.compile(
    r",? ?(?:"
    r"(?:of |in |de |del |en )?(?:el ano )?(?P<year>(?:19|20)\d\d)(?!\d)"
    r"|(?:of |de |del )?(?P<which>this|next|last|este|el proximo|proximo|el pasado) (?:year|ano)(?: que viene)?|del? (?P<come>ano que viene)"
    r"|(?:in |en |dentro de )(?P<ahead>\d{1,2}|an?|un) (?:years?|anos?)|(?P<hence>\d{1,2}|a|an) years? (?:hence|from now)"
    r")"
)


def find_holidays(text: str, context: AnswerContext) -> Iterator[FoundDay]:
    """Yield the holidays that a text names."""
    said = [(place.group().replace("'", ""), place.start(), place.end()) for place in _WORD.finditer(text)]
    at = 0
    while at < len(said):
        found = _longest(text, said[at : at + _LONGEST]) if said[at][0] in FIRST_WORDS else None
        if found is None:
            at += 1
            continue
        holiday, count = found
        yield _mention(text, holiday, said[at][1], said[at + count - 1][2], context)
        at += count


def _longest(text: str, said: list[tuple[str, int, int]]) -> tuple[Holiday, int] | None:
    """Return the holiday with the longest name that begins here, and how many words it has."""
    for count in range(len(said), 0, -1):
        name = tuple(word for word, _, _ in said[:count])
        holiday = _HOLIDAYS.get(name)
        if holiday is None:
            continue
        if _NO_DAY.match(text, said[count - 1][2]):
            return None
        has_day = _DAY.match(text, said[count - 1][2]) or _DIA.search(text[: said[0][1]])
        if name not in _ONLY_WITH_DAY or has_day:
            return holiday, count
    return None


def _mention(text: str, holiday: Holiday, start: int, end: int, context: AnswerContext) -> FoundDay:
    """Read what stands around a name: its eve, which one, of which year."""
    earlier = 0
    if day := _DAY.match(text, end):
        end = day.end()
    if led := _DIA.search(text[:start]):
        start = led.start()
    eve, of_eve = _EVE.match(text, end), _EVE_BEFORE.search(text[:start])
    if eve or of_eve:
        earlier, start, end = 1, of_eve.start() if of_eve else start, eve.end() if eve else end
    side = _SIDE.search(text[:start])
    year = _YEAR.match(text, end)
    if year:
        end = year.end()
    weekend = _WEEKEND.match(text, end)
    if weekend:
        end = weekend.end()
    days = _days(holiday, year, side["side"] if side else "", context)
    if not days:
        reason = Reason.YEAR_MISSING if context.within is Within.PAST else Reason.IMPOSSIBLE_DATE
        return FoundDay(start=start, end=end, kind=Kind.FULL, problem=reason)
    if weekend:
        saturday = days[0] + timedelta(
            days=(5 - days[0].weekday()) if days[0].weekday() > 1 else -2 - days[0].weekday()
        )
        both = (saturday, saturday + timedelta(days=1))
        return FoundDay(start=start, end=end, kind=Kind.FULL, days=both)
    meant = days[0] - timedelta(days=earlier)
    evening = (meant - timedelta(days=1),) if holiday.from_evening and not earlier else ()
    return FoundDay(
        start=side.start() if side else start,
        end=end,
        kind=Kind.FULL,
        days=(meant,),
        others=evening,
        confidence=LIKELY if evening else CERTAIN,
    )


def _days(holiday: Holiday, year: re.Match[str] | None, side: str, context: AnswerContext) -> tuple[date, ...]:
    today = context.today
    if year is not None:
        return _in_year(holiday, _told_year(year, today.year))
    if context.within is Within.PAST:
        return ()
    around = chain.from_iterable(_in_year(holiday, today.year + step) for step in range(-2, 3))
    days = sorted(around)
    if re.fullmatch(PAST_WORDS, side):
        return tuple(day for day in days if day < today)[-1:]
    return tuple(day for day in days if day >= today)[:1]


def _told_year(year: re.Match[str], this_year: int) -> int:
    if year["year"]:
        return int(year["year"])
    ahead = year["ahead"] or year["hence"]
    if ahead:
        return this_year + (int(ahead) if ahead.isdigit() else 1)
    if year["come"] or "next" in (year["which"] or "") or "proximo" in (year["which"] or ""):
        return this_year + 1
    return this_year - (year["which"] in ("last", "el pasado"))


def _in_year(holiday: Holiday, year: int) -> tuple[date, ...]:
    return holiday.falls(year) if 1900 <= year <= 2099 else ()
