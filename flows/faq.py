"""Find the answer to a question that somebody asks in the middle, by its words; nothing leaves the program for it.

A word weighs the more, the fewer entries use it; small words weigh little, and a slip of the pen counts as the word that
is nearest. An entry is found only when it is clear of the second one, and only in what looks like a question.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from rapidfuzz import fuzz, process

from flows.answers.words import MAX_CHARS, core, fold, listed, plain, words
from flows.facts import LANGUAGES
from flows.file_shape import FlowError, did_you_mean
from flows.templates import fill, placeholders

#: An answer may use these names.
PLACEHOLDERS: Final = frozenset({"hub", "help_phone"})
#: From this score on a question counts as understood; surely, where it would otherwise be taken for an answer.
_ENOUGH, _SURE = 0.55, 0.72
#: How far the best entry has to be ahead of the second.
_CLEAR_BY: Final = 0.06
#: What is no question by its shape has to be spelled almost like one of the file.
_SAME: Final = 90.0
#: Words that are unlike all of the file count against every entry.
_UNKNOWN_WEIGHT: Final = 0.9
_SMALL_WEIGHT: Final = 0.12
_ASKING_WEIGHT: Final = 0.55
#: How much words count against an entry: of the question and missing there, known there from another wording, and
#: words of the wording that were not said.
_NOT_THERE, _ELSEWHERE_THERE, _NOT_SAID = 0.7, 0.2, 0.45
#: No slip of the pen is looked for in shorter words.
_MIN_FUZZY_CHARS: Final = 4
_NEAR: Final = 79.0
_SUFFIX: Final = {
    "en": re.compile(r"(?<=\w{3})(?:ing|ed|es|s|ly)$"),
    "es": re.compile(
        r"(?<=\w{3})(?:aron|ieron|ando|iendo|amos|emos|adas?|ados?|aria|eria|ar|er|ir|an|en|as|os|es|a|o|e)$"
    ),
}
#: Letters that sound alike in Spanish.
_SOUNDS: Final = tuple(
    (re.compile(written), sounds)
    for written, sounds in (("c(?=[ei])|z", "s"), ("v", "b"), ("ll", "y"), ("qu|c(?!h)", "k"), ("(?<!c)h", ""))
)
_SMALL: Final = {
    "en": frozenset(
        listed(
            "a|an|the|i|me|my|im|am|is|are|be|been|was|were|do|does|did|to|of|for|in|on|at|it|this|that|there|you|your|we|us|our",
            "they|them|their|and|or|so|but|if|as|s|m|re|ll|d|t|ve|will|would|can|could|should|may|have|has|had|get|got|just",
            "any|some|please|like|with|about|by|from|really|even|also|actually|hi|hello|hey|ok|okay|going|gonna|then|be|wanna|getting|guys|yall|exactly|again|sorry",
        )
    ),
    "es": frozenset(
        listed(
            "a|al|el|la|los|las|un|una|unos|unas|de|del|en|y|o|u|e|lo|le|les|me|mi|mis|se|su|sus|te|tu|nos|yo|usted|ustedes|ud",
            "uds|es|son|esta|este|esto|eso|esta|estan|ser|ir|voy|va|van|hay|que|con|por|para|si|no|ya|pero|algo|alguna|algun|muy",
            "mas|hola|oye|oiga|pues|tambien|ha|he|han|tengo|tiene|tienen|tener|puedo|puede|pueden|debo|haber|sera|seria|entonces",
        )
    ),
}
_ASKING: Final = {
    "en": frozenset(listed("what|where|when|who|whom|whose|how|why|which|long|much|many|need|old|far")),
    "es": frozenset(
        listed("donde|cuando|quien|quienes|como|cual|cuales|cuanto|cuanta|cuantos|cuantas|tan|porque|necesito|dan")
    ),
}
#: No more words of a clause are read: who asks asks briefly.
_MOST_WORDS: Final = 30
#: No more clauses of a reply are looked at one by one.
_MOST_CLAUSES: Final = 4
#: As people type.
_SHORT: Final = {
    "whats": "what", "wat": "what", "wut": "what", "wht": "what", "wheres": "where", "wher": "where", "were": "were",
    "hows": "how", "hw": "how", "whos": "who", "whens": "when", "wen": "when", "y": "y", "u": "you", "ur": "your",
    "r": "are", "2": "to", "hrs": "hours", "hr": "hours", "wk": "week", "info": "information", "exp": "experience",
    "q": "que", "k": "que", "qe": "que", "ke": "que", "xq": "porque", "pq": "porque", "porq": "porque", "kuando": "cuando",
    "dnde": "donde", "adonde": "donde", "aonde": "donde", "kien": "quien", "kuanto": "cuanto", "cto": "cuanto", "x": "por",
    "tngo": "tengo", "nesesito": "necesito", "necesita": "necesito", "xfa": "", "nececito": "necesito",
}  # fmt: skip
#: What a question begins with, after courtesy. A Spanish verb alone may also tell something: "es martes".
_OPENS: Final = re.compile(
    r"^(?:(?:ok|okay|and|so|but|wait|also|well|first|um|by the way|btw|one question|quick question|question|just|"
    r"y|pero|oye|oiga|una pregunta|pregunta|disculpe|perdon|espere|tambien|entonces|a ver) )*"
    r"(?:what|whats|wat|wut|where|wheres|when|whens|wen|who|whos|how|hows|hw|why|which|is|are|r u|do|does|did|can|could|will|would|"
    r"should|am i|may i|tell me|i(?:d| would)? (?:want|like|need) to know|i wonder|i was wondering|(?:just )?wondering|"
    r"que|q|k|ke|qe|donde|dnde|a donde|adonde|aonde|de donde|en donde|cuando|kuando|cuant[oa]s?|kuanto|como|quien|quienes|kien|"
    r"con quien|por ?que|xq|pq|porq|para que|cual|cuales|de que|en que|en cual(?:es)?|a que|cada cuanto|"
    r"(?:quiero|quisiera|me gustaria) saber|(?:me )?(?:puede|pueden|podria|podrian) decir\w*|digame|se|hay|es|son|"
    r"esta|estan|queda|puedo|puede|pueden|podemos|tengo que|debo|necesito|se necesita|pagan|me pagan|me van|dan|piden|"
    r"hacen|revisan|toman|cuesta|cobran|eres|comparten|venden)\b"
)
_CLAUSES: Final = re.compile(r"[^.!?;,\n¿]+[.!?;,\n]*")
_LETTERS: Final = re.compile(r"[^\W\d_]{2}")
_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,29}")


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


@dataclass(frozen=True, slots=True)
class _Wording:
    entry: str
    words: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class _Index:
    """The wordings of one language, ready to be looked through."""

    language: str
    wordings: tuple[_Wording, ...]
    #: All words of an entry.
    words_of: Mapping[str, frozenset[str]]
    weights: Mapping[str, float]
    #: Words long enough to be meant by a slip of the pen.
    long_words: tuple[str, ...]

    def scores(self, text: str) -> dict[str, float]:
        """Score each entry that shares a word with a text, from 0 to 1."""
        said = frozenset(self._nearest(word) for word in set(_stems(text, self.language)))
        weigh = {word: self.weights.get(word, _UNKNOWN_WEIGHT) for word in said}
        best: dict[str, float] = {}
        for wording in self.wordings:
            shared = sum(weigh[word] for word in said & wording.words)
            if not shared:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Faq:
    """The questions of a hub's file, and their answers."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    _indexes: Mapping[str, _Index] = field(default_factory=dict, repr=False)

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
        opens = _OPENS.match(folded) is not None
        marked = "?" in text or "¿" in text
        if not folded or (surely and not opens) or not (marked or " " in folded):
            return None
        if not opens and not marked:
            return self._same(folded)
        ordered = sorted(self._indexes, key=lambda other: other != language)
        return self._clear((self._indexes[other].scores(folded) for other in ordered), _SURE if surely else _ENOUGH)

    def _clear(self, by_language: Iterable[Mapping[str, float]], enough: float) -> Entry | None:
        """Return the best entry of the first language that has one clear of its second."""
        for scores in by_language:
            first, second = (*sorted(scores.items(), key=lambda one: -one[1])[:2], ("", 0.0), ("", 0.0))[:2]
            if first[1] >= enough and first[1] - second[1] >= _CLEAR_BY:
                return self.entries[first[0]]
        return None

    def _same(self, folded: str) -> Entry | None:
        """Find a wording that a text without the shape of a question is spelled like, letter by letter."""
        for index in self._indexes.values():
            texts = [wording.text for wording in index.wordings]
            if near := process.extractOne(folded, texts, scorer=fuzz.ratio, score_cutoff=_SAME):
                return self.entries[index.wordings[near[2]].entry]
        return None


