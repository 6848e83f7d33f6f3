"""Whoever asks fetches all that is kept about them: by a link and a code, for a day, and nothing of anybody else."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage import own_data
from storage.tables import Table
from tests.bot.house import House, open_house
from tests.bot.outsiders import Browser, browser, code_to, rows

USER = "+13125550177"
SIGN_UP = ("HI", "1", "1", "60614", "5/14/1956", "3", "1", "1", "2", "weekday afternoons", "1", "1", "Ana Torres")


async def ask(house: House, words: str = "MY DATA") -> str:
    """Ask for the link; return its path."""
    (reply,) = await house.say("sms", USER, words)
    found = re.search(r"https://bright\.example\.org(/l/[\w-]{22})", reply.text)
    assert found, reply.text
    return found[1]


async def fetch(house: House, visitor: Browser, link: str) -> str:
    """Type in the code and take the file."""
    await visitor.post(f"{link}/code")
    page = await visitor.post(f"{link}/open", code=await code_to(house, USER))
    assert page.status_code == 200
    got = await visitor.post(f"{link}/page", decision="fetch")
    assert got.headers["content-type"].startswith("application/json")
    assert "attachment" in got.headers["content-disposition"]
    return got.text


@pytest.mark.parametrize("words", ["MY DATA", "mis datos", "What do you know about me?"])
async def test_person_fetches_all_of_theirs_and_nothing_of_others(tmp_path: Path, words: str) -> None:
    async with open_house(tmp_path) as house, browser(house) as visitor:
        house.add_training(datetime.fromisoformat("2026-12-01T17:00"))
        for user, name in ((USER, "Ana Torres"), ("+13125550178", "Zebulon Quark")):
            for text in (*SIGN_UP[:-1], name):
                await house.say("sms", user, text)
        text = await fetch(house, visitor, await ask(house, words))

    data = json.loads(text)
    assert data["person"]["given_name"] == "Ana"
    assert data["person"]["answers"]["zip"] == "60614"
    assert data["addresses"][0]["user"] == USER
    assert [booking["starts_local"] for booking in data["bookings"]] == ["2026-12-01T17:00"]
    assert {"HI", "weekday afternoons"} <= {message["body"] for message in data["messages"]}
    assert data["consents"][0]["granted"] is True
    assert {row["what"] for row in data["decisions"]} == {"stage"}
    assert not re.search(r"Zebulon|Quark|5550178|_hash|/l/[\w-]{22}", text)


async def test_link_holds_for_a_day_and_the_latest_alone(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, browser(house) as visitor:
        await house.say("sms", USER, "HI")
        first, second = await ask(house), await ask(house)
        codes = [(await visitor.get(link)).status_code for link in (first, second)]
        house.clock.at += timedelta(hours=24)
        late = await visitor.get(second)

    assert codes == [404, 200]
    assert late.status_code == 404


async def test_nothing_is_shown_without_the_code(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, browser(house) as visitor:
        for text in SIGN_UP[:6]:
            await house.say("sms", USER, text)
        link = await ask(house)
        landing, blind = await visitor.get(link), await visitor.post(f"{link}/page", decision="fetch")

    assert "60614" not in landing.text + blind.text
    assert "json" not in blind.headers["content-type"]


async def test_link_is_erased_from_what_was_sent(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.say("sms", USER, "HI")
        token = (await ask(house)).removeprefix("/l/")
        bodies = " ".join(str(row["body"]) for row in rows(house, "SELECT body FROM outbox"))

    assert "/l/***" in bodies
    assert token not in bodies


#: Tables that hold nothing about one person.
_OF_NOBODY = {
    *("hub", "partner", "site", "holiday", "flow_revision", "publication", "slot", "series", "broadcast", "cover"),
    *("organisation", "requirement_policy", "site_requirement", "audit_head", "suppression", "draft_text"),
    "wrong_code",  # a hash for a day, that outlives its person
    # Those who work for the hub and what they wrote for everybody, programs that may come in, texts sent in a day.
    *("console_user", "console_user_site", "console_session", "console_invitation", "canned_reply", "saved_audience"),
    *("api_token", "webhook", "spending"),
    "erasure",  # by a reference that is nobody's any more
}


def test_every_table_about_people_is_in_the_file() -> None:
    about = {table.name for table in Table.metadata.sorted_tables} - _OF_NOBODY
    read = {name for name in vars(own_data) if name.endswith("Row")}

    assert about == {getattr(own_data, name).__tablename__ for name in read} - _OF_NOBODY
