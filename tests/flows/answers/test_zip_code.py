"""ZIP codes keep their zeros and exist."""

from __future__ import annotations

import pytest

from flows.answers import Match
from tests.flows.answers.asking import outcome, told


@pytest.mark.parametrize(
    "reply",
    [
        "07030",
        " 07030. ",
        "my zip is 07030",
        "07030-1234",
        "070301234",
        "0 7 0 3 0",
        "0-7-0-3-0",
        "zero seven zero three zero",
        "oh seven oh three oh",
        "cero siete cero tres cero",
        "O7O3O",
        "Hoboken NJ 07030 USA",
        "\uff10\uff17\uff10\uff13\uff10",
        "zip: 07030, thanks",
    ],
)
def test_a_zip_code_is_found_with_its_zeros(reply: str) -> None:
    assert told(outcome("zip", reply)) == "07030"


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        ("00000", "-unknown_zip"),
        ("99999", "-unknown_zip"),
        ("7030", "-unknown_zip"),
        ("070300", "-unknown_zip"),
        ("07030 or 10001", ("07030", "10001")),
        ("I don't know", "-not_understood"),
        ("617-555-0123", "-not_understood"),
        ("", "-empty"),
    ],
)
def test_what_is_no_zip_code_is_told(reply: str, result: object) -> None:
    assert told(outcome("zip", reply)) == result


def test_the_span_covers_the_spoken_words() -> None:
    reply = "it's oh seven oh three oh ok"

    result = outcome("zip", reply)

    assert isinstance(result, Match)
    assert reply[slice(*result.span)] == "oh seven oh three oh"
