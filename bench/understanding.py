"""How well replies are understood, on any folder of rows with their meaning, beside two libraries in the same run.

uv run --with dateparser --with parsedatetime python bench/understanding.py --data FOLDER [--failures 10] [--set "SGD"]
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from bench.other_readers import HOW_TO_HAVE_THEM, Reader, other_readers
from bench.understood_corrections import Correction, corrected, read_corrections
from bench.understood_rows import Row, read_rows
from flows.answers import Ambiguous, AnswerContext, Match, read
from flows.answers.numerals import with_digits
from flows.answers.words import fold

#: What the others are asked to read.
_OTHERS_READ: Final = ("date", "time", "when")
_ASKS: Final = "(asks)"


@dataclass(slots=True)
class Score:
    """How many rows of a set one reader got right."""

    rows: int = 0
    right: int = 0
    #: A yes for a no, or the other way about.
    flipped: int = 0
    ms: list[float] = field(default_factory=list)

    def count(self, told: str | None, expected: frozenset[str], ms: float) -> bool:
        """Add one row and tell whether it is right."""
        right = told in expected if expected else told is None
        self.rows += 1
        self.right += right
        self.flipped += not right and told in ("yes", "no")
        self.ms.append(ms)
        return right

    @property
    def percent(self) -> float:
        return 100 * self.right / self.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A row that was read wrongly."""

    set: str
    text: str
    expected: str
    told: str | None


def ours(kind: str, text: str, context: AnswerContext) -> str | None:
    """Read a reply as the project does, and write the value as the rows do."""
    if kind == "when":
        return ours("date", text, context) or ours("time", text, context)
    if kind == "ordinal":
        place = re.search(r"(\d+)(?:st|nd|rd|th)", with_digits(fold(text), language=context.language).text)
        return place[1] if place else None
    match read(kind, text, context):
        case Match(value=bool() as agreed):
            return "yes" if agreed else "no"
        case Match(value=value):
            return str(value)
        case Ambiguous():
            return _ASKS
        case _:
            return None


def measure(rows: Sequence[Row], reader: Reader, *, failures: list[Failure]) -> Mapping[tuple[str, str], Score]:
    """Return the score of a reader by set and language."""
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
    for row in rows:
        if reader is ours:
            reader(row.type, row.text, row.context)  # what is made once is there, as in a server that runs
        began = time.thread_time()
        told = reader(row.type, row.text, row.context)
        spent = 1_000 * (time.thread_time() - began)
        if row.type == "phone" and told and any(told.endswith(digits[-7:]) for digits in row.expected):
            told = next(iter(row.expected))
        if not scores[row.set, row.context.language].count(told, row.expected, spent):
            expected = " or ".join(sorted(row.expected)) or "(nothing)"
            failures.append(
                Failure(set=f"{row.set} {row.context.language}", text=row.text, expected=expected, told=told)
            )
    return scores


def measure_corrections(rows: Sequence[Correction], *, failures: list[Failure]) -> Mapping[tuple[str, str], Score]:
    """Return how many corrections were found whole, and how many replies that change nothing we read were left alone."""
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
    for row in rows:
        corrected(row)
        began = time.thread_time()
        told = corrected(row)
        spent = 1_000 * (time.thread_time() - began)
        name = "SGD corrections" if row.expected else "SGD corrections of what we do not read"
        expected = frozenset({row.written}) if row.expected else frozenset[str]()
        if not scores[name, "en"].count(told, expected, spent):
            shown = f"{row.written or '(nothing)'} of {', '.join(row.known)}"
            failures.append(Failure(set=name, text=row.text, expected=shown, told=told))
    return scores


def table(
    scores: Mapping[tuple[str, str], Score], others: Mapping[str, Mapping[tuple[str, str], Score]]
) -> Iterable[str]:
    """Yield the lines of the score table."""
    yield f"{'set':40} {'':3}{'rows':>5}{'right %':>9}{'ms median':>11}{'p99':>7}" + "".join(
        f"{name + ' %':>17}{'ms':>7}" for name in others
    )
    for key, score in scores.items():
        line = f"{key[0]:40} {key[1]:3}{score.rows:5}{score.percent:9.1f}{median(score.ms):11.3f}{p99(score.ms):7.2f}"
        for scored in others.values():
            other = scored.get(key)
            line += f"{other.percent:17.1f}{median(other.ms):7.2f}" if other else f"{'-':>17}{'-':>7}"
        yield line + (f"   flipped {100 * score.flipped / score.rows:.2f} %" if score.flipped else "")


def p99(times: Sequence[float]) -> float:
    """Return the time that one parse in a hundred exceeds."""
    return sorted(times)[int(0.99 * len(times))]


def telling(failures: Sequence[Failure], count: int) -> Sequence[Failure]:
    """Return one failure of each set in turn, the shortest text first: what a short text shows needs no excuse."""
    by_set: dict[str, list[Failure]] = defaultdict(list)
    for failure in sorted(failures, key=lambda failure: len(failure.text)):
        by_set[failure.set].append(failure)
    turns = [failure for at in range(count) for of_set in by_set.values() for failure in of_set[at : at + 1]]
    return turns[:count]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the .jsonl files")
    parser.add_argument("--failures", type=int, default=0, metavar="N", help="show the N most telling failures")
    parser.add_argument("--set", default="", metavar="NAME", help="only sets whose name contains this")
    parser.add_argument("--alone", action="store_true", help="measure ours alone")
    options = parser.parse_args(arguments)
    rows = [row for row in read_rows(options.data) if options.set.lower() in row.set.lower()]
    corrections = read_corrections(options.data) if options.set.lower() in "sgd corrections" else ()
    if not rows and not corrections:
        sys.exit(f"{options.data} holds no rows that are known here: sgd_*, duckling_*, recognizers_* .jsonl")
    failures: list[Failure] = []
    scores = {**measure(rows, ours, failures=failures), **measure_corrections(corrections, failures=failures)}
    readers = {} if options.alone else other_readers()
    timed = [row for row in rows if row.type in _OTHERS_READ]
    print("\n".join(table(scores, {name: measure(timed, other, failures=[]) for name, other in readers.items()})))
    times = [ms for score in scores.values() for ms in score.ms]
    print(f"\nof processor time, {len(times)} rows: median {median(times):.3f} ms, p99 {p99(times):.2f} ms")
    if len(readers) < 2 and not options.alone:
        print(f"dateparser or parsedatetime is missing; to see them in the same run: {HOW_TO_HAVE_THEM}")
    for failure in telling(failures, options.failures):
        print(f"\n{failure.set}: {failure.text}\n    expected {failure.expected}, read {failure.told}")


if __name__ == "__main__":
    main()
