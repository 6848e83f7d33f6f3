"""The whole house: a minor by Twilio, a guardian by a real mail server and real HTTP, on both databases."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp
import pytest

from storage import people
from storage.database import Database
from tests.bot.outsiders import MAIL, MOTHER, SIGN_UP
from tests.bot.served import Served, Vendors, served
from tests.bot.test_serve import VOLUNTEER, has, text, until

#: The real clock runs here, and nobody wants to wait for the morning.
NEVER_QUIET = 'quiet_hours = "23:59-00:01"\nquiet_until_sunday = "00:01"'


async def sign_up(house: Served, vendors: Vendors) -> None:
    for number, line in enumerate(SIGN_UP, start=1):
        assert await text(house, MAIL if line == MOTHER else line) == 200
        await until(lambda number=number: has(vendors.twilio.messages, number, VOLUNTEER))  # type: ignore[misc]


async def read(client: aiohttp.ClientSession, url: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    headers = {"origin": f"http://{url.split('/')[2]}"}
    request = client.get(url) if form is None else client.post(url, data=form, headers=headers)
    async with request as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_guardian_agrees_by_mail_and_page(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    with request.getfixturevalue(f"new_{database}")() as url:
        async with served(tmp_path, database_url=url, hub=NEVER_QUIET) as (house, vendors):
            await sign_up(house, vendors)
            await until(lambda: len(vendors.mail.mails) == 1)
            asked = vendors.mail.mails[0]
            body = asked.get_body(("plain",))
            assert body
            found = re.search(rf"{house.url}/l/[\w-]{{22}}", body.get_content())
            assert found, body.get_content()
            link = found[0]

            jar = aiohttp.CookieJar(unsafe=True)  # it would else take none from a number for a name
            async with aiohttp.ClientSession(cookie_jar=jar) as client:
                _, landing = await read(client, link)
                await read(client, f"{link}/code", {})
                await until(lambda: len(vendors.mail.mails) == 2)
                code_mail = vendors.mail.mails[1].get_body(("plain",))
                assert code_mail
                code = re.search(r"\b\d{6}\b", code_mail.get_content())
                assert code
                _, form = await read(client, f"{link}/open", {"code": code[0]})
                version = re.search(r'name="version" value="(\w+)"', form)
                assert version
                signed = {"name": "Maria Lopez", "relation": "parent", "decision": "agree", "version": version[1]}
                _, receipt = await read(client, f"{link}/page", signed)
                async with client.post(f"{link}/page", data={"decision": "withdraw"}) as forged:
                    assert forged.status == 403

            await until(lambda: has(vendors.twilio.messages, len(SIGN_UP) + 1, VOLUNTEER))
            with_stop = asked["List-Unsubscribe"]
        opened = Database(url)
        with opened.reading() as session:
            person = people.find_by_user(session, "test", VOLUNTEER)
            assert person
            assert person.stage == "eligible"
        opened.close()

    assert vendors.mail.recipients == [MAIL, MAIL]
    assert f"<{link}/stop>" in with_stop
    assert "Mia" not in landing
    assert "May Mia help at a school?" in form
    assert "Maria Lopez (Parent) agreed" in receipt
    assert vendors.twilio.messages[-1]["body"].startswith("Good news, Mia")
