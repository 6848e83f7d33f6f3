"""Names in sentences outside of flows: each has a value when the sentence is said, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from flows.files.names import BUILT_IN_PLACEHOLDERS
from flows.library import Library, shipped
from flows.lint.finding import Finding
from flows.lint.sight import Rule, Sight, Text
from flows.templates import placeholders

UNKNOWN = Rule(id="unknown-name", why="The sentence could not be said at all, and nothing would be answered.")
DIFFERENT = Rule(id="different-names", why="One half of the people would not be told what the other half is.")


def check(sight: Sight) -> Iterator[Finding]:
    """Look at the names in phrases and in answers of the FAQ; those in flows the reader has checked."""
    for text in sight.texts():
        if text.key == "phrase":
            yield from _unknown(text)
        if text.key in ("phrase", "faq"):
            yield from _different(text)


def _unknown(text: Text) -> Iterator[Finding]:
    """A phrase may use what the program has for it, which is what the shipped one uses."""
    known = BUILT_IN_PLACEHOLDERS | _used_by(text.place.step)
    for name in sorted(placeholders(text.text) - known):
        allowed = ", ".join(f"{{{one}}}" for one in sorted(known))
        yield UNKNOWN.found(
            text.place, f"the {text.language} text uses {{{name}}}", write=f"here only {allowed} are known"
        )


def _used_by(phrase: str) -> frozenset[str]:
    texts = _shipped().phrases.texts.get(phrase, {})
    return frozenset().union(*(placeholders(text) for text in texts.values()))


@lru_cache(maxsize=1)
def _shipped() -> Library:
    return shipped()


def _different(text: Text) -> Iterator[Finding]:
    first = next(iter(text.all))
    missing = placeholders(text.all[first]) ^ placeholders(text.text)
    if missing:
        names = ", ".join(f"{{{name}}}" for name in sorted(missing))
        what = f"only one of the {first} and the {text.language} text uses {names}"
        yield DIFFERENT.found(text.place, what, write="use the same names in each language")
