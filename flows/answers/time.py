"""Read a time of day; the value is written ``15:30``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from flows.answers.calendar_words import with_calendar_words
from flows.answers.clock import FoundTime, find_times, from_minutes, to_minutes, within
from flows.answers.context import AnswerContext
from flows.answers.day_mentions import Kind
from flows.answers.days import find_days
from flows.answers.outcome import CERTAIN, GUESS, LIKELY, Ambiguous, Match, NoMatch, Option, Outcome, Reason
from flows.answers.words import Reply, core, fold, phrases, words

#: Without a window, an unmarked hour is read as one of these, when people meet.
_USUAL_HOURS: Final = (7 * 60, 18 * 60 + 59)

#: A digit, and a letter or slash that tells it is no time.
_WRITTEN_DATE: Final = re.compile(r"(?=.*\d).*(?:[a-z]{2}|/)")
#: An hour that is not meant, beside one that is: "not 5, 6"; "6 instead of 5".
_DENIED: Final = re.compile(
    r"(?<![\w'])(?:not|no|instead of|rather than|en vez de|en lugar de|no a) (?:at |a )?(?:las? )?\d{1,2}(?::\d\d)? ?(?:[ap]\.?m\.?)?(?:,? (?=(?:but |sino |pero )?(?:at |a )?(?:las? )?\d)|$)"
)
#: Joins number words: "five-thirty", "ten-ish".
_HYPHEN: Final = re.compile(r"(?<=[a-z])-(?=[a-z])")
#: "Ten to five": with the hours of a question a time, where ten o'clock lies outside them.
_SHORT_OF: Final = re.compile(
    r"(?:at |about |around |like )?(?P<part>5|10|15|20|25) (?P<sign>to|til|till|of|before) \d{1,2}(?!\d|:)"
)
#: Between two hours of which either will do.
_OR: Final = ("or", "o")
_WORDS_OF_TWO: Final = 3
#: Words around a time that say nothing more.
_AROUND: Final = phrases(
    "make it|actually|let's do|let's say|let's make it|how about|what about|i'd say|i think|i guess|can do|i can do|i prefer|prefer|can we do|can you do|better|please do|about|exactly|sharp|then|if possible|if you can|"
    "tipo|tipo las|mejor|digamos|podria ser|puede ser|que tal|que sea|sea|estaria bien|prefiero|si se puede|en punto|mas o menos|any time|anytime|before|after|a eso de|a eso de las|antes de las|despues de las|at|around|about|like|maybe|say|by|the|i|is|it|it's|works|for me|would|be|good|best|ok|a las|a la|las|como|sobre|tal vez|quizas"
)


def read_time(text: str, context: AnswerContext) -> Outcome:
    """Read one time; between morning and evening the window of the question decides, else the usual hours."""
    reply = fold(text)
    hyphens = ((found.start(), found.end(), " ") for found in _HYPHEN.finditer(reply.text))
    reply = with_calendar_words(reply.replaced(hyphens), language=context.language)
    if not reply.text:
        return NoMatch(reason=Reason.EMPTY)
    reply = _without_dates(reply, context)
    reply = reply.replaced([(*denied.span(), "") for denied in _DENIED.finditer(reply.text)])
    short = _SHORT_OF.match(reply.text)
    if short and context.window and not _in_window(int(short["part"]), context):
        reply = reply.replaced([(*short.span("sign"), "minutes to")])
    mentions = _with_range(reply, find_times(reply.text))
    marked = [mention for mention in mentions if mention.marked and (context.asked or not mention.loose)]
    bare = len(core(words(reply), also=_AROUND))
    if (
        context.asked
        and not marked
        and (len(mentions) == bare == 1 or (len(mentions) == 2 and _two_hours(reply, mentions)))
    ):
        marked = mentions
    marked = _likeliest(marked)
    if not marked:
        return NoMatch(reason=Reason.NOT_UNDERSTOOD)
    possible = [mention for mention in marked if mention.possible]
    if not possible:
        return NoMatch(reason=Reason.IMPOSSIBLE_TIME)
    return _decide(reply, possible, context)


def _without_dates(reply: Reply, context: AnswerContext) -> Reply:
    """Blank out written dates, so that "the 6th at 5" has one number left."""
    written = [
        (day.start, day.end, "x" * (day.end - day.start))
        for day in find_days(reply.text, context)
        if day.kind is not Kind.RELATIVE and _WRITTEN_DATE.search(reply.text[day.start : day.end])
    ]
    return reply.replaced(written)


def _with_range(reply: Reply, mentions: Sequence[FoundTime]) -> list[FoundTime]:
    """Let the bare 4 of "4-5pm" be a time in the same half of the day."""
    whole = []
    for one, two in pairwise(mentions):
        ranged = one.lead.startswith(("between", "entre", "from", "desde")) and not one.sure and not one.exact
        if (
            (ranged or not one.marked)
            and two.marked
            and reply.text[one.end : two.start].strip() in ("-", "to", "a", "or", "o", "and", "y")
            and (
                reply.text[one.end : two.start].strip() not in ("and", "y") or one.lead.startswith(("between", "entre"))
            )
        ):
            half = max((reading for reading in one.readings() if reading < two.minute), default=one.minute)
            whole.append(replace(one, minute=half, sure=two.sure, marked=True, exact=two.exact))
        else:
            whole.append(one)
    return [*whole, *mentions[-1:]]


def _in_window(hour: int, context: AnswerContext) -> bool:
    """Tell whether an hour, in either half of the day, lies within the hours of the question."""
    opens, closes = (to_minutes(end) for end in context.window or ("00:00", "24:00"))
    return bool(within((hour * 60, (hour + 12) * 60), opens, closes))


def _two_hours(reply: Reply, mentions: Sequence[FoundTime]) -> bool:
    """Tell whether nothing but two hours was said: "3 or 4"."""
    between = reply.text[mentions[0].end : mentions[1].start].strip()
    return between in _OR and len(core(words(reply), also=_AROUND)) == _WORDS_OF_TWO


def _likeliest(mentions: Sequence[FoundTime]) -> list[FoundTime]:
    """Prefer times with minutes or a half of the day to such as only follow an "at" or "from"."""
    plain = [mention for mention in mentions if mention.exact or mention.sure]
    return plain or list(mentions)


def _decide(reply: Reply, mentions: Sequence[FoundTime], context: AnswerContext) -> Outcome:
    opens, closes = (to_minutes(context.window[0]), to_minutes(context.window[1])) if context.window else (0, 24 * 60)
    readings: dict[int, FoundTime] = {}
    for mention in mentions:
        for reading in within(mention.readings(), opens, closes):
            readings.setdefault(reading, mention)
    if not readings:
        return NoMatch(reason=Reason.OUTSIDE_HOURS)
    times = list(dict.fromkeys(reading for reading in readings))
    if len(mentions) == 1 and len(times) == 2 and context.window is None:
        return _usual(reply, mentions[0], times)
    if len(times) > 1:
        return Ambiguous(options=tuple(_option(time) for time in times), reason=Reason.WHICH_TIME)
    mention = readings[times[0]]
    return _match(reply, mention, times[0], CERTAIN if mention.marked else LIKELY, ())


def _usual(reply: Reply, mention: FoundTime, times: Sequence[int]) -> Outcome:
    usual = within(times, *_USUAL_HOURS)
    if len(usual) != 1:
        return Ambiguous(options=tuple(_option(time) for time in times), reason=Reason.WHICH_TIME)
    others = [time for time in times if time != usual[0]]
    return _match(reply, mention, usual[0], LIKELY if mention.exact else GUESS, others)


def _match(reply: Reply, mention: FoundTime, time: int, confidence: float, others: Sequence[int]) -> Match:
    return Match(
        value=from_minutes(time),
        span=reply.span(mention.start, mention.end),
        confidence=confidence,
        alternatives=tuple(_option(other) for other in others),
        rest=reply.rest(mention.start, mention.end, also=_AROUND),
    )


def _option(time: int) -> Option:
    return Option(value=from_minutes(time), label={"time": from_minutes(time)})
