"""Somebody under 18 names another guardian after a refusal: that one is asked, once, and STATUS says what is true."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from flows.stages import Stage
from storage import people
from tests.bot.house import HUB, House, open_house
from tests.bot.outsiders import MIA, MOTHER, SIGN_UP, SIGN_UP_ES, ask, link_to, rows

FATHER = "+13125550199"
_REFUSED = {"en": "has not agreed, and we are asking nobody now", "es": "ahora no le preguntamos a nadie"}


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url) as opened:
        yield opened


async def refuse(house: House, *, by: str = "decline", language: str = "en") -> None:
    """Let Mia sign up, and her mother refuse at once or later."""
    await ask(house, sign_up=SIGN_UP if language == "en" else SIGN_UP_ES)
    for line in ["no"] if by == "decline" else ["hi", "1", "Maria Lopez", "1", "WITHDRAW"]:
        await house.say("sms", MOTHER, line)


async def name_anew(house: House, name: str, contact: str) -> None:
    for line in ("CHANGE GUARDIAN", name, contact):
        await house.say("sms", MIA, line)


def requests(house: House, contact: str) -> list[str]:
    """List what a guardian was asked with."""
    sent = house.channels["sms"].sent
    return [message.text for message in sent if message.to.user == contact and "parent or guardian" in message.text]


async def status(house: House, word: str = "STATUS") -> str:
    return (await house.say("sms", MIA, word))[-1].text


@pytest.mark.parametrize(("language", "word"), [("en", "STATUS"), ("es", "ESTADO")])
@pytest.mark.parametrize("by", ["decline", "withdraw"])
async def test_status_says_that_nobody_is_asked_after_a_refusal(
    house: House, by: str, language: str, word: str
) -> None:
    await refuse(house, by=by, language=language)

    assert _REFUSED[language] in await status(house, word)


@pytest.mark.parametrize(("language", "word"), [("en", "CHANGE GUARDIAN"), ("es", "CAMBIAR TUTOR")])
async def test_words_that_status_tells_ask_for_name_and_contact(house: House, language: str, word: str) -> None:
    await refuse(house, language=language)

    assert word in await status(house, "STATUS" if language == "en" else "ESTADO")
    asked = [(await house.say("sms", MIA, line))[-1].text for line in (word, "Pedro Lopez", FATHER)]

    names, contacts = {"en": ("full name?", "phone number or e-mail?"), "es": ("nombre completo", "correo o")}[language]
    assert names in asked[0]
    assert contacts in asked[1]
    assert len([message for message in house.channels["sms"].sent if message.to.user == FATHER]) == 1


@pytest.mark.parametrize("contact", [FATHER, MOTHER], ids=["another contact", "the same contact"])
@pytest.mark.parametrize("by", ["decline", "withdraw"])
async def test_another_guardian_is_asked_and_may_agree(house: House, by: str, contact: str) -> None:
    await refuse(house, by=by)
    before = len(requests(house, contact))

    await name_anew(house, "Pedro Lopez", contact)

    assert len(requests(house, contact)) == before + 1
    assert not any(word in requests(house, contact)[-1] for word in ("Lopez", "Maria", "Pedro", "refus", "declin"))
    assert "We are waiting for the consent" in await status(house)
    for line in ("hi", "1", "Pedro Lopez", "1"):
        await house.say("sms", contact, line)
    (mia,) = rows(house, "SELECT stage FROM person WHERE given_name = 'Mia'")
    assert mia["stage"] == Stage.ELIGIBLE


@pytest.mark.parametrize("name", ["Maria Lopez", "maría López Diaz"])
async def test_who_has_refused_is_not_asked_again(house: House, name: str) -> None:
    await refuse(house)

    await name_anew(house, name, MOTHER)
    await house.jump(house.clock.at + timedelta(days=7), step=timedelta(hours=6))

    assert len(requests(house, MOTHER)) == 1
    assert _REFUSED["en"] in await status(house)


async def test_contact_hears_of_two_names_at_most(house: House) -> None:
    await refuse(house)
    await name_anew(house, "Pedro Lopez", MOTHER)
    await house.say("sms", MOTHER, "no")

    await name_anew(house, "Luisa Lopez", MOTHER)

    assert len(requests(house, MOTHER)) == 2
    assert _REFUSED["en"] in await status(house)
    assert "guardian_not_asked" in {row["reason"] for row in rows(house, "SELECT reason FROM task")}


async def test_who_was_set_aside_and_is_named_again_is_asked_again(house: House) -> None:
    await refuse(house)
    await name_anew(house, "Pedro Lopez", FATHER)
    await name_anew(house, "Ana Lopez", "312-555-0177")

    await name_anew(house, "Pedro Lopez", FATHER)

    assert len(requests(house, FATHER)) == 2


async def test_named_again_after_a_refusal_leaves_nobody_asked(house: House) -> None:
    await refuse(house)
    await name_anew(house, "Pedro Lopez", FATHER)

    await name_anew(house, "Maria Lopez", MOTHER)

    assert _REFUSED["en"] in await status(house)
    assert await house.jump(house.clock.at + timedelta(days=7), step=timedelta(hours=6)) == []


async def test_contact_that_wants_no_messages_is_not_asked_and_status_says_so(house: House) -> None:
    await house.say("sms", FATHER, "STOP")
    await refuse(house)

    await name_anew(house, "Pedro Lopez", FATHER)

    assert requests(house, FATHER) == []
    assert _REFUSED["en"] in await status(house)


async def test_first_guardian_who_agrees_after_all_ends_the_question_to_the_second(house: House) -> None:
    await refuse(house, by="withdraw")
    await name_anew(house, "Pedro Lopez", FATHER)
    assert link_to(house, FATHER)

    for line in ("AGREE", "1", "Maria Lopez", "1"):
        await house.say("sms", MOTHER, line)
    await house.jump(house.clock.at + timedelta(days=7), step=timedelta(hours=6))

    assert len(requests(house, FATHER)) == 1


async def test_another_guardian_puts_somebody_where_they_stood(house: House) -> None:
    await ask(house)
    for line in ("hi", "1", "Maria Lopez", "1"):
        await house.say("sms", MOTHER, line)
    with house.app.database.session() as session:
        person = people.find_by_user(session, HUB.id, MIA)
        assert person
        people.move(session, person, Stage.READY, cause="test", now=house.clock.at)
    await house.say("sms", MOTHER, "WITHDRAW")
    await name_anew(house, "Pedro Lopez", FATHER)

    for line in ("hi", "1", "Pedro Lopez", "1"):
        await house.say("sms", FATHER, line)

    (mia,) = rows(house, "SELECT stage FROM person WHERE given_name = 'Mia'")
    assert mia["stage"] == Stage.READY
