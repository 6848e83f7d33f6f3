"""Free text is kept, within bounds."""

from __future__ import annotations

from flows.answers import Match
from tests.flows.answers.asking import outcome, told


def test_text_is_trimmed_and_kept() -> None:
    assert told(outcome("text", "  I love\nbooks \x00 ")) == "I love books"


def test_emptiness_is_refused() -> None:
    assert told(outcome("text", " \n\u200b")) == "-empty"


def test_long_text_is_cut_between_words() -> None:
    result = outcome("text", "word " * 300)

    assert isinstance(result, Match)
    assert isinstance(result.value, str)
    assert len(result.value) <= 500
    assert result.value.endswith("word")


def test_one_endless_word_is_cut() -> None:
    result = outcome("text", "a" * 2000)

    assert isinstance(result, Match)
    assert result.value == "a" * 500
