"""Hear what a reply changes of earlier answers, besides answering: ``yes but my zip is 60615``, ``actually Tuesday``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain
from typing import Final

from flows.answering import weekly
from flows.answering.correcting import Given, given_answers
from flows.answers import read
from flows.answers.context import AnswerChoice, AnswerContext, Within
from flows.answers.corrections import Change, Known, read_correction
from flows.answers.outcome import GUESS, Ambiguous, Match, Outcome
from flows.answers.words import fold
from flows.draft import Draft
from flows.facts import Json
from flows.model import Ask

#: Says that something said before is taken back.
_TAKES_BACK: Final = re.compile(
    r"(?<![\w'])(?:no|nope|not|actually|sorry|oops|ooops|wait|instead|rather|i mean|i meant|make it|make that|correction|scratch that|"
    r"my bad|changed?|wrong|mistake|typo|but|except|should be|should have been|update|digo|perdon|mejor|en realidad|quise decir|"
    r"espere?|cambi\w+|equivoc\w+|corrij\w+|corregir|mal|sino|pero|me confundi|en vez de|en lugar de|error|excepto|menos|salvo|era)(?![\w'])"
)
#: Wants everything left as it is, whatever else the words could be: "nada" may be a choice.
_LEAVES_ALL: Final = re.compile(
    r"(?<![\w'])(?:no (?:me |lo |la )?cambi(?:es?|en|emos)|don'?t change|do not change|change nothing|nothing to change|nada que cambiar)(?![\w'])"
)
#: Opens a reply that is about something said before, even where any words are an answer.
_OPENS: Final = re.compile(
    r"^(?:no|nope|oops|ooops|wait|sorry|actually|correction|scratch that|my bad|i meant?|i (?:put|gave|wrote|sent)|digo|perdon|espere?|"
    r"en realidad|quise decir|me equivoque|me confundi|disculpe)(?![\w'])"
)
#: Takes something back, and may be a word of a choice as well: "no thanks", "mejor una llamada".
_MEANS_NO_CHOICE: Final = re.compile(
    r"^[\s,.!]*(?:(?:yes|yeah|yep|no|nope|ok|okay|well|oops|sorry|si|sí|claro|bueno|but|pero)\b[\s,.!]*)+|\bmejor\b|\b(?:thanks|gracias)\b",
    re.IGNORECASE,
)
#: A value of these types is whose it is, whatever stands around it.
_SPEAKS_FOR_ITSELF: Final = frozenset({"zip", "email", "phone"})
_ANY_TEXT: Final = frozenset({"text", "name"})
#: A word or two: too few to spell a ZIP, a phone number or an address out.
_TELLS_NOTHING: Final = re.compile(r"[a-z]+(?: [a-z]+)?")
_TELLS_A_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d[/.-]\d+[/.-]\d")


def hear(draft: Draft, ask: Ask, outcome: Outcome, text: str) -> tuple[Change, ...] | Ambiguous:
    """Find what a reply to a question changes of what was given before; nothing when it simply answers."""
    left = _left(ask, outcome, text)
    said, whole = fold(left).text, fold(text).text
    if (
        not said
        or _LEAVES_ALL.search(whole)
        or (ask.type in _ANY_TEXT and isinstance(outcome, Match) and not _OPENS.search(whole))
    ):
        return ()
    confirms = ask.type == "yes_no" and not ask.remember
    takes_back = bool(_TAKES_BACK.search(whole if confirms or not isinstance(outcome, Match) else said))
    if isinstance(outcome, Ambiguous) and not takes_back:
        return ()
    given = given_answers(draft)  # last, as most replies only answer
    also_untold = not isinstance(outcome, Match)
    return read_changes(draft, left, given, takes_back=takes_back, also_untold=also_untold) if given else ()


def read_changes(
    draft: Draft, text: str, given: Mapping[str, Given], *, takes_back: bool, also_untold: bool
) -> tuple[Change, ...] | Ambiguous:
    """Find what a text changes.

    Args:
        takes_back: whether it is plain that something is taken back; if not, a value must be named, or speak for itself.
        also_untold: whether it may only say that something is wrong.
    """
    said = fold(text).text
    known = {name: _known(draft, one) for name, one in given.items() if name != "language"}
    brief = not takes_back and _TELLS_NOTHING.fullmatch(said) and not weekly.adds(said)
    if brief and not any(_is_named(said, one) for one in known.values()):
        return ()
    context = AnswerContext(language=draft.language, today=draft.today)
    if not _TELLS_A_YEAR.search(said):  # "Tuesday" is nobody's date of birth
        known = {name: one for name, one in known.items() if one.within is not Within.PAST or _is_named(said, one)}
    choices = {name: one for name, one in known.items() if one.type == "choice"}
    found = read_correction(text, context, {name: one for name, one in known.items() if name not in choices})
    if isinstance(found, Ambiguous):
        return found if takes_back else ()
    left = _MEANS_NO_CHOICE.sub(" ", text)
    if not takes_back:  # then only one that is named counts
        folded = fold(left).text
        choices = {name: one for name, one in choices.items() if _is_named(said, one) or _is_named(folded, one)}
    chosen = read_correction(left, context, choices) if choices else ()
    found += () if isinstance(chosen, Ambiguous) else chosen
    changes = {
        change.field: change
        for change in found
        if change.told and (takes_back or _speaks_for_itself(said, known[change.field]))
    }
    for name, one in given.items():
        if name not in changes and (value := _told_besides(draft, said, text, one, takes_back=takes_back)):
            changes[name] = Change(field=name, value=value)
    untold = tuple(change for change in found if not change.told) if also_untold else ()
    return tuple(changes.values()) or untold


def _left(ask: Ask, outcome: Outcome, text: str) -> str:
    """Return what a reply holds besides its answer."""
    if not isinstance(outcome, Match) or ask.type in _ANY_TEXT:
        return text
    if ask.type == "yes_no":
        return text if outcome.confidence <= GUESS else outcome.rest
    start, end = outcome.span
    left = text[:start] + " " + text[end:]
    return left if any(map(str.isalnum, left)) else ""


def _known(draft: Draft, one: Given) -> Known:
    ask = one.ask
    offered = one.frame.offered if one.frame and one.step.offer else ()
    choices = [AnswerChoice(id=choice.id, label=choice.label) for choice in offered]
    choices += [
        AnswerChoice(
            id=option.id,
            label=option.label[draft.language],
            synonyms=tuple(chain(option.label.values(), *option.also.values())),
        )
        for option in draft.options(ask)
    ]
    words = dict.fromkeys(fold(word).text for words in ask.called.values() for word in words)
    return Known(
        type=ask.type,
        value=one.value,
        words=tuple(words) or (ask.save_as.replace("_", " "),),
        choices=tuple(choices),
        within=Within(ask.within) if ask.within else None,
        minimum=ask.minimum,
        maximum=ask.maximum,
    )


def _speaks_for_itself(said: str, known: Known) -> bool:
    return known.type in _SPEAKS_FOR_ITSELF or _is_named(said, known)


def _is_named(said: str, known: Known) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said) for word in known.words)


def _told_besides(draft: Draft, said: str, text: str, one: Given, *, takes_back: bool) -> Json:
    """Read what ``read_correction`` leaves to others: weekly hours, and ways to reach somebody when they are named."""
    if one.ask.type == "contact" and _is_named(said, _known(draft, one)):
        return _new_value(draft, text, one)
    if one.ask.type != "availability" or not (takes_back or weekly.adds(said) or _is_named(said, _known(draft, one))):
        return None
    windows = weekly.windows_of(one.value)
    if moved := weekly.moved(said, windows):
        return moved
    new = _new_value(draft, text, one) if weekly.names_week(said) else None
    return weekly.changed(said, windows, weekly.windows_of(new)) if new else None


def _new_value(draft: Draft, text: str, one: Given) -> Json:
    context = AnswerContext(language=draft.language, today=draft.today, asked=False)
    outcome = read(one.ask.type, text, context)
    sure = isinstance(outcome, Match) and outcome.confidence > GUESS
    return outcome.value if isinstance(outcome, Match) and sure and outcome.value != one.value else None


def read_told(draft: Draft, text: str, one: Given) -> Json:
    """Read the new value of an answer of which it is known that it is to be changed; ``None`` when none is told."""
    known = _known(draft, one)
    context = AnswerContext(
        language=draft.language,
        today=draft.today,
        choices=known.choices,
        within=known.within,
        minimum=known.minimum,
        maximum=known.maximum,
    )
    outcome = read(one.ask.type, text, context) if text else None
    return outcome.value if isinstance(outcome, Match) and outcome.confidence > GUESS else None
