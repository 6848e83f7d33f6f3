"""Two people may share a phone: what the other one says is nobody's answer."""

from __future__ import annotations

import pytest

from flows.effects import HandOff, OptOut, Remember
from tests.flows.talk import Talk


@pytest.mark.parametrize(
    "words", ["This is not me", "This isn't me", "not me", "I am someone else", "soy otra persona", "no soy yo"]
)
def test_whoever_else_writes_is_asked_who_they_are_and_a_human_is_told(words: str) -> None:
    asked = Talk().says("HI", "1", "1", words)
    told = asked.says("60614")  # an answer to the open question, were it not somebody else's

    assert asked.all(HandOff) == [HandOff(reason="another_person")]
    assert told.all(Remember) == []
    assert told.step == asked.step == "zip"


@pytest.mark.parametrize("so_far", [("HI",), ("HI", "1", "1"), ("HOLA",), ("HOLA", "1", "2")], ids=" ".join)
@pytest.mark.parametrize(
    "words",
    [
        *("wrong number", "wrong person", "not the right person", "you have the wrong person"),
        *("número equivocado", "persona equivocada", "se equivoca de persona", "no soy esa persona"),
    ],
)
def test_whoever_was_never_meant_is_left_alone(words: str, so_far: tuple[str, ...]) -> None:
    """They want no message: to ask who they are would be one more."""
    talk = Talk().says(*so_far, words)

    assert len(talk.all(OptOut)) == 1
    assert talk.all(HandOff) == []
