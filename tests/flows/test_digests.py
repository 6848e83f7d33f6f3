"""When supervisors are written to about hours: of new ones, once more, and then staff are told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from flows.rules.digests import Digest, due

TODAY = date(2026, 12, 7)


@pytest.mark.parametrize(
    ("days_ago", "decision"),
    [
        ((), Digest.WRITE),
        ((0,), Digest.WAIT),
        ((2,), Digest.WAIT),
        ((3,), Digest.WRITE),
        ((3, 0), Digest.WAIT),
        ((5, 2), Digest.WAIT),
        ((6, 3), Digest.TELL_STAFF),
        ((3, 6), Digest.TELL_STAFF),
    ],
)
def test_supervisor_has_three_days_and_is_written_to_twice(days_ago: tuple[int, ...], decision: Digest) -> None:
    assert due([TODAY - timedelta(days=ago) for ago in days_ago], TODAY) is decision