def is_question(text: str) -> bool:
    """Tell whether a text ends as a question and says more than one word."""
    return "?" in text and len(_LETTERS.findall(text)) > 0 and len(words(fold(text))) > 1


@lru_cache(maxsize=4096)
def _stem(word: str, language: str) -> str:
    """Cut an ending, so that forms of a word count as one; Spanish also by its sound, as it is misspelled."""
    if word in _SMALL[language] or word in _ASKING[language]:
        return word
    if language == "es":
        for written, sounds in _SOUNDS:
            word = written.sub(sounds, word)
    return _SUFFIX[language].sub("", word)


def _stems(text: str, language: str) -> list[str]:
    said = [part for word in words(fold(text)) for part in word.text.split("'")]
    return [_stem(word, language) for word in (_SHORT.get(word, word) for word in said) if word]


def read_faq(source: str, *, file: str) -> Faq:
    """Read a file of questions: ``[faq.<id>]`` tables with ``ask`` and ``answer`` in each language.

    Raises:
        FlowError: with every fault of the file.
    """
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise FlowError([f"{file}: this is not TOML: {error}; answers go between ''' and '''"]) from error
    faults = [f"{file}: found {key!r}; write every question as a table [faq.<id>]" for key in data if key != "faq"]
    tables = data.get("faq", {})
    if not isinstance(tables, dict):
        raise FlowError([f"{file}: faq: found {tables!r}; write every question as a table [faq.<id>]"])
    for name, table in tables.items():
        where = f"{file}:{_line_of(source, name)}: faq.{name}"
        faults += [f"{where}: {fault}" for fault in _faults(name, table)]
    if not faults:
        faults = [f"{file}: {fault}" for fault in _asked_twice(tables)]
    if faults:
        raise FlowError(faults)
    entries = {
        name: Entry(
            id=name,
            ask={language: tuple(table["ask"][language]) for language in LANGUAGES},
            answer={language: table["answer"][language].strip() for language in LANGUAGES},
        )
        for name, table in tables.items()
    }
    return Faq(entries=entries, _indexes={language: _index(entries, language) for language in LANGUAGES})


