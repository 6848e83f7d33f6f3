"""Read which of the offered choices a person means: by number, label, synonym, beginning or place in the list."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from flows.answers.choice_marks import choice_marks, same_mark
from flows.answers.context import AnswerChoice, AnswerContext
from flows.answers.numerals import ordinal, with_digits
from flows.answers.outcome import CERTAIN, GUESS, LIKELY, Ambiguous, Match, NoMatch, Option, Outcome, Reason
from flows.answers.words import Reply, Word, core, fold, phrase_key, phrases, plain, words

#: Words around a pick that say nothing about which.
_FILLER: Final = phrases(
    "ok|okay|yes|yeah|yep|sure|i|i'd|id|would|like|want|i'll|ill|take|pick|choose|prefer|go|with|for|i'm|im|i am|am|a|an|the",
    "option|number|no|num|choice|answer|it's|its|it|is|that|that's|my|let's|do|me|to|be|think|maybe|in|just|probably",
    "definitely|good|sounds|sounds good|first choice|uh|uhh|uhm|hmm|well|guess|so|then|say|going|have|can|could|works|fits|please|best|better|there|on|at|of|please do",
    "si|claro|dale|bueno|quiero|quisiera|prefiero|escojo|elijo|seria|la|el|lo|las|los|un|una|opcion|numero|respuesta|me|gusta",
    "said|dije|lets|let s|and|thank you|thanks|actually|final answer|final|answer|definitivamente|seguro|all the way|any day|por fa|porfis",
    "gustaria|yo|soy|con|para|es|mi|de|creo|que|como|ser|en|por|mejor|quedo|conviene|sirve|parece|bien|queda|seria|digo|entonces|voy|va",
)
#: Beside a place in the list: "the second one".
_AROUND: Final = _FILLER | phrases("one|ones|uno")
_CLOCK: Final = re.compile(r"\d[:.]\d")
#: Says that no offer fits; a choice may say the same.
_NONE: Final = re.compile(r"(?:none|neither|nothing|ningun[oa]?|nada)(?!\w)")
_NUMBER: Final = re.compile(r"(\d{1,2})")
_LETTER: Final = re.compile(r"[a-z]")
_LAST: Final = frozenset({"last", "bottom", "ultimo", "ultima", "abajo"})
_LETTERED: Final = re.compile(r"(?<!\w)(?:option|choice|letter|opcion|letra|inciso|answer) ([a-h])(?![\w'])(?! o)")
#: "Number 2, not 1".
_NOT_THAT: Final = re.compile(
    r"(?<=\w),? (?:and |y )?(?:not|no)(?: number| the| la| el)? (?:\d|one|two|three|four|un[oa]|dos|tres|cuatro)[.!]?$"
)
_MIDDLE: Final = frozenset({"middle", "medio"})
_FIRST: Final = frozenset({"top", "arriba"})
#: Leads to what is meant after all.
_MENDED: Final = re.compile(
    r"(?<![\w'])(?:no,? wait|wait,? no|no,? i mean|i mean|i meant|no,? actually|no,? sorry|scratch that|digo|no,? perdon|quise decir|no,? mejor|(?<=[\w.,;]) ?[.,;-]+ ?no,?(?= \d| one| two| three| four| un| dos| tres| la | el )|(?:not|no) (?:the |la |el )?(?:\d|one|two|three|four|first|second|third|fourth|un[oa]|dos|tres|cuatro|primer[oa]|segund[oa]|tercer[oa])(?=,| but| sino)(?: but| sino)?|no,? espere?|changed my mind),? (?=\w)"
)
_SPANISH_ORDINALS: Final = {"cuarto": 4}
_NEGATED: Final = re.compile(
    r"(?<![\w'])(?:not|don'?t|except|(?:any|every)(?:thing|one)? but|all but|other than|besides|neither|nor|instead of|rather than|ni|menos|excepto|salvo|en vez de|no)(?: (?:a|an|the|to|be|un|una|el|la|ser|soy|estoy|de)){0,3} $"
)
#: Offers another choice beside one.
_EITHER: Final = re.compile(r"(?<!\w)(?:or|either|o|u)(?!\w)")
_MIN_PREFIX_CHARS: Final = 3
#: Words of a longer reply are not weighed one by one.
_MAX_SENTENCE_WORDS: Final = 9
#: What is not wanted, up to the end of its clause.
_DENIED: Final = re.compile(
    r"(?<![\w'])(?:none|neither|no|nothing|not|don'?t|can'?t|cannot|never|except|(?:any|every)(?:thing|one)? but|all but|other than|"
    r"instead of|rather than|ningun[oa]?|nunca|menos|excepto|en vez de)(?![\w'])(?:(?! but | pero | sino )[^,.;!?])*"
)
#: With so many of its marks said, a month and a day or a range, a number counts nothing else.
_MARKS_OF_A_DAY: Final = 2
#: A misspelling is accepted only when it is this near and the runner-up this much farther.
_NEAR: Final = 84.0
_GAP: Final = 12.0
#: Shorter words have too many others one letter away.
_MIN_SLIP_CHARS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    choice: AnswerChoice
    start: int
    end: int
    confidence: float = CERTAIN


def read_choice(text: str, context: AnswerContext) -> Outcome:
    """Read which choice is meant; the value is its id."""
    for choice in context.choices:
        if context.tap == choice.id:
            return Match(value=choice.id, span=(0, len(text)))
    if mended := _mended(text):
        outcome = _picked(fold(mended), context)
        if isinstance(outcome, Match):
            return Match(value=outcome.value, span=(0, len(text)), confidence=min(outcome.confidence, LIKELY))
    return _picked(fold(text), context)


def _picked(reply: Reply, context: AnswerContext) -> Outcome:
    choices = context.choices
    if not reply.text:
        return NoMatch(reason=Reason.EMPTY)
    if lettered := _LETTERED.search(reply.text):
        place = ord(lettered[1]) - ord("a")
        if place < len(choices):
            return _outcome(reply, [_Hit(choice=choices[place], start=lettered.start(), end=lettered.end())])
    if beside := _NOT_THAT.search(reply.text):
        reply = reply.replaced([(*beside.span(), "")])
    said = core(words(reply)) or words(reply)
    for find in (
        _whole,
        _numbered,
        _placed,
        _begun,
        _inside,
        _misspelt,
        _misspelt_inside,
        _none_fits,
        _told_apart,
        _by_id,
    ):
        hits = find(reply, said, choices, context.language)
        if find is _inside and len(hits) == 1 and _EITHER.search(plain(said)):
            elsewhere = reply.text[: hits[0].start] + " " + reply.text[hits[0].end :]
            hits += [hit for hit in _weighed(elsewhere, said, choices) if hit.choice is not hits[0].choice]
        if hits:
            return _outcome(reply, hits)
    return NoMatch(reason=Reason.NOT_UNDERSTOOD)


def _outcome(reply: Reply, hits: Sequence[_Hit]) -> Outcome:
    by_id = {hit.choice.id: hit for hit in hits}
    if len(by_id) > 1:
        options = tuple(Option(value=id, label={"choice": id}) for id in by_id)
        return Ambiguous(options=options, reason=Reason.WHICH_CHOICE)
    hit = hits[0]
    return Match(
        value=hit.choice.id,
        span=reply.span(hit.start, hit.end),
        confidence=hit.confidence,
        rest=reply.rest(hit.start, hit.end, also=_AROUND),
    )


def _names(choice: AnswerChoice) -> tuple[str, ...]:
    """Return what a choice is called, and the same as thumbs write it: "i dont know"."""
    names = [phrase_key(name) for name in (choice.label, *choice.synonyms)]
    return tuple(filter(None, dict.fromkeys((*names, *(name.replace("'", "") for name in names)))))


def _mended(text: str) -> str:
    """Return what stands after a correction of oneself: "1, no wait, 2"."""
    folded = fold(text).text
    ends = [found.end() for found in _MENDED.finditer(folded)]
    return folded[ends[-1] :] if ends else ""


def _whole(reply: Reply, said: Sequence[Word], choices: Sequence[AnswerChoice], language: str) -> list[_Hit]:
    """Find the choices that have the whole reply as a name."""
    hits = []
    for candidate in (words(reply), said, core(said, also=_FILLER)):
        if candidate:
            line = plain(candidate)
            hits += [
                _Hit(choice=choice, start=candidate[0].start, end=candidate[-1].end)
                for choice in choices
                if line in _names(choice)
            ]
        if hits:
            break
    return hits


def _numbered(reply: Reply, said: Sequence[Word], choices: Sequence[AnswerChoice], language: str) -> list[_Hit]:
    """Find the choice whose number, or letter, is all that was said: ``2``, ``#2``, ``option two``, ``b)``."""
    kept = core(said, also=_FILLER) or said
    start, end = kept[0].start if kept else 0, kept[-1].end if kept else len(reply.text)
    if _CLOCK.search(reply.text):
        return []
    left = plain(words(with_digits(fold(reply.text[start:end]), language=language)))
    number = _NUMBER.fullmatch(left)
    if number:
        place = int(number[1])
    elif _LETTER.fullmatch(left) and len(said) <= 2:
        place = ord(left) - ord("a") + 1
    else:
        numbers = {int(n) for n in re.findall(r"\d{1,2}", left)}
        listed = re.fullmatch(r"\d{1,2}(?: (?:and|y|or|o|e|u))?(?: \d{1,2}(?: (?:and|y|or|o))?)+", left) is not None
        return (
            [_Hit(choice=choices[n - 1], start=start, end=end) for n in sorted(numbers) if 1 <= n <= len(choices)]
            if listed
            else []
        )
    return [_Hit(choice=choices[place - 1], start=start, end=end)] if 1 <= place <= len(choices) else []


