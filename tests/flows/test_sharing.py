"""Two people may share a phone: what the other one says is nobody's answer."""

from __future__ import annotations

import pytest

from flows.effects import HandOff, Remember
from tests.flows.talk import Talk


@pytest.mark.parametrize("words", ["This is not me", "soy otra persona", "I am someone else"])
def test_whoever_else_writes_is_asked_who_they_are_and_a_human_is_told(words: str) -> None:
    asked = Talk().says("HI", "1", "1", words)
    told = asked.says("60614")  # an answer to the open question, were it not somebody else's

    assert asked.all(HandOff) == [HandOff(reason="another_person")]
    assert told.all(Remember) == []
    assert told.step == asked.step == "zip"
