"""What a turn has learned counts for the rest of the same turn."""

from __future__ import annotations

from flows.effects import HandOff, MoveStage, Remember
from flows.effects.learned import learned
from flows.facts import Person
from flows.stages import Stage


def test_facts_and_stage_are_taken_over_and_the_last_word_counts() -> None:
    before = Person(answers={"zip": "60614", "role": "tutor"})

    after = learned(
        before,
        [
            Remember(field="zip", value="60608"),
            Remember(field="role", value=None),
            HandOff(reason="any"),
            MoveStage(stage=Stage.SCREENING, cause="agreed"),
            MoveStage(stage=Stage.ELIGIBLE, cause="accepted"),
        ],
    )

    assert after == Person(answers={"zip": "60608"}, stage=Stage.ELIGIBLE)
    assert before.answers == {"zip": "60614", "role": "tutor"}
