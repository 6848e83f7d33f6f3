"""A new edition of the consent form: each guardian is asked anew, once; then the older consent lapses. On both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.ticks import consent_editions
from flows.stages import Stage
from storage import people
from tests.bot.house import HUB, House, open_house
from tests.bot.outsiders import MIA, MOTHER, agree, ask, browser, change, enter, link_to, rows

#: Thursdays, wall clock of the place: within the thirty days, and after them.
SOON, LATE = datetime(2026, 12, 3, 16, 0), datetime(2027, 1, 14, 16, 0)  # noqa: DTZ001
NEWER = replace(HUB, consent_edition=2)


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url, hub=NEWER) as opened:
        yield opened


async def agreed(house: House) -> None:
    """Let Mia's mother agree by text, and Mia have a shift soon and one after the thirty days."""
    await ask(house)
    for line in ("hi", "1", "Maria Lopez", "1"):
        await house.say("sms", MOTHER, line)
    change(house, "UPDATE guardian_consent SET edition = 1")
    with house.app.database.session() as session:
        person = people.find_by_user(session, HUB.id, MIA)
        assert person
        people.move(session, person, Stage.PLACED, cause="test", now=house.clock.at)
    for at in (SOON, LATE):
        house.add_shift(at)
    change(
        house,
        "INSERT INTO booking (hub, ref, person_id, slot_id, status, asked, created_at, changed_at)"
        " SELECT s.hub, 'b' || s.id, p.id, s.id, 'booked', FALSE, 0, 0 FROM slot AS s, person AS p"
        " WHERE p.given_name = 'Mia' AND s.kind = 'shift'",
    )
    change(house, "UPDATE slot SET taken = 1")


def look(house: House, hub: object = NEWER) -> int:
    assert isinstance(hub, type(HUB))
    accounts = house.app.inbox.accounts
    return consent_editions.look(house.app.database, hub, house.app.library, accounts, house.clock.at)


def held(house: House) -> list[object]:
    kept = rows(
        house,
        "SELECT s.starts_local FROM booking AS b JOIN slot AS s ON s.id = b.slot_id WHERE b.status = 'booked' ORDER BY s.id",
    )
    return [str(row["starts_local"])[:10] for row in kept]


def tasks(house: House) -> set[str]:
    return {str(row["reason"]) for row in rows(house, "SELECT reason FROM task WHERE closed_at IS NULL")}


async def test_each_is_asked_once_and_the_minor_serves_on(house: House) -> None:
    await agreed(house)
    assert look(house, HUB) == 0

    assert look(house) == 1
    (message,) = await house.send()
    assert message.to.user == MOTHER
    assert "has new words" in message.text
    assert "Dec 23, 2026" in message.text
    assert look(house) == 0
    assert held(house) == ["2026-12-03", "2027-01-14"]
    assert "consent_lapses" in tasks(house)


async def test_who_agrees_anew_on_the_page_keeps_everything(house: House) -> None:
    await agreed(house)
    look(house)
    await house.send()
    link = link_to(house, MOTHER)
    async with browser(house) as visitor:
        page = await enter(house, visitor, link)
        assert "May Mia help at a school?" in page.text
        await agree(visitor, link, page)

    signed = rows(house, "SELECT via, edition, withdrawn_at FROM guardian_consent ORDER BY id")
    assert [(row["via"], row["edition"], row["withdrawn_at"] is None) for row in signed] == [
        ("reply", 1, False),
        ("page", 2, True),
    ]
    house.clock.at += timedelta(days=40)
    assert look(house) == 0
    assert held(house)[-1] == "2027-01-14"
    assert not tasks(house) & {"consent_lapses", "consent_lapsed"}


async def test_who_says_nothing_in_time_lapses_and_what_comes_later_is_freed(house: House) -> None:
    await agreed(house)
    look(house)
    await house.send()
    house.clock.at += timedelta(days=30)
    assert look(house) == 0
    assert "2027-01-14" in held(house)

    house.clock.at += timedelta(days=1)
    assert look(house) == 1
    told = await house.send()

    assert "2027-01-14" not in held(house)
    assert [message.to.user for message in told] == [MIA]
    assert {"consent_lapsed", "requirement"} <= tasks(house)
    assert "consent_lapses" not in tasks(house)
    assert look(house) == 0
    (requirement,) = rows(house, "SELECT status, valid_until FROM requirement WHERE kind = 'guardian_consent'")
    assert str(requirement["valid_until"]) == "2026-12-23"


@pytest.mark.parametrize(("words", "kept"), [(("I agree", "1", "Maria Lopez", "1"), 2), (("no",), 0)])
async def test_guardian_answers_by_reply(house: House, words: tuple[str, ...], kept: int) -> None:
    await agreed(house)
    look(house)
    await house.send()

    for line in words:
        await house.say("sms", MOTHER, line)

    assert len(held(house)) == kept


async def test_guardian_who_cannot_be_written_to_is_staffs_matter(house: House) -> None:
    await agreed(house)
    await house.say("sms", MOTHER, "STOP")

    assert look(house) == 1
    assert await house.send() == []
    assert "guardian_not_asked" in tasks(house)