def _placed(reply: Reply, said: Sequence[Word], choices: Sequence[AnswerChoice], language: str) -> list[_Hit]:
    """Find the choice named by its place when little else is said: ``the second one``, ``la tercera``."""
    if len(said) > _MAX_SENTENCE_WORDS:
        return []
    for word in said:
        place = _end_or_middle(word.text, choices) or ordinal(word.text) or _SPANISH_ORDINALS.get(word.text, 0)
        others = [other for other in said if other is not word]
        if 1 <= place <= len(choices) and all((other.text,) in _AROUND for other in others):
            return [_Hit(choice=choices[place - 1], start=word.start, end=word.end)]
    return []


def _end_or_middle(word: str, choices: Sequence[AnswerChoice]) -> int:
    """Return the place that "top", "middle" or "last" names; 0 when the word names none."""
    if word in _MIDDLE:
        return (len(choices) + 1) // 2 if len(choices) % 2 else 0
    return len(choices) if word in _LAST else int(word in _FIRST)


def _begun(reply: Reply, said: Sequence[Word], choices: Sequence[AnswerChoice], language: str) -> list[_Hit]:
    """Find the choice whose name begins with what was said; those that only hold it make a doubt."""
    kept = core(said, also=_FILLER)
    line = plain(kept)
    if len(line) < _MIN_PREFIX_CHARS:
        return []
    together = [choice for choice in choices if any(name.replace(" ", "").startswith(line) for name in _names(choice))]
    if not any(name.startswith(line) for choice in choices for name in _names(choice)):
        found = together if len(line) > _MIN_PREFIX_CHARS and len(together) == 1 else []
        return [_Hit(choice=choice, start=kept[0].start, end=kept[-1].end, confidence=LIKELY) for choice in found]
    hits = [
        choice
        for choice in choices
        if any(name.startswith(line) or f" {line} " in f" {name} " for name in _names(choice))
    ]
    return [_Hit(choice=choice, start=kept[0].start, end=kept[-1].end, confidence=LIKELY) for choice in hits]


