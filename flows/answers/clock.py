"""Find the times of day that a text speaks of, English and Spanish."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_MINUTES_A_DAY: Final = 24 * 60
_NOON: Final = 12 * 60
#: Which half of the day a word stands for.
_MORNING: Final = (
    r"(?:in the |this |early |early in the |late )?mornings?|(?:de|por|en) la (?:manana|madrugada)|a\.? ?m\.?(?![a-z])"
)
_AFTERNOON: Final = (
    r"(?:in the |this |late |early )?(?:afternoons?|evenings?)|de la tarde|(?:por|en) la tarde|p\.? ?m\.?(?![a-z])"
)
_NIGHT: Final = r"(?:at |in the |late at )?(?:nights?|tonight)|(?:de|por|en) la noche"
_MIDDAY: Final = r"del (?:dia|mediodia|medio dia)"
_HALF: Final = rf"(?P<half>{_MORNING}|{_AFTERNOON}|{_NIGHT}|{_MIDDAY})"
_BEFORE_HALF: Final = r"(?:(?P<early>(?:in the |this )?(?:morning|afternoon|evening|night))(?: at| around| about)? )?"
_LEAD: Final = r"(?:(?P<lead>at|@|around|about|by|from|after|before|until|till|til|past|since|between|a las?|las?|sobre las?|como a las?|desde(?: las?)?|hasta(?: las?)?|despues de(?: las?)?|antes de(?: las?)?|a partir de(?: las?)?|to|de|entre(?: las?)?|starting at|beginning at) ?)?"
#: Lead to a time only within a range: "from 2 to 5", "de 2 a 5".
_WEAK_LEADS: Final = ("", "to", "de")
#: Before digits that run together, 730: only these make a time of them for somebody who was not asked for one.
_SURE_LEADS: Final = ("at", "@", "a las", "a la", "las", "by", "around", "until", "before", "after")
_CLOCK_WORD: Final = r"(?P<clock> ?ish| ?o[ '\"]?clock| en punto| ?hrs?\b| ?horas?\b|(?<=\d)h\b)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTime:
    """One mention of a time of day."""

    start: int
    end: int
    #: Minutes after midnight, as written.
    minute: int
    #: Whether the words told the half of the day, or the number did (``15:30``).
    sure: bool
    #: Whether it could be nothing but a time: ``3:30``, ``3 pm``, ``at 3``; else it is a bare number.
    marked: bool = True
    #: Whether minutes were written, which makes a time likelier than a count.
    exact: bool = False
    possible: bool = True
    #: Whether it is two numbers and no more, "three twenty", which only an asked person means as a time.
    loose: bool = False
    #: The word that led to it: ``after``, ``until``, ``a las``.
    lead: str = ""

    def readings(self) -> tuple[int, ...]:
        """Return the minutes it can mean, as written first."""
        if self.sure or not self.possible:
            return (self.minute,)
        return (self.minute, (self.minute + _NOON) % _MINUTES_A_DAY)


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w:/.$#])(?:{pattern})(?![\w:]|/\d|-\d{{3}}-\d{{4}}|%)")


_WORDS: Final = _compile(
    r"(?:at |a la |a |al )?(?:(?P<noon>(?:12 )?noon(?:time)?|(?:the )?mid ?-?day|noontime|mediodia|medio dia)|(?P<midnight>(?:12 )?midnight|medianoche|media noche))(?: ?ish)?"
)
_PHRASE: Final = _compile(
    rf"{_LEAD}{_BEFORE_HALF}(?:"
    r"(?P<part>half|quarter|a quarter|(?:2[05]|15)(?= (?:to|til|till|of|before) )|(?:5|10)(?= of )|\d{1,2}(?: minutes?| mins?|(?= (?:past|after)))) ?(?P<sign>past|after|to|til|till|of|before) (?P<ph>\d{1,2}|noon|midnight)"
    r"|(?P<es_part>cuarto|un cuarto|1 cuarto|\d{1,2}(?: minutos)?) (?:para|pa) las? (?P<eh>\d{1,2})"
    r"|(?P<yh>\d{1,2}) (?P<y_sign>y|con|menos) (?P<y_part>media|cuarto|un cuarto|1 cuarto|\d{1,2}(?: minutos)?)"
    rf"){_CLOCK_WORD}(?:,? ?{_HALF})?"
)
_DIGITS: Final = _compile(
    rf"(?<!in )(?<!en )(?<!within ){_LEAD}{_BEFORE_HALF}(?:"
    r"(?P<h>\d{1,2})(?: ?: ?|\.|h|;)(?P<m>\d\d)(?::\d\d)?"
    r"|(?P<h2>\d{1,2}) (?P<m2>[0-5]\d|o \d|oh \d|0 \d)"
    r"|(?P<run>\d{3,4})"
    r"|(?P<h3>\d{1,2})"
    rf"){_CLOCK_WORD}(?:,? ?{_HALF}|(?P<letter>[ap](?![\w'])| p(?![\w'.])))?"
)


#: After a number: what it counts, so that it is no hour.
_COUNTED: Final = re.compile(
    r" ?(?:(?:-|to|a|and|y|or|o) ?\d{1,3} )?(?:kids?|child(?:ren)?|people|persons?|students?|adults?|times|years?|dollars|blocks|miles|"
    r"ninos?|personas?|estudiantes?|veces|anos?|cuadras|millas)(?!\w)"
)
_STREET: Final = re.compile(
    r" (?:[nsew]\.? )?(?:\w+ ){1,2}(?:st|street|ave|avenue|rd|road|blvd|boulevard|drive|dr|lane|ln|way|ct|court|pl|place)(?!\w)"
)


def find_times(text: str) -> tuple[FoundTime, ...]:
    """Return the mentions of times in a text with digits for number words, in their order."""
    found: list[FoundTime] = []
    for pattern in (_WORDS, _PHRASE, _DIGITS):
        for place in pattern.finditer(text):
            if any(place.start() < other.end and other.start < place.end() for other in found):
                continue
            mention = _read(place)
            if mention is not None:
                found.append(mention)
    return tuple(sorted(found, key=lambda mention: mention.start))


def _read(place: re.Match[str]) -> FoundTime | None:
    groups = place.groupdict()
    if place.re is _WORDS:
        return FoundTime(
            start=place.start(), end=place.end(), minute=_NOON if groups["noon"] else 0, sure=True, exact=True
        )
    if (groups.get("h3") and not groups["half"] and _COUNTED.match(place.string, place.end())) or (
        groups.get("run") and _STREET.match(place.string, place.end())
    ):
        return None
    if groups.get("y_sign") == "y" and (groups["lead"] or "").startswith(("entre", "between")):
        return None  # "entre 4 y 5" is two hours
    hour, minute, exact = _phrase(groups) if place.re is _PHRASE else _digits(groups)
    half = (
        groups.get("half")
        or groups.get("early")
        or {"a": "am", "p": "pm"}.get((groups.get("letter") or "").strip(), "")
    )
    marked = bool(half or exact or groups["clock"] or (groups["lead"] or "") not in _WEAK_LEADS)
    if not (0 <= hour <= 24 and 0 <= minute < 60):
        told = exact or half or groups["clock"]
        return (
            FoundTime(start=place.start(), end=place.end(), minute=0, sure=True, exact=exact, possible=False)
            if told
            else None
        )
    total, sure = _in_half(hour * 60 + minute, half)
    padded = (groups.get("h") or groups.get("run") or "").startswith("0")
    return FoundTime(
        start=place.start(),
        end=place.end(),
        minute=total % _MINUTES_A_DAY,
        sure=sure or hour > 12 or hour == 0 or padded,
        marked=marked,
        exact=exact,
        loose=_is_loose(place, groups, told=bool(half or groups["clock"])),
        lead=groups["lead"] or "",
    )


def _is_loose(place: re.Match[str], groups: dict[str, str | None], *, told: bool) -> bool:
    """Tell whether a mention is only digits that could be anything: "three twenty", "730", "version 2.10"."""
    if told or (groups["lead"] or "") in _SURE_LEADS:
        return False
    dotted = bool(groups.get("h")) and "." in place[0] and place.start() > 0
    return bool(groups.get("h2") or groups.get("run")) or dotted


def _phrase(groups: dict[str, str | None]) -> tuple[int, int, bool]:
    """Read "quarter to 9", "cuarto para las 9", "9 menos cuarto", "9 y media": hour, minute."""
    hour_text = groups["ph"] or groups["eh"] or groups["yh"] or ""
    hour = {"noon": 12, "midnight": 24}.get(hour_text) or int(hour_text)
    part_text = groups["part"] or groups["es_part"] or groups["y_part"] or ""
    part = (
        30
        if "half" in part_text or "media" in part_text
        else 15
        if "uart" in part_text
        else int(re.sub(r"\D", "", part_text))
    )
    back = (
        groups["es_part"] is not None
        or groups["y_sign"] == "menos"
        or groups["sign"] in ("to", "til", "till", "of", "before")
    )
    if not back:
        return hour, part, True
    total = (hour or 24) * 60 - part
    return (total // 60 or 12) if hour <= 12 else total // 60, total % 60, True


def _digits(groups: dict[str, str | None]) -> tuple[int, int, bool]:
    if groups["h"]:
        return int(groups["h"]), int(groups["m"] or 0), True
    if groups["h2"]:
        return int(groups["h2"]), int(re.sub(r"\D", "", groups["m2"] or "0")), True
    if groups["run"]:
        return (
            int(groups["run"][:-2]),
            int(groups["run"][-2:]),
            bool(groups["half"] or groups["letter"] or groups["lead"]),
        )
    return int(groups["h3"] or 0), 0, False


def _in_half(total: int, half: str) -> tuple[int, bool]:
    """Move a time to the half of the day that was told; "evening 11" is 23:00, "12 at night" is midnight."""
    if not half or total >= 13 * 60:
        return total, total >= 13 * 60
    on_noon = total >= _NOON
    if re.fullmatch(_MORNING, half) or "morning" in half:
        return (
            total - _NOON if on_noon and (half.replace(".", "").strip()[-1:] == "m" or "madrugada" in half) else total
        ), True
    if re.fullmatch(_NIGHT, half) or "night" in half:
        return (total - _NOON if on_noon else total if total < 4 * 60 else total + _NOON), True
    if re.fullmatch(_MIDDAY, half):
        return (total if total >= 10 * 60 else total + _NOON), True
    return (total if on_noon else total + _NOON), True


def within(readings: Sequence[int], opens: int, closes: int) -> tuple[int, ...]:
    """Keep the readings between two times, the later one included."""
    return tuple(reading for reading in readings if opens <= reading <= closes)


def to_minutes(clock: str) -> int:
    """Read ``16:30`` as minutes after midnight; ``24:00`` is allowed."""
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)


def from_minutes(total: int) -> str:
    """Write minutes after midnight as ``16:30``."""
    return f"{total // 60:02}:{total % 60:02}"
