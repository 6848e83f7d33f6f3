"""Find the entry that a reply asks for, and what else the reply says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz import fuzz, process

from flows.answers.words import MAX_CHARS, core, fold, plain, words
from flows.faq.index import Index
from flows.faq.words import OPENS
from flows.templates import fill

#: From this score on a question counts as understood; surely, where it would otherwise be taken for an answer.
_ENOUGH, _SURE = 0.55, 0.72
#: How far the best entry has to be ahead of the second.
_CLEAR_BY: Final = 0.06
#: What is no question by its shape has to be spelled almost like one of the file.
_SAME: Final = 90.0
#: No more words of a clause are read: who asks asks briefly.
_MOST_WORDS: Final = 30
#: No more clauses of a reply are looked at one by one.
_MOST_CLAUSES: Final = 4
_CLAUSES: Final = re.compile(r"[^.!?;,\n¿]+[.!?;,\n]*")
_LETTERS: Final = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One question that people ask, and the answer."""

    id: str
    #: Wordings of the question by language.
    ask: Mapping[str, tuple[str, ...]]
    answer: Mapping[str, str]

    def say(self, language: str, values: Mapping[str, str]) -> str:
        """Return the answer in a language, its names filled."""
        return fill(self.answer[language], values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that was found in a reply."""

    entry: Entry
    #: What the person wrote besides; empty when nothing else was said.
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Faq:
    """The questions of a hub's file, and their answers."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    indexes: Mapping[str, Index] = field(default_factory=dict, repr=False)

    def find(self, text: str, language: str, *, surely: bool = False) -> Entry | None:
        """Find the entry that a text asks for; ``None`` when it asks for none, or might ask for several.

        Args:
            language: looked through first; people also ask in the other one.
            surely: whether the text begins as a question does and leaves hardly a doubt.
        """
        text = text[:MAX_CHARS]
        clauses = [found[0] for found in _CLAUSES.finditer(text)]
        for clause in (text, *clauses[:_MOST_CLAUSES]) if len(clauses) > 1 else (text,):
            if entry := self._find(clause, language, surely=surely):
                return entry
        return None

    def take_out(self, text: str, language: str, *, marked: bool) -> Asked | None:
        """Find a sure question that is a whole clause of a reply, and what is left of the reply without it.

        Args:
            marked: whether only a question mark makes a question, as where any text is an answer.
        """
        clauses = [found[0] for found in _CLAUSES.finditer(text[:MAX_CHARS])]
        for place, clause in enumerate(clauses[:_MOST_CLAUSES]):
            if marked and "?" not in clause:
                continue
            if entry := self._find(clause, language, surely=True):
                rest = " ".join("".join(clauses[:place] + clauses[place + 1 :]).split()).strip(" ,;")
                return Asked(entry=entry, rest=rest if core(words(fold(rest))) else "")
        return None

    def _find(self, text: str, language: str, *, surely: bool) -> Entry | None:
        folded = plain(core(words(fold(text)))[:_MOST_WORDS])
        opens = OPENS.match(folded) is not None
        marked = "?" in text or "¿" in text
        if not folded or (surely and not opens) or not (marked or " " in folded):
            return None
        if not opens and not marked:
            return self._same(folded)
        ordered = sorted(self.indexes, key=lambda other: other != language)
        return self._clear((self.indexes[other].scores(folded) for other in ordered), _SURE if surely else _ENOUGH)

    def _clear(self, by_language: Iterable[Mapping[str, float]], enough: float) -> Entry | None:
        """Return the best entry of the first language that has one clear of its second."""
        for scores in by_language:
            first, second = (*sorted(scores.items(), key=lambda one: -one[1])[:2], ("", 0.0), ("", 0.0))[:2]
            if first[1] >= enough and first[1] - second[1] >= _CLEAR_BY:
                return self.entries[first[0]]
        return None

    def _same(self, folded: str) -> Entry | None:
        """Find a wording that a text without the shape of a question is spelled like, letter by letter."""
        for index in self.indexes.values():
            texts = [wording.text for wording in index.wordings]
            if near := process.extractOne(folded, texts, scorer=fuzz.ratio, score_cutoff=_SAME):
                return self.entries[index.wordings[near[2]].entry]
        return None


def is_question(text: str) -> bool:
    """Tell whether a text ends as a question and says more than one word."""
    return "?" in text and len(_LETTERS.findall(text)) > 0 and len(words(fold(text))) > 1
