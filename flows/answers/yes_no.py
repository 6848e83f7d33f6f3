"""Read a yes, a no or a "not sure", English and Spanish; a no is looked for before a yes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from rapidfuzz.distance import OSA

from flows.answers.context import AnswerContext
from flows.answers.outcome import CERTAIN, GUESS, LIKELY, Ambiguous, Match, NoMatch, Option, Outcome, Reason
from flows.answers.question import Question, question_of
from flows.answers.statements import answered, guessed
from flows.answers.words import core, fold, line, words
from flows.answers.yes_no_words import (
    ACCENTED_YES,
    AGREEING_NEGATIONS,
    CALMING,
    CHECKS,
    CONCLUDED,
    CONDITION,
    CORRECTION,
    ECHOES,
    ENDING,
    HEDGED,
    HUMS,
    LISTENING_YES,
    LONG_NO,
    LONG_YES,
    MENDED_TO_NO,
    MENDED_TO_YES,
    MIN_SLIP_CHARS,
    NEGATION,
    NO_INSIDE,
    NO_OPENERS,
    OPENING,
    PROVIDED,
    SPOILS,
    STRETCHED,
    TAKES_BACK,
    TWO_SLIPS_CHARS,
    UNSURE,
    UNSURE_OPENERS,
    VERB_OF_QUESTION,
    WEIGHT,
    WISHED_IN_VAIN,
    YES_INSIDE,
    YES_OPENERS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What was decided on the strength of which stretch; ``both`` when a yes and a no stand against each other."""

    value: bool | None
    start: int
    end: int
    confidence: float = CERTAIN
    both: bool = False


def read_yes_no(text: str, context: AnswerContext) -> Outcome:
    """Read whether the person agrees; the value is true, false or, for "not sure", none."""
    if context.tap in ("yes", "no"):
        return Match(value=context.tap == "yes", span=(0, len(text)))
    reply = fold(text)
    for pattern, word in HUMS:
        reply = reply.replaced([(f.start(), f.end(), word) for f in pattern.finditer(reply.text)])
    reply = reply.replaced([(f.start(), f.end(), f[1]) for f in STRETCHED.finditer(reply.text)])
    said = core(words(reply))
    if not said:
        return _only_courtesy(text)
    joined = line(reply, said)
    joined = joined.replaced([(f.start(), f.end(), "") for f in WEIGHT.finditer(joined.text)])
    if ACCENTED_YES.match(text):
        joined = joined.replaced([(0, 2, "yes")])
    question = question_of(context.question) if context.question else None
    agrees = "no" if question and question.turned else "yes"
    agreeing = joined.replaced([(f.start(), f.end(), agrees) for f in AGREEING_NEGATIONS.finditer(joined.text)])
    reading = _read(agreeing.text, question)
    if reading is None:
        return NoMatch(reason=Reason.NOT_UNDERSTOOD)
    if reading.both:
        options = tuple(Option(value=value, label={"yes_no": value}) for value in (True, False))
        return Ambiguous(options=options, reason=Reason.YES_AND_NO)
    return Match(
        value=reading.value,
        span=agreeing.span(reading.start, reading.end),
        confidence=reading.confidence,
        rest=agreeing.rest(reading.start, reading.end),
    )


def _read(said: str, question: Question | None) -> _Reading | None:
    if question is None:
        return _decide(said, None) or _misspelt(said)
    return _answered(said, question) or _decide(said, question) or _misspelt(said) or _guessed(said, question)


def _answered(said: str, question: Question) -> _Reading | None:
    """Read what is no yes or no by itself, but is one to this question."""
    found = answered(said, question)
    if found is None:
        return None
    return _Reading(value=found.value, start=found.start, end=found.end, confidence=LIKELY, both=found.value is None)


def _guessed(said: str, question: Question) -> _Reading | None:
    value = guessed(said, question)
    return None if value is None else _Reading(value=value, start=0, end=len(said), confidence=GUESS)