def _inside(reply: Reply, said: Sequence[Word], choices: Sequence[AnswerChoice], language: str) -> list[_Hit]:
    """Find names inside a sentence, unless denied; a longer name hides a shorter one within it."""
    line = plain(said)
    starts = {sum(len(word.text) + 1 for word in said[:index]): index for index in range(len(said))}
    found: list[tuple[int, int, AnswerChoice]] = []
    for choice in choices:
        for name in _names(choice):
            if len(name) < _MIN_PREFIX_CHARS:
                continue
            found += [
                (place.start(), place.end(), choice)
                for place in re.finditer(rf"(?<![\w']){re.escape(name)}(?:e?s)?(?![\w'])", line)
                if place.start() in starts and not _NEGATED.search(reply.text[: said[starts[place.start()]].start])
            ]
    widest = [
        one
        for one in found
        if not any(two[0] <= one[0] and one[1] <= two[1] and (two[1] - two[0]) > (one[1] - one[0]) for two in found)
    ]
    return [
        _Hit(
            choice=choice,
            start=said[starts[start]].start,
            end=said[starts[start] + line[start:end].count(" ")].end,
            confidence=LIKELY if len(said) > 6 else CERTAIN,
        )
        for start, end, choice in widest
    ]


def _misspelt(reply: Reply, said: Sequence[Word], choices: Sequence[AnswerChoice], language: str) -> list[_Hit]:
    """Find the one choice that is spelt nearly so, with the next one far away."""
    kept = core(said, also=_FILLER)
    line = plain(kept)
    if len(line) < 4 or len(kept) > 5:
        return []
    scores = sorted(
        (
            (max((_likeness(line, name) for name in _names(choice)), default=0.0), choice.id, choice)
            for choice in choices
        ),
        reverse=True,
    )
    best = scores[0] if scores else None
    runner_up = scores[1][0] if len(scores) > 1 else 0.0
    if best is None or best[0] < _NEAR or best[0] - runner_up < _GAP:
        return []
    return [_Hit(choice=best[2], start=kept[0].start, end=kept[-1].end, confidence=GUESS)]


