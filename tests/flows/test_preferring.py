"""Which replies say on which channel reminders and news shall come, and which do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.effects import PreferChannel
from flows.messages import Purpose
from flows.rules.reaching import Way
from tests.flows.talk import SCREENED, Talk

WAYS = (Way(id=1, channel="sms", consented=True), Way(id=2, channel="slack", consented=True))
BOTH = (Purpose.REMINDER, Purpose.NOTICE)


@pytest.mark.parametrize(
    ("text", "purposes", "way"),
    [
        ("send reminders by Slack", (Purpose.REMINDER,), 2),
        ("Please send me my reminders on slack.", (Purpose.REMINDER,), 2),
        ("can you send reminders via slack please", (Purpose.REMINDER,), 2),
        ("reminders by text", (Purpose.REMINDER,), 1),
        ("i would like news by sms", (Purpose.NOTICE,), 1),
        ("everything by Slack", BOTH, 2),
        ("mándeme los recordatorios por Slack", (Purpose.REMINDER,), 2),
        ("quiero los avisos por mensaje de texto", (Purpose.NOTICE,), 1),
        ("todo por texto por favor", BOTH, 1),
    ],
)
def test_wish_for_a_channel_is_understood_in_both_languages(text: str, purposes: tuple[Purpose, ...], way: int) -> None:
    talk = replace(Talk().says(*SCREENED), ways=WAYS).says(text)

    assert talk.all(PreferChannel) == [PreferChannel(purpose=purpose, address_id=way) for purpose in purposes]
    assert talk.step == "offer"  # and the question that waits is asked again


@pytest.mark.parametrize(
    "text",
    ["reminders", "no reminders by slack", "slack", "send reminders", "by text", "who sends reminders by slack?"],
)
def test_other_words_are_not_taken_for_it(text: str) -> None:
    talk = replace(Talk().says(*SCREENED), ways=WAYS).says(text)

    assert talk.all(PreferChannel) == []


def test_channel_that_is_unknown_or_closed_changes_nothing() -> None:
    closed = (WAYS[0], replace(WAYS[1], opted_out=True))
    for ways in ((WAYS[0],), closed):
        talk = replace(Talk().says(*SCREENED), ways=ways).says("reminders by slack")

        assert talk.all(PreferChannel) == []
        assert talk.text.startswith("We cannot write to you by Slack yet.")