def _line_of(source: str, name: str) -> int:
    return next((n for n, line in enumerate(source.splitlines(), 1) if line.startswith(f"[faq.{name}]")), 1)


def _faults(name: str, table: Any) -> list[str]:
    if not _ID.fullmatch(name):
        return [f"found the id {name!r}; write small letters, digits and _"]
    if not isinstance(table, dict):
        return [f"found {table!r}; write a table with ask and answer"]
    faults = [
        f"{key}: unknown key; {did_you_mean(key, ['ask', 'answer'])}" for key in table if key not in ("ask", "answer")
    ]
    ask, answer = (_table_or_empty(table.get(key)) for key in ("ask", "answer"))
    for language in LANGUAGES:
        if not _is_list_of_texts(ask.get(language)):
            faults.append(
                f'ask.{language}: found {ask.get(language)!r}; write ask.{language} = ["one wording", "another"]'
            )
        said = answer.get(language)
        if not isinstance(said, str) or not said.strip():
            faults.append(f"answer.{language}: found {said!r}; write answer.{language} = '''…'''")
        elif unknown := sorted(placeholders(said) - PLACEHOLDERS):
            faults.append(f"answer.{language}: {{{unknown[0]}}} is no name here; known are {{hub}} and {{help_phone}}")
    faults += [
        f"{key}.{code}: we do not speak {code!r}; remove it"
        for key, by in (("ask", ask), ("answer", answer))
        for code in by
        if code not in LANGUAGES
    ]
    return faults


def _table_or_empty(written: object) -> dict[str, Any]:
    return written if isinstance(written, dict) else {}


def _is_list_of_texts(written: object) -> bool:
    return isinstance(written, list) and bool(written) and all(isinstance(one, str) and one.strip() for one in written)


def _asked_twice(tables: Mapping[str, Any]) -> list[str]:
    """Find wordings that stand in two entries: neither would be clear of the other."""
    seen: dict[tuple[str, frozenset[str]], str] = {}
    faults = []
    for name, table in tables.items():
        for language in LANGUAGES:
            for wording in table["ask"][language]:
                other = seen.setdefault((language, frozenset(_stems(wording, language))), name)
                if other != name:
                    faults.append(
                        f"faq.{name}: ask.{language}: {wording!r} is asked in faq.{other} too; keep it in one"
                    )
    return faults


def _index(entries: Mapping[str, Entry], language: str) -> _Index:
    wordings = tuple(
        _Wording(entry.id, frozenset(_stems(wording, language)), plain(words(fold(wording))))
        for entry in entries.values()
        for wording in entry.ask[language]
    )
    words_of = {
        name: frozenset[str]().union(*(wording.words for wording in wordings if wording.entry == name))
        for name in entries
    }
    used_by = Counter(word for known in words_of.values() for word in known)
    weights = {word: _weight(word, used_by[word], language) for word in used_by}
    small = [*_SMALL[language], *_ASKING[language]]
    weights |= {word: _weight(word, 1, language) for word in small if word not in weights}
    return _Index(
        language,
        wordings,
        words_of,
        weights,
        tuple(word for word in weights if len(word) >= _MIN_FUZZY_CHARS - 1 and word not in _SMALL[language]),
    )


def _weight(word: str, entries: int, language: str) -> float:
    """Weigh a word: the fewer entries use it, the more it tells."""
    if word in _SMALL[language]:
        return _SMALL_WEIGHT
    if word in _ASKING[language]:
        return _ASKING_WEIGHT
    return 1 / (1 + 0.3 * (entries - 1))
