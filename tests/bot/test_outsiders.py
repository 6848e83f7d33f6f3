"""Somebody whom we wrote to about others writes by themselves: known, answered, and never screened unless they want to. On both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from flows.rules.organisations import OrganisationKind
from storage import organisations
from tests.bot.house import HUB, House, open_house, shown
from tests.bot.outsiders import MOTHER, agree, ask, browser, change, enter, link_to, rows

BOSS = "+13125550177"


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url) as opened:
        yield opened


async def text(house: House, user: str, words: str) -> str:
    (message,) = await house.say("sms", user, words)
    return shown(message)


def tasks(house: House) -> list[str]:
    return [str(row["reason"]) for row in rows(house, "SELECT reason FROM task WHERE closed_at IS NULL ORDER BY id")]


async def guardian(house: House) -> str:
    """Let Mia's mother agree on her page; return the path of her link."""
    link = await ask(house)
    async with browser(house) as visitor:
        await agree(visitor, link, await enter(house, visitor, link))
    await house.send()
    return link


async def test_guardian_who_writes_freely_is_known_and_gets_the_link_again(house: House) -> None:
    first = await guardian(house)
    said = await text(house, MOTHER, "what time does she come home on Thursday?")

    assert said.startswith("Thanks for writing. A person from Bright Hub reads this")
    assert "May we message you" not in said
    assert "outsider_writes: guardian: what time does she come home on Thursday?" in tasks(house)
    again = link_to(house, MOTHER)
    assert again != first
    async with browser(house) as visitor:
        assert "agreed on" in (await enter(house, visitor, again)).text


async def test_link_that_holds_no_more_is_not_sent_again(house: House) -> None:
    await guardian(house)
    change(house, "UPDATE link SET expires_at = 1")

    said = await text(house, MOTHER, "hello there, a question")
    assert "/l/" not in said
    assert "{" not in said


async def test_guardian_who_wants_to_volunteer_is_asked_what_everybody_is(house: House) -> None:
    await guardian(house)

    assert "May we message you" in await text(house, MOTHER, "I would like to volunteer too")
    assert "language" in await text(house, MOTHER, "1")
    await text(house, MOTHER, "1")
    assert "birth" in await text(house, MOTHER, "60614")
    assert not any(one.startswith("outsider_writes") for one in tasks(house))


@pytest.mark.parametrize(("kind", "purpose"), [("college", "aid_office"), ("employer", "manager")])
async def test_contact_of_an_organisation_is_known_before_anything_was_sent(
    house: House, kind: str, purpose: str
) -> None:
    with house.app.database.session() as session:
        organisations.add(session, HUB.id, kind=OrganisationKind(kind), name="Acme", code="ACME42", contact=BOSS)

    assert "Gracias" in await text(house, BOSS, "hola, una pregunta")
    assert tasks(house) == [f"outsider_writes: {purpose}: hola, una pregunta"]
    assert "May we message" not in await text(house, BOSS, "HI")


async def test_supervisor_of_a_place_is_known_by_the_place(house: House) -> None:
    house.add_shift((house.clock.at + timedelta(days=3)).replace(tzinfo=None))
    change(house, f"UPDATE site SET supervisor_contact = '{BOSS}'")  # noqa: S608

    said = await text(house, BOSS, "the gym is closed on Friday")
    assert "Thanks for writing" in said
    assert said == said.strip()  # nothing waits, so there is no link
    assert tasks(house) == ["outsider_writes: hours: the gym is closed on Friday"]


async def test_a_stranger_is_greeted_as_ever(house: House) -> None:
    assert "May we message you" in await text(house, "+13125550999", "hello")
    assert tasks(house) == []
