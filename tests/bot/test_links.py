"""Links of people outside: guessed, expired, opened twice, forwarded, flooded, forged."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.pages.limits import MOST_MISSES
from flows.messages import Purpose
from tests.bot.house import HUB, House, open_house
from tests.bot.outsiders import MOTHER, agree, ask, browser, change, code_to, enter, rows


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url) as opened:
        yield opened


@pytest.fixture
async def quick(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


def hashes(house: House) -> dict[str, list[dict[str, object]]]:
    """Return the content of every table that a page could change."""
    tables = ("link", "guardian", "guardian_consent", "requirement", "person", "address", "outbox", "task", "booking")
    return {table: rows(house, f"SELECT * FROM {table}") for table in tables}  # noqa: S608


async def test_guessed_expired_revoked_and_locked_links_all_get_the_same_answer(house: House) -> None:
    link = await ask(house)
    async with browser(house) as visitor:
        guessed = await visitor.get(f"/l/{secrets.token_urlsafe(16)}")
        answers = [await visitor.get("/l/x"), await visitor.get(f"/l/{'ñ' * 60}")]
        for spent in ("revoked_at = 1", "revoked_at = NULL, tries = 5", "tries = 0, expires_at = 1"):
            change(house, f"UPDATE link SET {spent}")  # noqa: S608
            answers.append(await visitor.get(link))

    assert guessed.status_code == 404
    for answer in answers:
        assert (answer.status_code, answer.text) == (404, guessed.text)
        assert dict(answer.headers) == dict(guessed.headers)


async def test_nothing_private_is_shown_before_the_code(house: House) -> None:
    link = await ask(house)
    async with browser(house) as visitor:
        shown = [await visitor.get(path) for path in (link, f"{link}/code", f"{link}/page", f"{link}/stop")]
        blind = await visitor.post(f"{link}/page", decision="agree", name="Eva Evil", relation="parent")

    for page in (*shown, blind):
        assert page.status_code == 200
        assert HUB.name in page.text
        assert not re.search(r"Mia|Maria|Lopez|312|0188|60614", page.text.replace(HUB.help_phone, ""))
    assert rows(house, "SELECT id FROM guardian_consent") == []


async def test_code_opens_once_and_only_for_the_browser_that_typed_it(house: House) -> None:
    link = await ask(house)
    async with browser(house) as visitor, browser(house) as other:
        await visitor.post(f"{link}/code")
        code = await code_to(house, MOTHER)
        first = await visitor.post(f"{link}/open", code=f" {code[:3]} {code[3:]} ")
        again = await other.post(f"{link}/open", code=code)
        forwarded = await other.get(f"{link}/page")

    assert "May Mia help" in first.text
    assert again.status_code == 422
    assert "Mia" not in again.text + forwarded.text


async def test_five_wrong_codes_lock_the_link_and_a_human_is_told(house: House) -> None:
    link = await ask(house)
    async with browser(house) as visitor:
        await visitor.post(f"{link}/code")
        code = await code_to(house, MOTHER)
        wrong = "000000" if code != "000000" else "000001"
        answers = [(await visitor.post(f"{link}/open", code=wrong)).status_code for _ in range(6)]
        late = await visitor.post(f"{link}/open", code=code)

    assert answers == [422, 422, 422, 422, 404, 404]
    assert late.status_code == 404
    assert "link_locked" in {row["reason"] for row in rows(house, "SELECT reason FROM task")}


async def test_code_is_stale_after_ten_minutes_and_when_a_newer_one_was_sent(quick: House) -> None:
    link = await ask(quick)
    async with browser(quick) as visitor:
        await visitor.post(f"{link}/code")
        first = await code_to(quick, MOTHER)
        quick.clock.at += timedelta(minutes=1)
        await visitor.post(f"{link}/code")
        second = await code_to(quick, MOTHER)
        old = await visitor.post(f"{link}/open", code=first)
        quick.clock.at += timedelta(minutes=10)
        late = await visitor.post(f"{link}/open", code=second)

    assert "That is not the code" in old.text or first == second
    assert "holds no longer" in late.text


async def test_nobody_is_flooded_with_codes(quick: House) -> None:
    link = await ask(quick)
    async with browser(quick) as visitor:
        for _ in range(30):
            await visitor.post(f"{link}/code")
            quick.clock.at += timedelta(seconds=40)
        refused = await visitor.post(f"{link}/code")

    sent = [message for message in await quick.send() if message.purpose is Purpose.CODE]
    assert len(sent) <= 5
    assert refused.status_code == 429


async def test_who_guesses_many_addresses_is_not_listened_to_any_more(quick: House) -> None:
    link = await ask(quick)
    async with browser(quick) as guesser, browser(quick, address="198.51.100.9"):
        answers = [(await guesser.get(f"/l/{secrets.token_urlsafe(16)}")).status_code for _ in range(MOST_MISSES + 3)]
        good = await guesser.get(link)
        quick.clock.at += timedelta(minutes=11)
        later = await guesser.get(link)

    assert answers == [404] * MOST_MISSES + [429] * 3
    assert good.status_code == 429
    assert later.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"origin": "https://evil.example"}, id="another origin"),
        pytest.param({"origin": "null"}, id="no origin to speak of"),
        pytest.param({"origin": HUB.public_url, "sec-fetch-site": "cross-site"}, id="another site"),
        pytest.param({"sec-fetch-site": "same-site"}, id="a neighbour"),
        pytest.param({}, id="nothing said"),
    ],
)
async def test_forged_change_is_refused_and_changes_nothing(headers: dict[str, str], quick: House) -> None:
    link = await ask(quick)
    async with browser(quick) as visitor:
        form = await enter(quick, visitor, link)
        before = hashes(quick)
        visitor.headers = headers
        paths = ("code", "open", "page") if not headers else ("code", "open", "page", "stop")
        answers = [(await visitor.post(f"{link}/{path}", decision="agree")).status_code for path in paths]
        signed = await agree(visitor, link, form)

    assert set(answers) == {403}
    assert signed.status_code == 403
    assert hashes(quick) == before


async def test_pages_are_strict(quick: House) -> None:
    link = await ask(quick)
    async with browser(quick) as visitor:
        page = await visitor.get(link)
        style = await visitor.get("/page-assets/pages.css")
        big = await visitor.post(f"{link}/open", code="1" * 20_000)

    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert "<script" not in page.text
    assert "http" not in re.sub(r"https?://bright\.example\.org", "", page.text)
    assert style.status_code == 200
    assert big.status_code == 413


async def test_looking_at_a_link_changes_nothing(quick: House) -> None:
    link = await ask(quick)
    before = hashes(quick)
    async with browser(quick) as visitor:
        for path in ("", "/code", "/page", "/stop", "/open"):
            await visitor.get(f"{link}{path}")

    assert hashes(quick) == before
