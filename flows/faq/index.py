"""The wordings of one language, ready to be looked through: which entry shares the words that tell most?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

from flows.answers.words import fold, plain, words
from flows.faq.words import ASKING, SMALL, stems

#: Words that are unlike all of the file count against every entry.
_UNKNOWN_WEIGHT: Final = 0.9
_SMALL_WEIGHT: Final = 0.12
_ASKING_WEIGHT: Final = 0.55
#: How much words count against an entry: of the question and missing there, known there from another wording, and
#: words of the wording that were not said.
_NOT_THERE, _ELSEWHERE_THERE, _NOT_SAID = 0.7, 0.2, 0.45
#: A question of so many words or fewer is short.
_FEW: Final = 3
#: A word that so many wordings of an entry share tells what it is about.
_OFTEN: Final = 3
#: No slip of the pen is looked for in shorter words.
_MIN_FUZZY_CHARS: Final = 4
_NEAR: Final = 79.0


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of a question."""

    entry: str
    words: frozenset[str]
    text: str
    #: Those of its words that tell what the entry is about: "a que hora" is not about the pay, for all that is paid by
    #: the hour.
    telling: frozenset[str]


@dataclass(frozen=True, slots=True)
class Index:
    """The wordings of one language, ready to be looked through."""

    language: str
    wordings: tuple[Wording, ...]
    #: All words of an entry.
    words_of: Mapping[str, frozenset[str]]
    weights: Mapping[str, float]
    #: Words long enough to be meant by a slip of the pen.
    long_words: tuple[str, ...]

    def scores(self, text: str) -> dict[str, float]:
        """Score each entry that shares a word with a text, from 0 to 1."""
        said = frozenset(self._nearest(word) for word in set(stems(text, self.language)))
        weigh = {word: self.weights.get(word, _UNKNOWN_WEIGHT) for word in said}
        few = len(said) <= _FEW
        best: dict[str, float] = {}
        for wording in self.wordings:
            shared = sum(weigh[word] for word in said & wording.words)
            if not shared or (few and wording.telling and wording.telling.isdisjoint(said)):
                continue
            known = self.words_of[wording.entry]
            missing = sum(
                weigh[word] * (_ELSEWHERE_THERE if word in known else _NOT_THERE) for word in said - wording.words
            )
            unsaid = sum(self.weights[word] for word in wording.words - said) * _NOT_SAID
            score = shared / (shared + missing + unsaid)
            best[wording.entry] = max(score, best.get(wording.entry, 0.0))
        return best

    def _nearest(self, word: str) -> str:
        if word in self.weights or len(word) < _MIN_FUZZY_CHARS:
            return word
        near = process.extractOne(word, self.long_words, scorer=fuzz.ratio, score_cutoff=_NEAR)
        return near[0] if near and abs(len(near[0]) - len(word)) <= 1 else word


def index_of(asked: Mapping[str, tuple[str, ...]], language: str) -> Index:
    """Weigh the words of all wordings.

    Args:
        asked: wordings by entry.
    """
    used_in = Counter(
        (name, word) for name, asks in asked.items() for wording in asks for word in set(stems(wording, language))
    )
    heavy = {(name, word) for (name, word), times in used_in.items() if times >= _OFTEN}
    little = SMALL[language] | ASKING[language]
    wordings = tuple(
        Wording(
            name,
            said := frozenset(stems(wording, language)),
            plain(words(fold(wording))),
            frozenset(word for word in said - little if (name, word) in heavy),
        )
        for name, asks in asked.items()
        for wording in asks
    )
    words_of = {
        name: frozenset[str]().union(*(wording.words for wording in wordings if wording.entry == name))
        for name in asked
    }
    used_by = Counter(word for known in words_of.values() for word in known)
    weights = {word: _weight(word, used_by[word], language) for word in used_by}
    small = [*SMALL[language], *ASKING[language]]
    weights |= {word: _weight(word, 1, language) for word in small if word not in weights}
    return Index(
        language,
        wordings,
        words_of,
        weights,
        tuple(word for word in weights if len(word) >= _MIN_FUZZY_CHARS - 1 and word not in SMALL[language]),
    )


def _weight(word: str, entries: int, language: str) -> float:
    """Weigh a word: the fewer entries use it, the more it tells."""
    if word in SMALL[language]:
        return _SMALL_WEIGHT
    if word in ASKING[language]:
        return _ASKING_WEIGHT
    return 1 / (1 + 0.3 * (entries - 1))
