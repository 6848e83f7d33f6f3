"""Read a date: a birth date with its year, or a coming day; the value is written ``2027-03-05``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from flows.answers.calendar_words import with_calendar_words
from flows.answers.context import AnswerContext, Within
from flows.answers.day_mentions import OLDEST_YEARS, FoundDay, Kind, real_day
from flows.answers.days import find_days
from flows.answers.outcome import LIKELY, Ambiguous, Match, NoMatch, Option, Outcome, Reason
from flows.answers.words import Reply, core, fold, phrases, words

#: No visit is planned later.
_FARTHEST_YEARS: Final = 5
#: What makes the day after it one that is not meant.
_DENIED: Final = re.compile(
    r"(?<![\w'])(?:not|(?:any|every) ?(?:day|time)s? but|all but|other than|besides|don'?t|can'?t|cannot|won'?t be (?:available|free|there)|busy|except|instead of|rather than|no puedo|menos|excepto|en vez de)(?: (?!but |sino |pero )\w+){0,2} $"
)
#: The same, said after the day.
_DENIED_AFTER: Final = re.compile(
    r"^,? ?(?:no(?=,| el | la | mejor)|i'?m (?:busy|not|unavailable|away|out|working)|i am (?:busy|not|unavailable|away|working)|is (?:bad|no good|not|out)|"
    r"(?:doesn'?t|won'?t|does not|will not|isn'?t|didn'?t) |i (?:can'?t|cannot|won'?t|don'?t|work\b|have (?:class|work|a meeting))|no puedo|no me|"
    r"estoy ocupad[oa]|tengo (?:clase|trabajo))"
)
#: What makes the day after it the one that is meant.
_MEANT: Final = re.compile(
    r"(?<![\w'])(?:i mean|i meant|meant|quise decir|quiero decir|digo)(?: to say)?(?: \w+){0,3} $"
)

#: Words around a date that say nothing more.
_AROUND: Final = phrases(
    "what about|how about|maybe|i think|i guess|or so|like|ok|okay|no|yes|sure|then|let's do|let's say|say|around|can do|i can do|would be|best",
    "que tal|tal vez|creo que|como|o asi|si|mejor|mismo|puede ser|seria|the|on|by|at|in|my|birthday|is|it|it's|was|i|i was|born|dob|date of birth|d o b|works|for me",
    "el|la|los|en|de|naci|nacida|nacido|fecha de nacimiento|mi|cumpleanos|es|para",
)


def read_date(text: str, context: AnswerContext) -> Outcome:
    """Read one date within the past or the future, as the question asks."""
    reply = with_calendar_words(fold(text), language=context.language)
    if not reply.text:
        return NoMatch(reason=Reason.EMPTY)
    mentions = _meant(reply.text, find_days(reply.text, context))
    sound = _explained([mention for mention in mentions if mention.days], context)
    if not sound:
        return NoMatch(reason=_worst(mentions))
    days = list(dict.fromkeys(day for mention in sound for day in mention.days))
    allowed = [day for day in days if _fault(day, context) is None]
    if not allowed:
        return NoMatch(reason=_fault(days[0], context) or Reason.NOT_UNDERSTOOD)
    if len(allowed) > 1:
        return Ambiguous(options=tuple(_option(day) for day in allowed), reason=Reason.WHICH_DATE)
    return _match(reply, allowed[0], sound, mentions, context)


def _match(
    reply: Reply, day: date, sound: Sequence[FoundDay], said: Sequence[FoundDay], context: AnswerContext
) -> Match:
    mentions = [mention for mention in sound if day in mention.days]
    start, end = _widened(reply, mentions, day, said)
    others = dict.fromkeys(other for mention in mentions for other in mention.others if _fault(other, context) is None)
    return Match(
        value=day.isoformat(),
        span=reply.span(start, end),
        confidence=min(mention.confidence for mention in mentions),
        alternatives=tuple(_option(other) for other in others),
        rest=reply.rest(start, end, also=_AROUND),
    )


def _widened(reply: Reply, mentions: Sequence[FoundDay], day: date, said: Sequence[FoundDay]) -> tuple[int, int]:
    """Return from where to where the day was told, the weekday beside it included: "Friday, the 2nd"."""
    start, end = mentions[0].start, mentions[-1].end
    for one in said:
        if one.kind is Kind.WEEKDAY and len(one.days) == 1 and one.days[0].weekday() == day.weekday():
            gap = reply.text[one.end : start] if one.end <= start else reply.text[end : one.start]
            if not core(words(fold(gap)), also=_AROUND):
                start, end = min(start, one.start), max(end, one.end)
    return start, end


def _option(day: date) -> Option:
    return Option(value=day.isoformat(), label={"date": day.isoformat()})


def _worst(mentions: Sequence[FoundDay]) -> Reason:
    problems = [mention.problem for mention in mentions if mention.problem]
    return problems[0] if problems else Reason.NOT_UNDERSTOOD


def _meant(text: str, mentions: Sequence[FoundDay]) -> list[FoundDay]:
    """Drop the days that are denied: "not Monday, Tuesday", "the 4th I'm busy", "Monday, I mean Tuesday"."""
    meant = [mention for mention in mentions if _MEANT.search(text[: mention.start])]
    return meant or [
        mention
        for mention in mentions
        if not _DENIED.search(text[: mention.start]) and not _DENIED_AFTER.match(text[mention.end :])
    ]


def _explained(mentions: list[FoundDay], context: AnswerContext) -> list[FoundDay]:
    """Drop what only repeats a fuller date: "Tuesday, March 5th", "tomorrow, the 2nd", "the weekend, this Sunday"."""
    named = [mention.days[0].weekday() for mention in mentions if mention.kind is Kind.WEEKDAY]
    if len(named) == 1:
        mentions = [_of_year(mention, named[0], context) for mention in mentions]
    single = [mention for mention in mentions if len(mention.days) == 1]
    told = [mention.days[0] for mention in single if mention.kind is not Kind.WEEKDAY]
    return [
        mention
        for mention in mentions
        if not (len(mention.days) > 1 and any(other.days[0] in mention.days for other in single))
        if not (mention.kind is Kind.WEEKDAY and any(day.weekday() == mention.days[0].weekday() for day in told))
    ]


def _of_year(mention: FoundDay, weekday: int, context: AnswerContext) -> FoundDay:
    """Let a weekday choose the year of "Sunday, Feb 10", if any year will do; for a coming day a misfit is asked about."""
    if not mention.yearless or context.within is Within.FUTURE or mention.days[0].weekday() == weekday:
        return mention
    day = mention.days[0]
    around = (real_day(day.year + step, day.month, day.day) for step in (-1, 1, 2))
    fitting = next((other for other in around if other is not None and other.weekday() == weekday), None)
    return mention if fitting is None else replace(mention, days=(fitting,), confidence=LIKELY)


def _fault(day: date, context: AnswerContext) -> Reason | None:
    """Say what forbids a day that exists."""
    today = context.today
    if context.within is Within.PAST and day > today:
        return Reason.IN_FUTURE
    if day.year < today.year - OLDEST_YEARS:
        return Reason.IMPOSSIBLE_YEAR
    if context.within is Within.FUTURE and day < today:
        return Reason.IN_PAST
    if context.within is Within.FUTURE and day.year > today.year + _FARTHEST_YEARS:
        return Reason.IMPOSSIBLE_YEAR
    return None