def _misspelt(said: str) -> _Reading | None:
    """Read a single long word that is nearly a yes or a no."""
    if len(said) < MIN_SLIP_CHARS or not said.isalpha():
        return None
    for names, value in ((LONG_YES, True), (LONG_NO, False)):
        if any(OSA.distance(said, name) <= 1 + (len(name) > TWO_SLIPS_CHARS) for name in names):
            return _Reading(value=value, start=0, end=len(said), confidence=GUESS)
    return None


def _only_courtesy(text: str) -> Outcome:
    """Read "please" as a yes: it asks for what was offered; "thanks" alone may decline."""
    reply = fold(text)
    asked = re.search(r"\b(?:please|pls|plz|por favor|porfavor|porfa)\b", reply.text)
    if asked:
        return Match(value=True, span=reply.span(*asked.span()), confidence=GUESS)
    return NoMatch(reason=Reason.NOT_UNDERSTOOD if reply.text else Reason.EMPTY)


def _decide(said: str, question: Question | None) -> _Reading | None:
    """Read the first sentence, or, when that is no answer, the one after it that is nothing but one."""
    if ended := CONCLUDED.search(said) or HEDGED.match(said):
        return _as_it_ends(ended, LIKELY)
    if in_vain := WISHED_IN_VAIN.match(said) or LISTENING_YES.match(said):
        return _Reading(value=False, start=0, end=in_vain.end(), confidence=LIKELY)
    leading = CALMING.match(said) or CONDITION.match(said)
    reading = _decided(said, leading.end() if leading else 0, question)
    if reading is None and (opening := OPENING.match(said)):
        reading = _decided(said, opening.end(), question)
    if reading is None and (provided := PROVIDED.match(said)):
        return _Reading(value=True, start=0, end=provided.end(), confidence=GUESS)
    if reading is not None:
        return reading
    if ending := ENDING.match(said):
        return _as_it_ends(ending, GUESS)
    for place in re.finditer(r" [|] (?=([^|]*?)(?: [|]|$))", said):
        for pattern, value in ((UNSURE, None), (NO_OPENERS, False), (YES_OPENERS, True)):
            if pattern.fullmatch(place[1]):
                return _Reading(value=value, start=place.start(1), end=place.end(1), confidence=LIKELY)
    return None


def _as_it_ends(found: re.Match[str], confidence: float) -> _Reading:
    start, end = found.span("answer")
    return _Reading(value=found["answer"] not in ("no", "nope"), start=start, end=end, confidence=confidence)


def _decided(said: str, start: int, question: Question | None) -> _Reading | None:
    if start:
        reading = _decided(said[start:], 0, question)
        return reading and replace(reading, start=reading.start + start, end=reading.end + start)
    unsure = re.compile(UNSURE_OPENERS).match(said)
    start = unsure.end() if unsure else 0
    opens_no = NO_OPENERS.match(said)
    opens_yes = YES_OPENERS.match(said)
    found_unsure = UNSURE.match(said, start)
    if found_unsure and not (opens_no and opens_no.end() >= found_unsure.end()):
        return _unless_later(said, found_unsure)
    if opens_no:
        return _no_first(said, opens_no)
    if opens_yes:
        return _yes_first(said, opens_yes)
    echo = ECHOES.match(said)
    if echo:
        return _echoed(said, echo, question)
    return _inside(said)


def _echoed(said: str, echo: re.Match[str], question: Question | None) -> _Reading | None:
    sentence = said[echo.end() :].split(" | ")[0]
    if lacks := re.match(r" (?:absolutely )?(?:no|zero|cero|ningun[oa]?) \w+(?! (?:but|pero|so) )", sentence):
        return _Reading(value=False, start=echo.start(), end=echo.end() + lacks.end(), confidence=LIKELY)
    if sentence and question and not VERB_OF_QUESTION.get(echo[0].split()[-1], question.words) & question.words:
        return _inside(said)
    denied = NO_INSIDE.search(sentence)
    if denied or SPOILS.search(sentence):
        return _inside(said) if denied and denied[0] != "no" else None
    return _Reading(value=True, start=echo.start(), end=echo.end(), confidence=GUESS if sentence else CERTAIN)


