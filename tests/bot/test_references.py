"""References: asked by a link of their own, their answers kept for a coordinator, who alone decides."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands import vetting_desk
from bot.commands.places import Desk
from flows.messages import Outbound
from flows.rules.references import HOW_KNOWN, Reference, read_reference
from flows.stages import Stage
from tests.bot.house import HUB, House, open_house
from tests.bot.outsiders import Browser, browser, enter, link_to, rows

ANN, ROSA, OMAR = "+13125550142", "+13125550177", "omar@example.org"
CHECKED = replace(HUB, requires=("reference",))
#: From a first word to the summary, for a mentor of 70.
SCREENED = ("HI", "1", "1", "60614", "5/14/1956", "3", "1", "1", "2", "weekday afternoons", "1")
NAMED = ("Ann Arbor", "Rosa Diaz", "312-555-0177", "Omar Haddad", OMAR)


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url, hub=CHECKED) as opened:
        yield opened


async def sign_up(house: House, *named: str) -> list[Outbound]:
    """Name two references; return all that left since the last answer, when it is day in all fifty states."""
    left: list[Outbound] = []
    for line in (*SCREENED, *(named or NAMED)):
        left = await house.say("sms", ANN, line)
    return left + await house.jump(house.clock.at + timedelta(hours=4))


async def answer(house: House, contact: str, **form: str) -> Browser:
    """Open the link of a reference and send the form."""
    link = link_to(house, contact)
    async with browser(house) as visitor:
        await enter(house, visitor, link, contact=contact)
        page = await visitor.post(f"{link}/page", **{"how": "work", "recommends": "yes", **form})
        assert "Thank you" in page.text
    return visitor


def statuses(house: House) -> list[str]:
    return [str(row["status"]) for row in rows(house, "SELECT status FROM requirement ORDER BY nth")]


def reasons(house: House) -> list[str]:
    return [str(row["reason"]) for row in rows(house, "SELECT reason FROM task ORDER BY id")]


def desk_of(house: House) -> Desk:
    return Desk(database=house.app.database, hub=CHECKED, library=house.app.library)


async def test_each_reference_gets_one_neutral_message_with_a_link_of_their_own(house: House) -> None:
    left = await sign_up(house)

    asked = {message.to.user: message.text for message in left if message.to.user != ANN}
    assert sorted(asked) == [ROSA, OMAR]
    for text in asked.values():
        assert "Ann wants to help children learn and named you as a reference" in text
        assert not re.search(r"Arbor|312555|60614|1956|55 or older", text)
    assert len({re.findall(r"/l/[\w-]+", text)[0] for text in asked.values()}) == 2
    await house.jump(house.clock.at + timedelta(days=15))
    (_, again) = [message.text for message in house.channels["sms"].sent if message.to.user == ROSA]
    assert "We will not ask again" in again


async def test_page_shows_two_questions_and_no_more_than_the_first_name(house: House) -> None:
    await sign_up(house)
    link = link_to(house, ROSA)

    async with browser(house) as visitor:
        landing = await visitor.get(link)
        page = await enter(house, visitor, link, contact=ROSA)
        empty = await visitor.post(f"{link}/page")
        spanish = await visitor.get(f"{link}/page?lang=es")

    assert "Ann" not in landing.text
    assert "How do you know Ann?" in page.text
    assert not re.search(r"Arbor|0142|60614|1956|[Tt]eacher|[Pp]rincipal", page.text)
    assert empty.status_code == 422
    assert empty.text.count("Please choose one.") == 2
    assert "¿De dónde conoce a Ann?" in spanish.text


async def test_answer_waits_for_a_coordinator_whatever_it_is(house: House) -> None:
    await sign_up(house)

    await answer(house, ROSA, recommends="no", comment="Often late.\nNever came.")

    assert statuses(house) == ["pending", "asked"]
    assert reasons(house)[-1] == "reference_answered"
    (person,) = rows(house, "SELECT stage FROM person WHERE given_name = 'Ann'")
    assert person["stage"] == Stage.VETTING
    said = "\n".join(vetting_desk.list_requirements(desk_of(house), ANN))
    assert "1: Rosa Diaz, answered 2026-11-23, knows them from work, does NOT recommend" in said
    assert '"Often late. Never came."' in said
    assert "2: Omar Haddad, asked 2026-11-23" in said


async def test_first_answer_stays_and_is_not_shown_again(house: House) -> None:
    await sign_up(house)
    link = link_to(house, ROSA)

    async with browser(house) as visitor:
        await enter(house, visitor, link, contact=ROSA)
        await visitor.post(f"{link}/page", how="group", recommends="yes", comment="Kind")
        again = await visitor.post(f"{link}/page", how="other", recommends="no", comment="Unkind")

    assert "Thank you" in again.text
    assert "Kind" not in again.text
    (kept,) = rows(house, "SELECT how_known, recommends, comment FROM referee WHERE status = 'answered'")
    assert (kept["how_known"], bool(kept["recommends"]), kept["comment"]) == ("group", True, "Kind")
    assert reasons(house).count("reference_answered") == 1


async def test_what_a_coordinator_decided_stays_decided(house: House) -> None:
    await sign_up(house)
    vetting_desk.set_requirement(desk_of(house), ANN, "reference", "met", nth=1, since=None, reference="", by="dana")
    await house.send()

    await answer(house, ROSA, recommends="no")

    assert statuses(house) == ["met", "asked"]


async def test_who_wants_no_messages_is_not_asked_and_a_human_is_told(house: House) -> None:
    await house.say("sms", ROSA, "HI")
    await house.say("sms", ROSA, "STOP")

    left = await sign_up(house)

    assert [message.to.user for message in left if message.to.user != ANN] == [OMAR]
    assert "reference_not_asked" in reasons(house)


async def test_reference_who_writes_stop_hears_nothing_more(house: House) -> None:
    await sign_up(house)

    await house.say("sms", ROSA, "STOP")
    link = link_to(house, ROSA)
    async with browser(house) as visitor:
        await visitor.post(f"{link}/code")

    assert [message.to.user for message in await house.send()] == []


async def test_nobody_is_written_to_once_a_coordinator_has_decided(house: House) -> None:
    for line in (*SCREENED, *NAMED):  # it is night in Honolulu: the letters wait
        await house.say("sms", ANN, line)
    vetting_desk.set_requirement(desk_of(house), ANN, "reference", "met", nth=1, since=None, reference="", by="dana")

    later = await house.jump(house.clock.at + timedelta(hours=4))

    assert [message.to.user for message in later] == [OMAR]


async def test_nobody_is_written_to_while_it_is_night_somewhere(house: House) -> None:
    for line in (*SCREENED, *NAMED):  # at ten in Chicago, six in Honolulu: where a reference is nobody knows
        left = await house.say("sms", ANN, line)

    assert {message.to.user for message in left} == {ANN}
    assert await house.jump(house.clock.at + timedelta(hours=2, minutes=45)) == []
    later = await house.jump(house.clock.at + timedelta(minutes=30))
    assert {message.to.user for message in later} == {ROSA, OMAR}


@pytest.mark.parametrize("second", ["312-555-0177", "(312) 555 0177"])
async def test_one_person_is_not_both_references(house: House, second: str) -> None:
    left = await sign_up(house, "Ann Arbor", "Rosa Diaz", "312-555-0177", "Rose Dias", second)

    assert [message.to.user for message in left if message.to.user != ANN] == [ROSA]
    assert "reference_not_asked" in reasons(house)


async def test_nobody_is_their_own_reference(house: House) -> None:
    left = await sign_up(house, "Ann Arbor", "Rosa Diaz", "312-555-0142")

    assert "That is your own number" in left[0].text


async def test_another_contact_takes_the_place_of_the_first(house: House) -> None:
    await sign_up(house)
    link = link_to(house, ROSA)

    await house.say("sms", ANN, "CHANGE contact of my first reference")
    left = await house.say("sms", ANN, "rosa@example.org")
    left += await house.jump(house.clock.at + timedelta(hours=1))

    assert "rosa@example.org" in {message.to.user for message in left}
    async with browser(house) as visitor:
        assert (await visitor.get(link)).status_code == 404
    kept = rows(house, "SELECT status FROM referee WHERE nth = 1 ORDER BY id")
    assert [row["status"] for row in kept] == ["replaced", "asked"]


async def test_erasing_the_person_erases_whom_they_named_and_what_was_said(house: House) -> None:
    await sign_up(house)
    await answer(house, ROSA, comment="A kind soul")

    await house.say("sms", ANN, "please delete my data")
    await house.say("sms", ANN, "DELETE")

    assert rows(house, "SELECT id FROM referee") == []
    assert rows(house, "SELECT id FROM link") == []
    assert not {ROSA, OMAR} & {row["contact"] for row in rows(house, 'SELECT "user" AS contact FROM address')}
    assert [row for row in rows(house, "SELECT body FROM outbox") if "Ann" in str(row["body"])] == []


async def test_reference_who_is_erased_leaves_an_answer_without_a_name(house: House) -> None:
    await sign_up(house)
    await answer(house, ROSA, comment="A kind soul")

    await house.say("sms", ROSA, "please delete my data")
    await house.say("sms", ROSA, "DELETE")

    (kept,) = rows(house, "SELECT name, comment, address_id, recommends FROM referee WHERE nth = 1")
    assert (kept["name"], kept["comment"], kept["address_id"], bool(kept["recommends"])) == ("", "", None, True)


@pytest.mark.parametrize(
    ("form", "read"),
    [
        ({}, ("how", "recommends")),
        ({"how": "school", "recommends": "yes"}, ("how",)),
        ({"how": "work", "recommends": "maybe"}, ("recommends",)),
        ({"how": "work", "recommends": "no", "comment": "x" * 501}, ("comment",)),
        ({"how": "work", "recommends": "no", "comment": " a \n b "}, Reference(how_known="work", recommends=False, comment="a b")),
    ],
)  # fmt: skip
def test_form_is_read_or_told_what_is_wrong(form: dict[str, str], read: object) -> None:
    assert read_reference(form) == read
    assert not {"school", "teacher", "principal"} & set(HOW_KNOWN)
