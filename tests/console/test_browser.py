"""A coordinator's first five minutes in a real browser: sign up, let time pass, answer a reminder."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect, sync_playwright

from tests.bot.replaying import Script, expected, opened, replay
from tests.console.demo_process import DemoProcess

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass(slots=True)
class Seen:
    """What a page must not have."""

    faults: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser."""
    assert _CHROMIUM, "install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.fspath(_CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def seen() -> Seen:
    """Return a list of what went wrong in the page."""
    return Seen()


@pytest.fixture(params=[(1280, 900)], ids=["desk"])
def page(request: pytest.FixtureRequest, browser: Browser, running: DemoProcess, seen: Seen) -> Iterator[Page]:
    """Return a page that notes every fault and refuses every request that leaves this machine."""
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height}, base_url=running.url)
    page.on("console", lambda message: seen.faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.faults.append(str(error)))

    def route(route: Route) -> None:
        if route.request.url.startswith(running.url):
            route.continue_()
        else:
            seen.outside.append(route.request.url)
            route.abort()

    page.route("**/*", route)
    yield page
    page.close()


def test_a_volunteer_signs_up_books_a_training_and_answers_the_reminder(page: Page, seen: Seen) -> None:
    page.goto("/")
    page.get_by_role("link", name="New by SMS").click()
    for text in ("HI", "1", "English", "60614", "5/14/1956"):
        _write(page, text)
    _press(page, "slack", "55 or older")
    _press(page, "telegram", 0)
    _press(page, "slack", 0)
    _press(page, "telegram", "Tutor")
    _write(page, "weekday afternoons")
    _press(page, "sms", "1")
    _write(page, "<b>Ana</b> & <script>")
    for text in ("Ana Lopez", "Karen Hill", "karen@example.org", "Bill Novak", "bill@example.org"):
        _write(page, text)
    expect(page.locator(".person")).to_contain_text("Vetting")
    before = _ours(page, "sms").count()
    page.get_by_role("button", name="All checks are done").click()
    expect(_ours(page, "sms")).to_have_count(before + 1)
    _write(page, "TRAINING")
    _press(page, "sms", "1")
    expect(page.locator(".person")).to_contain_text("Training booked")

    before = _ours(page, "sms").count()
    page.get_by_role("button", name="Next reminder").click()
    expect(page.locator("#told")).to_contain_text("It is now")
    expect(_ours(page, "sms")).to_have_count(before + 1)
    expect(page.locator(".inspector")).to_contain_text("sent")
    _write(page, "C")
    expect(page.locator(".inspector")).to_contain_text("Confirmed")
    expect(page.locator("#people a[aria-current=page]")).to_contain_text("Ana Lopez")

    before = _ours(page, "sms").count()
    page.get_by_role("button", name="Mark as attended").click()
    expect(page.locator(".person")).to_contain_text("Trained")
    expect(_ours(page, "sms")).to_have_count(before + 1)
    _write(page, "SHIFTS")
    _press(page, "telegram", 0)
    expect(page.locator(".person")).to_contain_text("Placed")
    assert seen == Seen()


def test_a_message_that_comes_meanwhile_appears_by_itself(page: Page, browser: Browser, seen: Seen) -> None:
    page.goto("/simulator/telegram/800000555")
    expect(page.locator(".telegram .messages")).to_contain_text("Nobody has written yet")

    elsewhere = browser.new_page(base_url=page.url)
    elsewhere.goto(page.url)
    elsewhere.get_by_role("button", name="Press Start").click()
    expect(_ours(page, "telegram")).to_have_count(1)
    elsewhere.close()

    assert seen == Seen()


def test_people_are_found_by_name_stage_language_and_channel(page: Page, seen: Seen) -> None:
    page.goto("/simulator")
    shown = page.locator("#people li:visible")
    expect(page.locator("#people-count")).to_have_text(re.compile(r"2\d\d people"))

    page.get_by_label("Stage").select_option("Serving")
    expect(shown).to_have_count(28)
    page.get_by_label("Channel").select_option("SMS")
    page.get_by_role("searchbox").fill("zzz")
    expect(page.locator("#nobody")).to_be_visible()
    page.get_by_role("searchbox").fill("")
    shown.first.click()

    expect(page.locator(".person")).to_contain_text("Serving")
    assert seen == Seen()


@pytest.mark.parametrize("page", [(320, 640)], ids=["small phone"], indirect=True)
def test_a_small_screen_shows_one_channel_at_a_time_and_never_scrolls_sideways(page: Page, seen: Seen) -> None:
    page.goto("/simulator/sms/+16305550188")
    _write(page, "HI")

    page.locator(".views").get_by_text("Telegram").click()

    expect(page.locator(".phone.telegram")).to_be_visible()
    expect(page.locator(".phone.sms")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert seen == Seen()


def test_everything_can_be_done_by_keyboard(page: Page, seen: Seen) -> None:
    page.goto("/simulator/slack/U0NEW777")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the talk")).to_be_focused()
    page.keyboard.press("Enter")
    box = page.locator(".slack .composer input")
    box.focus()
    page.keyboard.type("hi")
    page.keyboard.press("Enter")
    agree = page.locator(".slack .block-button").first
    expect(agree).to_be_visible()
    agree.focus()
    page.keyboard.press("Enter")

    expect(_ours(page, "slack")).to_have_count(2)
    assert seen == Seen()


def test_a_talk_is_kept_by_keyboard_and_played_again_as_it_went(page: Page, tmp_path: Path, seen: Seen) -> None:
    page.goto("/simulator/sms/+16305550199")
    for text in ("HI", "yes", "english", "60614"):
        _write(page, text)
    page.get_by_role("button", name="+1 day").click()
    expect(page.locator("#told")).to_contain_text("It is now")
    _write(page, "5/14/1956")
    _press(page, "slack", "55 or older")

    name = page.get_by_label("What it shows")
    name.focus()
    page.keyboard.type("Back after a day")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Keep as test")).to_be_focused()
    with page.expect_download() as kept:
        page.keyboard.press("Enter")
    file = tmp_path / kept.value.suggested_filename
    kept.value.save_as(file)

    assert file.name == "back_after_a_day.toml"
    script = tomllib.loads(file.read_text("utf-8"))
    with ThreadPoolExecutor(1) as elsewhere:  # the browser has a loop under way in this thread
        assert elsewhere.submit(asyncio.run, _heard(script, tmp_path)).result() == expected(script)
    assert {key for turn in script["turn"] for key in turn} == {"you", "tap", "until", "bot"}
    expect(name).to_have_value("Back after a day")
    assert seen == Seen()


async def _heard(script: Script, folder: Path) -> list[list[str]]:
    async with opened(script, folder) as house:
        return await replay(script, house, "sms")


def _write(page: Page, text: str) -> None:
    """Write by SMS and wait for the answer."""
    before = _ours(page, "sms").count()
    box = page.locator(".phone.sms .composer input")
    box.fill(text)
    box.press("Enter")
    expect(_ours(page, "sms")).to_have_count(before + 1)


def _press(page: Page, channel: str, button: str | int) -> None:
    """Press a button of the last message, by its words or its place, and wait for the answer."""
    before = _ours(page, channel).count()
    buttons = _ours(page, channel).last.get_by_role("button")
    pressed = buttons.nth(button) if isinstance(button, int) else buttons.filter(has_text=re.compile(f"^{button}$"))
    pressed.click()
    expect(_ours(page, channel)).to_have_count(before + 1)


def _ours(page: Page, channel: str) -> Locator:
    """Return what the bot has said."""
    return page.locator(f".phone.{channel} .ours")
