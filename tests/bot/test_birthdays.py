"""Who turns 18 while a guardian stays silent goes on by themselves, and hears of it once, by day. On both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.stages import Stage
from tests.bot.house import HUB, House, open_house, shown
from tests.bot.outsiders import MIA, MOTHER, agree, ask, browser, change, enter, rows


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url) as opened:
        yield opened


async def test_silent_one_who_turns_18_is_moved_on_and_told_once_by_day(house: House) -> None:
    await ask(house)
    change(house, "UPDATE person SET birth_date = '2008-11-25' WHERE given_name = 'Mia'")
    midnight = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)

    before = await house.jump(midnight - timedelta(minutes=1), step=timedelta(hours=6))
    assert rows(house, "SELECT stage FROM person WHERE given_name = 'Mia'") == [{"stage": "waiting_guardian"}]
    by_night = await house.jump(midnight + timedelta(hours=6), step=timedelta(hours=1))
    by_day = await house.jump(midnight + timedelta(days=5), step=timedelta(hours=3))

    assert [message.to.user for message in (*before, *by_night) if message.to.user == MIA] == []
    told = [message for message in by_day if message.to.user == MIA]
    assert [shown(message) for message in told] == [
        "Bright Hub: you are 18 now, Mia, so you decide alone. You are accepted! Text TRAINING to pick a date."
    ]
    assert [message for message in by_day if message.to.user == MOTHER] == []  # she is not asked a second time
    assert rows(house, "SELECT stage FROM person WHERE given_name = 'Mia'") == [{"stage": Stage.ELIGIBLE.value}]
    (noted,) = rows(house, "SELECT author FROM audit WHERE what = 'stage' AND author = 'rule:guardians'")
    assert noted == {"author": "rule:guardians"}
    assert rows(house, "SELECT reason FROM task WHERE closed_at IS NULL AND reason LIKE 'guardian%'") == []


async def test_who_is_17_waits_on(house: House) -> None:
    await ask(house)
    change(house, "UPDATE person SET birth_date = '2008-11-30' WHERE given_name = 'Mia'")

    left = await house.jump(datetime(2026, 11, 29, 18, 0, tzinfo=UTC), step=timedelta(hours=6))

    assert rows(house, "SELECT stage FROM person WHERE given_name = 'Mia'") == [{"stage": "waiting_guardian"}]
    assert MOTHER in {message.to.user for message in left}


async def test_role_in_which_a_human_decides_is_reviewed(house: House) -> None:
    await ask(house)
    change(
        house,
        "UPDATE person SET birth_date = '2008-11-24', answers = replace(answers, '\"tutor\"', '\"success_coach\"')"
        " WHERE given_name = 'Mia'",
    )

    left = await house.jump(datetime(2026, 11, 24, 18, 0, tzinfo=UTC), step=timedelta(hours=6))

    assert rows(house, "SELECT stage FROM person WHERE given_name = 'Mia'") == [{"stage": Stage.IN_REVIEW.value}]
    assert rows(house, "SELECT count(*) AS n FROM task WHERE reason = 'review_application'") == [{"n": 1}]
    assert any("reads your answers" in message.text for message in left if message.to.user == MIA)


@pytest.mark.parametrize(("ends", "told"), [("2026-11-29", 0), ("2026-11-27", 1)], ids=["at 18", "before"])
async def test_nobody_is_told_to_renew_a_consent_that_ends_at_18(house: House, ends: str, told: int) -> None:
    link = await ask(house)
    async with browser(house) as visitor:
        await agree(visitor, link, await enter(house, visitor, link))
    change(house, "UPDATE person SET birth_date = '2008-11-30' WHERE given_name = 'Mia'")
    change(house, f"UPDATE requirement SET valid_until = '{ends}', valid_from = '2026-01-01'")  # noqa: S608 - a day of ours

    left = await house.jump(datetime(2026, 11, 24, 20, 0, tzinfo=UTC), step=timedelta(hours=3))

    assert len([message for message in left if "ends on" in message.text]) == told
    assert rows(house, "SELECT reason FROM task WHERE kind = 'expiry'") == [
        {"reason": "guardian_consent ends in 7 days"}
    ]


CHECKED = replace(HUB, requires=("background_check", "reference"))


@pytest.mark.parametrize("link_opens", [True, False], ids=["consent", "birthday"])
async def test_who_is_accepted_by_consent_or_birthday_is_asked_for_references_in_the_same_message(
    url: str, tmp_path: Path, link_opens: bool
) -> None:
    async with open_house(tmp_path, url=url, hub=CHECKED) as house:
        link = await ask(house)
        if link_opens:
            async with browser(house) as visitor:
                await agree(visitor, link, await enter(house, visitor, link))
        else:
            change(
                house,
                "UPDATE person SET birth_date = '2008-11-25', answers = replace(answers, '2010-02-14', '2008-11-25') WHERE given_name = 'Mia'",
            )
        left = await house.jump(datetime(2026, 11, 25, 18, 0, tzinfo=UTC), step=timedelta(minutes=30))

        (told,) = [message.text for message in left if message.to.user == MIA][:1]
        assert "You are accepted! First come the checks" in told
        assert told.endswith("What is the full name of the first?")
        assert rows(house, "SELECT stage FROM person WHERE given_name = 'Mia'") == [{"stage": Stage.ELIGIBLE.value}]
        for line in ("Karen Hill", "+13125550171", "Bill Novak", "+13125550172"):
            await house.say("sms", MIA, line)
        assert rows(house, "SELECT stage FROM person WHERE given_name = 'Mia'") == [{"stage": Stage.VETTING.value}]
        asked = rows(house, "SELECT kind FROM requirement WHERE status = 'asked' ORDER BY kind, nth")
        assert [row["kind"] for row in asked] == [*(["background_check"] * (not link_opens)), "reference", "reference"]