def _unless_later(said: str, unsure: re.Match[str]) -> _Reading:
    """Read "maybe later" as a no, any other maybe as unsure."""
    later = re.match(
        r"(?: \w+){0,3} (?:later|another time|some other time|mas tarde|despues|otro dia)\b", said[unsure.end() :]
    )
    if later:
        return _Reading(value=False, start=unsure.start(), end=unsure.end() + later.end(), confidence=LIKELY)
    return _Reading(value=None, start=unsure.start(), end=unsure.end())


def _no_first(said: str, opens: re.Match[str]) -> _Reading:
    if mended := MENDED_TO_YES.match(said, opens.end()):
        return _Reading(value=True, start=mended.start(1), end=mended.end(1), confidence=LIKELY)
    after = re.match(
        r"(?: \| | )(?:(?:wait|espera|perdon|sorry|i mean|digo|actually|no|\|) )*(?:yes|yeah|yep|si|claro que si|por supuesto que si|i'd love to|i would love to|of course(?! not)|sure)(?= |$)",
        said[opens.end() :],
    )
    if after:
        return _Reading(value=None, start=0, end=len(said), both=True)
    return _Reading(value=False, start=opens.start(), end=opens.end())


def _yes_first(said: str, opens: re.Match[str]) -> _Reading:
    if mended := MENDED_TO_NO.match(said, opens.end()):
        return _Reading(value=False, start=mended.start(1), end=mended.end(1), confidence=LIKELY)
    sentence = said[opens.end() :].replace(" | but ", " but ").replace(" | pero ", " pero ").split(" | ")[0]
    taken_back = TAKES_BACK.search(sentence)
    if taken_back is not None and not _negates_a_thing(sentence, taken_back):
        return _Reading(value=None, start=0, end=len(said), both=True)
    second = said[opens.end() :].split(" | ")[1:2]
    if second and NO_OPENERS.fullmatch(
        re.sub(r"^(?:wait|actually|sorry|perdon|digo|espere?|oh|i mean) (?=\w)", "", second[0])
    ):
        return _Reading(value=None, start=0, end=len(said), both=True)
    return _Reading(value=True, start=opens.start(), end=opens.end())


def _negates_a_thing(sentence: str, found: re.Match[str]) -> bool:
    """Tell whether a "no" speaks of a thing that follows: "yes, no subtitles"."""
    return found[0] == "no" and re.match(r" [a-z]+", sentence[found.end() :]) is not None


#: Opens a question of one's own.
_ASKS: Final = re.compile(
    r"(?:what|when|where|who|which|how (?:much|many|long|far|often)|cuando|donde|quien|cual|cuant[oa]s?) (?:\w+ ){0,3}\w+(?= [|]|$)"
)


def _inside(said: str) -> _Reading | None:
    first = said.split(" | ")[0]
    if _ASKS.match(said):
        return None
    no = NO_INSIDE.search(first)
    if no:
        return _Reading(value=False, start=no.start(), end=no.end(), confidence=LIKELY)
    unsure = UNSURE.search(said)
    if unsure:
        return _Reading(value=None, start=unsure.start(), end=unsure.end(), confidence=LIKELY)
    correction = CORRECTION.search(said)
    yes = YES_INSIDE.search(said)
    if yes and not correction and not NEGATION.search(said[: yes.end()]) and not CHECKS.search(said[: yes.start()]):
        return _Reading(value=True, start=yes.start(), end=yes.end(), confidence=LIKELY)
    if correction and not yes:
        return _Reading(value=False, start=correction.start(), end=correction.end(), confidence=GUESS)
    return None
