"""Whoever may be in danger is seen first, however long others have waited."""

from __future__ import annotations

import pytest

from flows.rules.urgency import Urgency, urgency


@pytest.mark.parametrize(
    ("tasks", "is_answered", "soon"),
    [
        (["vetting", "harm"], False, Urgency.DANGER),
        (["asked for a person"], False, Urgency.SOON),
        (["vetting", "late_cancellation", "said N"], False, Urgency.SOON),
        (["vetting"], True, Urgency.SOON),
        (["review_application"], False, Urgency.IN_TURN),
        (["what nobody has heard of yet"], False, Urgency.IN_TURN),
        ([], False, Urgency.IN_TURN),
    ],
)
def test_the_most_urgent_of_several_reasons_counts(tasks: list[str], is_answered: bool, soon: Urgency) -> None:
    assert urgency(tasks, is_answered=is_answered) is soon
