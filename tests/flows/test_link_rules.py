"""Links expire, codes hold ten minutes and five tries, and nobody is sent many of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rules.links import (
    CODE_LIFETIME,
    LIFETIMES,
    MAX_CODES,
    MAX_TRIES,
    CodeOutcome,
    CodeRefusal,
    LinkPurpose,
    LinkState,
    expires,
    is_open,
    judge_code,
    refuse_code,
)

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
SENT = LinkState(expires_at=NOW + timedelta(days=30), code_expires_at=NOW + CODE_LIFETIME)


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_every_purpose_has_a_lifetime(purpose: LinkPurpose) -> None:
    lifetime = LIFETIMES[purpose]

    assert expires(purpose, NOW) == (NOW + lifetime if lifetime else None)


@pytest.mark.parametrize(
    ("link", "leads_somewhere"),
    [
        pytest.param(SENT, True, id="fresh"),
        pytest.param(replace(SENT, expires_at=None), True, id="without an end"),
        pytest.param(replace(SENT, expires_at=NOW), False, id="expired this instant"),
        pytest.param(replace(SENT, revoked_at=NOW), False, id="revoked"),
        pytest.param(replace(SENT, tries=MAX_TRIES), False, id="locked"),
        pytest.param(replace(SENT, tries=MAX_TRIES - 1), True, id="one try left"),
    ],
)
def test_spent_link_leads_nowhere(link: LinkState, leads_somewhere: bool) -> None:
    assert is_open(link, NOW) is leads_somewhere


@given(guesses=st.lists(st.booleans(), max_size=30), seconds=st.lists(st.integers(0, 300), min_size=30, max_size=30))
def test_no_more_than_five_wrong_codes_are_ever_judged(guesses: list[bool], seconds: list[int]) -> None:
    link, now, wrong = SENT, NOW, 0
    for right, wait in zip(guesses, seconds, strict=False):
        now += timedelta(seconds=wait)
        outcome = judge_code(link, right=right, now=now)
        if outcome in (CodeOutcome.WRONG, CodeOutcome.LOCKED) and link.tries < MAX_TRIES:
            link, wrong = replace(link, tries=link.tries + 1), wrong + 1
        if outcome is CodeOutcome.OPENED:
            assert right
            assert now < NOW + CODE_LIFETIME
            assert wrong < MAX_TRIES
            link, wrong = replace(link, tries=0, code_expires_at=None), 0
        assert wrong <= MAX_TRIES
        assert (outcome is CodeOutcome.LOCKED) == (link.tries == MAX_TRIES)


@given(waits=st.lists(st.integers(0, 40_000), max_size=40))
def test_at_most_five_codes_a_day_are_sent_and_never_two_at_once(waits: list[int]) -> None:
    link, now, sent = LinkState(), NOW, list[datetime]()
    for wait in waits:
        now += timedelta(seconds=wait)
        if refuse_code(link, now) is None:
            fresh = link.counted_from is None or now >= link.counted_from + timedelta(days=1)
            link = replace(
                link,
                code_sent_at=now,
                counted_from=now if fresh else link.counted_from,
                codes_sent=1 if fresh else link.codes_sent + 1,
            )
            sent.append(now)

    assert all(later - earlier >= timedelta(seconds=30) for earlier, later in pairwise(sent))
    half_days = [sum(start <= at < start + timedelta(hours=12) for at in sent) for start in sent]
    assert max(half_days, default=0) <= 2 * MAX_CODES


def test_another_code_at_once_is_refused_with_its_reason() -> None:
    link = LinkState(code_sent_at=NOW, codes_sent=1, counted_from=NOW)

    assert refuse_code(link, NOW + timedelta(seconds=5)) is CodeRefusal.TOO_SOON
    assert refuse_code(replace(link, codes_sent=MAX_CODES), NOW + timedelta(hours=1)) is CodeRefusal.TOO_MANY
    assert refuse_code(replace(link, codes_sent=MAX_CODES), NOW + timedelta(days=1)) is None
