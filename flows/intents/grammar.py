"""Match replies against rules written in kinds of words: ``CEASE CONTACTING``, ``NOT CONTACT ME``.

Every word becomes one sign that stands for all kinds it belongs to, so a reply becomes a short string and a rule a
short regular expression over it. The work is bounded by the number of words, whatever they are.

A rule is a row of these, apart by spaces:

- ``CEASE`` a word of that kind; ``alone`` that very word; ``MY/the`` either; ``MY?`` perhaps; ``THE*`` up to four;
- ``..`` up to two words of any kind, ``...`` up to four, none of them past the end of a clause; ``~`` up to eight, commas
  included; ``,`` the end of a clause within a sentence;
- ``!CEASE`` the next word is none of these; ``<!CEASE`` nor is the one before;
- ``^`` a clause begins, ``$`` it ends; ``^^`` and ``$$`` the same for a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Final

from rapidfuzz.distance import OSA

from flows.answers.words import Reply, fold

#: Ends of sentences and of clauses, as they stand in a coded reply.
SENTENCE_END: Final = "|"
CLAUSE_END: Final = ","
#: A word of no kind, and one that a rule has taken out of the others' sight.
_PLAIN_WORD: Final = "."
#: First of the signs that stand for sets of kinds: Unicode's private area.
_FIRST_SIGN: Final = 0xE000
_TOKEN: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.!?;:,]|[()]| - |#(?!\d)")
_STRETCHED: Final = re.compile(r"([a-z])\1{2,}")
_BRACES: Final = re.compile(r"\{([^{}]*)\}")
_FINDS: Final = {"^": "(?<=[|,])", "$": "(?=[|,])", "^^": r"(?<=\|)", "$$": r"(?=\|)"}
_GAPS: Final = {"..": "[^|,]{0,2}?", "...": "[^|,]{0,4}?", "~": "[^|]{0,8}?", ",": ","}
_COUNTS: Final = {"?": "?", "*": "{0,4}"}
#: A word of at least so many letters may have one letter wrong, from so many on two.
_ONE_SLIP_CHARS: Final = 6
_TWO_SLIPS_CHARS: Final = 11
#: No more words and marks of one reply are looked at.
_MAX_TOKENS: Final = 250
#: Looking for slips is the dearest part; no more unknown words of one reply are looked at.
_MAX_SLIPS_SOUGHT: Final = 40
#: Numbers of at least so many digits are phone numbers.
_PHONE_DIGITS: Final = 7


class RuleSet:
    """Rules in their order, found by the signs they cannot do without: most replies hold none of those."""

    __slots__ = ("_always", "_by_sign", "_rules", "needs")

    def __init__(self, rules: Iterable[tuple[re.Pattern[str], str]]) -> None:
        """Sort rules.

        Args:
            rules: each with signs of which it needs one; empty where it does without any.
        """
        self._rules, self._by_sign = list[re.Pattern[str]](), dict[str, list[int]]()
        self._always: list[int] = []
        for number, (rule, signs) in enumerate(rules):
            self._rules.append(rule)
            for place in [self._by_sign.setdefault(sign, []) for sign in signs] or [self._always]:
                place.append(number)
        #: Of these signs one has to be there; ``None`` where some rule does without.
        self.needs = None if self._always else frozenset(self._by_sign)

    def that_may_match(self, signs: str) -> Iterator[re.Pattern[str]]:
        """Yield the rules that may find something, in order."""
        may = {number for sign in {*signs} for number in self._by_sign.get(sign, ())}.union(self._always)
        return (self._rules[number] for number in sorted(may))


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A reply as signs, one a word, and where each word stands in the folded reply."""

    reply: Reply
    signs: str
    places: tuple[tuple[int, int], ...]

    def masked(self, rules: RuleSet) -> str:
        """Return the signs with what the rules find made plain."""
        signs = self.signs
        for rule in rules.that_may_match(signs):
            signs = rule.sub(_plain_words, signs)
        return signs

    def without(self, start: int, end: int) -> str:
        """Return what was said in other clauses than the signs from ``start`` to ``end``, in the person's own letters."""
        ends = SENTENCE_END + CLAUSE_END
        first = max(self.signs.rfind(mark, 0, start) for mark in ends)
        last = min((place for mark in ends if (place := self.signs.find(mark, end)) >= 0), default=len(self.signs))
        before, after = self.signs[:first].strip(ends), self.signs[last:].strip(ends)
        pieces = []
        if before:
            pieces.append(self._said(0, first))
        if after:
            pieces.append(self._said(last, len(self.signs)))
        return " ".join(pieces)

    def _said(self, start: int, end: int) -> str:
        places = [place for place in self.places[start:end] if place[0] < place[1]]
        begin, finish = self.reply.span(places[0][0], places[-1][1])
        return self.reply.original[begin:finish].strip(" ,.;:!?-\n")


