"""Hold how something is said: what is beyond doubt, what only probably means it, and what looks alike."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flows.intents.grammar import CLAUSE_END, SENTENCE_END, Coded, Lexicon, RuleSet, literals_of

_KINDS: Final = ("never", "clear", "doubt", "unclear", "loose")
_ENDS: Final = SENTENCE_END + CLAUSE_END
#: One table of a rule file.
Table = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where in a coded reply something is said."""

    clear: bool
    start: int
    end: int
    #: The signs of the clause in which it stands.
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How one thing is said."""

    name: str
    #: Look alike and mean something else; taken out of sight first.
    never: RuleSet
    clear: RuleSet
    #: Said in the same clause, these make what is clear unclear.
    doubt: RuleSet
    unclear: RuleSet
    loose: RuleSet
    #: Types of questions that loose wording answers.
    answers: frozenset[str]

    def find(self, coded: Coded, *, waiting: str) -> Found | None:
        """Find where a reply says it; ``waiting`` is the type of the question that it may answer instead."""
        looked_for = [(self.clear, True), (self.unclear, False)]
        looked_for += [] if waiting in self.answers else [(self.loose, False)]
        if all(rules.needs is not None and rules.needs.isdisjoint(coded.signs) for rules, _ in looked_for):
            return None
        signs = coded.masked(self.never)
        for rules, clear in looked_for:
            match = next((match for rule in rules.that_may_match(signs) if (match := rule.search(signs))), None)
            if match:
                clause = _clause(signs, match)
                doubted = any(doubt.search(clause) for doubt in self.doubt.that_may_match(clause))
                return Found(clear=clear and not doubted, start=match.start(), end=match.end(), clause=clause)
        return None


def _clause(signs: str, match: re.Match[str]) -> str:
    """Return the clause that a rule found something in, with its ends."""
    start = max(signs.rfind(mark, 0, match.start() + 1) for mark in _ENDS)
    ends = [place for mark in _ENDS if (place := signs.find(mark, match.end())) >= 0]
    return signs[start : min(ends, default=len(signs)) + 1]


def read_tables(source: str) -> Mapping[str, Table]:
    """Read a rule file: one table a thing that can be said, in order of precedence."""
    tables: dict[str, Table] = tomllib.loads(source)
    return tables


def literals_in(tables: Mapping[str, Table]) -> Iterator[str]:
    """Yield the words that the rules of a file name by themselves."""
    for table in tables.values():
        for kind in _KINDS:
            for rule in table.get(kind, ()):
                yield from literals_of(rule)


def compile_tables(tables: Mapping[str, Table], lexicon: Lexicon) -> tuple[Rules, ...]:
    """Compile the rules of a file, in its order."""
    return tuple(
        Rules(
            name=name,
            answers=frozenset(table.get("answers", ())),
            **{kind: lexicon.rules(table.get(kind, ())) for kind in _KINDS},
        )
        for name, table in tables.items()
    )