def _misspelt_inside(reply: Reply, said: Sequence[Word], choices: Sequence[AnswerChoice], language: str) -> list[_Hit]:
    """Find the one choice with a name of one long word of which a sentence has one letter wrong, unless denied."""
    if len(said) > _MAX_SENTENCE_WORDS:
        return []
    denied = [found.span() for found in _DENIED.finditer(reply.text)]
    meant = [word for word in said if not any(start <= word.start < end for start, end in denied)]
    hits = [
        _Hit(choice=choice, start=word.start, end=word.end, confidence=GUESS)
        for word in meant
        for choice in choices
        if any(_slipped(word.text, name) for name in _names(choice))
    ]
    return hits if len({hit.choice.id for hit in hits}) == 1 else []


def _slipped(word: str, name: str) -> bool:
    """Tell whether a word is a long name with one letter wrong, missing, too many, or swapped with the next.

    Not the first letter, which people get right, nor the last: "scheduled" is another word than "schedule".
    """
    return (
        min(len(word), len(name)) >= _MIN_SLIP_CHARS
        and (word[0], word[-1]) == (name[0], name[-1])
        and OSA.distance(word, name, score_cutoff=1) == 1
    )


def _none_fits(reply: Reply, said: Sequence[Word], choices: Sequence[AnswerChoice], language: str) -> list[_Hit]:
    """Find the one choice that says "none of these" when the reply begins so."""
    if not _NONE.match(plain(said)):
        return []
    hits = [choice for choice in choices if any(_NONE.match(name) for name in _names(choice))]
    return [_Hit(choice=choice, start=said[0].start, end=said[-1].end, confidence=LIKELY) for choice in hits]


def _told_apart(reply: Reply, said: Sequence[Word], choices: Sequence[AnswerChoice], language: str) -> list[_Hit]:
    """Find the choice that more of the words speak of than of any other: "the library", "tuesday", "4pm"."""
    return _weighed(reply.text, said, choices) if len(said) <= _MAX_SENTENCE_WORDS else []


def _weighed(text: str, said: Sequence[Word], choices: Sequence[AnswerChoice]) -> list[_Hit]:
    marks = choice_marks(_DENIED.sub(" ", text))
    told = [_spoken_of(marks, choice) for choice in choices]
    telling = {mark for of_one in told for mark in of_one if not all(mark in other for other in told)}
    if not telling or len(telling) * 2 < len(marks) or _only_a_count(telling, marks, told):
        return []
    most = max(len(of_one & telling) for of_one in told)
    return [
        _Hit(choice=choice, start=said[0].start, end=said[-1].end, confidence=GUESS)
        for choice, of_one in zip(choices, told, strict=True)
        if len(of_one & telling) == most
    ]


def _only_a_count(telling: Set[str], marks: Set[str], told: Sequence[Set[str]]) -> bool:
    """Tell whether all that speaks for a choice is one number, which may count anything: "I have 2 kids in grade"."""
    if not all(mark.isdigit() for mark in telling):
        return False
    return not any(len(of_one) >= _MARKS_OF_A_DAY and of_one == marks for of_one in told)


def _spoken_of(marks: frozenset[str], choice: AnswerChoice) -> frozenset[str]:
    """Return those of the reply's marks that a name of the choice bears."""
    names = dict.fromkeys(choice_marks(fold(name).text) for name in (choice.label, *choice.synonyms))
    return max(
        (frozenset(mark for mark in marks if any(same_mark(mark, own) for own in name)) for name in names), key=len
    )


def _by_id(reply: Reply, said: Sequence[Word], choices: Sequence[AnswerChoice], language: str) -> list[_Hit]:
    """Find the choice whose id was written, which people see in links only."""
    kept = core(said, also=_FILLER) or said
    return [
        _Hit(choice=choice, start=kept[0].start, end=kept[-1].end, confidence=LIKELY)
        for choice in choices
        if kept and plain(kept) == phrase_key(choice.id.replace("_", " "))
    ]


def _likeness(one: str, two: str) -> float:
    """Compare letter by letter, 0 to 100, a swap of neighbours counting once; the words' order may differ."""
    return max(100 * OSA.normalized_similarity(one, two), fuzz.token_sort_ratio(one, two) - 4)