def _plain_words(found: re.Match[str]) -> str:
    return re.sub("[^|,]", _PLAIN_WORD, found[0])


class Lexicon:
    """The kinds of words, and the sign of each word."""

    def __init__(
        self, kinds: Mapping[str, Iterable[str]], *, joined: Mapping[str, str], literals: Iterable[str]
    ) -> None:
        """Number the sets of kinds.

        Args:
            kinds: words by kind; ``@KIND`` stands for the words of another, ``mand{e,en}`` for two words.
            joined: phrases that count as one word.
            literals: words that rules name by themselves.
        """
        words = {kind: set(_spelled_out(kind, kinds)) for kind in kinds}
        words |= {literal: words.get(literal, set()) | {literal} for literal in literals}
        of_word: dict[str, set[str]] = {}
        for kind, members in words.items():
            for word in members:
                of_word.setdefault(word, set()).add(kind)
        sets = sorted(
            {frozenset(named) for named in of_word.values()} | {frozenset(["NUM"]), frozenset(["PHONE"])}, key=sorted
        )
        sign = {named: chr(_FIRST_SIGN + number) for number, named in enumerate(sets)}
        self._signs = {word: sign[frozenset(named)] for word, named in of_word.items()}
        self._noise = words.get("NOISE", set())
        self._breaks = words.get("BREAK", set())
        self._numbers = (sign[frozenset(["NUM"])], sign[frozenset(["PHONE"])])
        self._joined: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for phrase, word in joined.items():
            first, *rest = phrase.split()
            self._joined.setdefault(first, []).append((tuple(rest), word))
        for options in self._joined.values():
            options.sort(key=lambda option: -len(option[0]))
        self._by_initial: dict[str, list[str]] = {}
        for word in of_word:
            if len(word) >= _ONE_SLIP_CHARS and " " not in word:
                self._by_initial.setdefault(word[0], []).append(word)
        self._of_kind = {
            kind: "".join(sorted(sign[named] for named in sets if kind in named))
            for kind in {kind for named in sets for kind in named}
        }

    def signs_of(self, kind: str) -> str:
        """Return the signs of all words of a kind."""
        return self._of_kind[kind]

    def code(self, text: str) -> Coded:
        """Write a reply in signs; courtesy leaves none."""
        reply = fold(text)
        signs, places = [SENTENCE_END], [(0, 0)]
        sought = 0
        for word, start, end in self._words(reply):
            if word in self._noise:
                continue
            if not word[0].isalnum() or word in self._breaks:
                sign = SENTENCE_END if word in (".", "!", "?", ";") else CLAUSE_END
                if signs[-1] == CLAUSE_END and sign == SENTENCE_END:
                    signs[-1] = sign
                elif signs[-1] not in (SENTENCE_END, CLAUSE_END):
                    signs.append(sign)
                    places.append((start, start))
                continue
            known = self._sign(word)
            if known is None and sought < _MAX_SLIPS_SOUGHT and len(word) >= _ONE_SLIP_CHARS:
                sought += 1
                known = self._nearly(word)
            signs.append(known or _PLAIN_WORD)
            places.append((start, end))
        if signs[-1] == CLAUSE_END:
            signs[-1] = SENTENCE_END
        elif signs[-1] != SENTENCE_END:
            signs.append(SENTENCE_END)
            places.append((len(reply.text), len(reply.text)))
        return Coded(reply=reply, signs="".join(signs), places=tuple(places))

    def _sign(self, word: str) -> str | None:
        digits = sum(character.isdigit() for character in word)
        if digits and word not in self._signs:
            return self._numbers[digits >= _PHONE_DIGITS]
        return self._signs.get(word)

    def _nearly(self, word: str) -> str | None:
        slips = 2 if len(word) >= _TWO_SLIPS_CHARS else 1
        near = [
            (distance, known)
            for known in self._by_initial.get(word[0], ())
            if abs(len(known) - len(word)) <= slips
            and (distance := OSA.distance(word, known, score_cutoff=slips)) <= slips
        ]
        return self._signs[min(near)[1]] if near else None

    def _words(self, reply: Reply) -> Iterator[tuple[str, int, int]]:
        """Yield words and marks with their places; phrases joined, stretched and spaced-out words set right."""
        found = [
            (_plain_spelling(token[0]), token.start(), token.end())
            for token in islice(_TOKEN.finditer(reply.text), _MAX_TOKENS)
        ]
        at = 0
        while at < len(found):
            word, start, end = found[at]
            length, joined = self._phrase_at(found, at)
            if length >= 0:
                yield joined, start, found[at + length][2]
                at += length + 1
                continue
            if spaced := _spaced_stop_at(found, at):
                yield "stop", start, found[at + spaced - 1][2]
                at += spaced
                continue
            if digits := _phone_at(found, at):
                yield "0" * _PHONE_DIGITS, start, found[at + digits - 1][2]
                at += digits
                continue
            yield word, start, end
            at += 1

    def _phrase_at(self, found: Sequence[tuple[str, int, int]], at: int) -> tuple[int, str]:
        """Return how many more words belong to a joined phrase that begins here, and the word it counts as."""
        for rest, word in self._joined.get(found[at][0], ()):
            if tuple(part[0] for part in found[at + 1 : at + 1 + len(rest)]) == rest:
                return len(rest), word
        return -1, ""

    def rules(self, sources: Iterable[str]) -> RuleSet:
        """Compile rules."""
        return RuleSet((self._rule(source), self._needed(source)) for source in sources)

    def _rule(self, source: str) -> re.Pattern[str]:
        return re.compile("".join(self._part(part) for part in source.split()))

    def _needed(self, source: str) -> str:
        """Return the signs of the rule's rarest word, of which one has to be said; empty when no word has to be."""
        words = [
            self._any(part)
            for part in source.split()
            if part not in _FINDS and part not in _GAPS and part[-1] not in _COUNTS and not part.startswith(("!", "<!"))
        ]
        return min((signs for signs in words if CLAUSE_END not in signs), key=len, default="")

    def _part(self, part: str) -> str:
        if part in _FINDS or part in _GAPS:
            return _FINDS.get(part) or _GAPS[part]
        for mark, wrap in (("<!", "(?<![{}])"), ("!", "(?![{}])")):
            if part.startswith(mark):
                return wrap.format(self._any(part.removeprefix(mark)))
        count = _COUNTS.get(part[-1], "")
        return f"[{self._any(part.rstrip('?*'))}]{count}"

    def _any(self, names: str) -> str:
        """Return the signs of several kinds; ``$`` among them is the end of a clause.

        Raises:
            ValueError: the word file has no such kind.
        """
        try:
            return "".join("|," if name == "$" else self._of_kind[name] for name in names.split("/"))
        except KeyError as error:
            raise ValueError(f"a rule names the kind {error.args[0]}, which the word file lacks") from None


def literals_of(rule: str) -> Iterator[str]:
    """Yield the words that a rule names by themselves."""
    for part in rule.split():
        for name in part.lstrip("<!").rstrip("?*").split("/"):
            if name and name[0].isalnum() and name == name.lower():
                yield name


def _phone_at(found: Sequence[tuple[str, int, int]], at: int) -> int:
    """Return of how many pieces a phone number consists that begins here: 312 555 0142."""
    digits = pieces = 0
    for word, _, _ in found[at : at + 5]:
        if not word.isdigit():
            break
        digits += len(word)
        pieces += 1
    return pieces if pieces > 1 and digits >= _PHONE_DIGITS else 0


def _spaced_stop_at(found: Sequence[tuple[str, int, int]], at: int) -> int:
    """Return of how many pieces S T O P or S.T.O.P consists that begins here."""
    for step in (1, 2):
        pieces = [part[0] for part in found[at : at + 3 * step + 1]]
        if pieces[::step] == ["s", "t", "o", "p"] and set(pieces[1::step]) <= ({"."} if step == 2 else {"t", "o", "p"}):
            return len(pieces)
    return 0


def _plain_spelling(word: str) -> str:
    word = word.strip()
    word = word[:-2] if word.endswith("'s") and len(word) > 3 else word.replace("'", "")
    return _STRETCHED.sub(r"\1", word)


def _spelled_out(kind: str, kinds: Mapping[str, Iterable[str]]) -> Iterator[str]:
    for entry in kinds[kind]:
        if entry.startswith("@"):
            yield from _spelled_out(entry[1:], kinds)
            continue
        pieces = _BRACES.split(entry)
        for parts in product(*(piece.split(",") if place % 2 else [piece] for place, piece in enumerate(pieces))):
            yield "".join(parts)
