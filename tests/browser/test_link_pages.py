"""Every page of a link in a real browser: by keyboard alone, in both languages, at three widths, light and dark."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from bot.pages.registry import PAGES
from flows.rules.links import LinkPurpose
from storage.tables import LetterRow
from tests.bot.house import HUB, House
from tests.bot.outsiders import code_to
from tests.browser.pages import (
    LANGUAGES,
    OpenPage,
    assert_accessible,
    assert_everywhere,
    assert_fits,
    press,
    tab_to,
)
from tests.browser.stage import Stage, staged
from tests.browser.ways import WAYS, hub_for

#: A wrong form is answered with 422, which a browser calls an error.
_REFUSED: Final = "422"
_LEAST_LETTERS_PX: Final = 18


def check(page: Page, language: str) -> None:
    """Look at the page in one language everywhere, in the other for what its longer words could spoil; letters are large."""
    page.wait_for_load_state()
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= _LEAST_LETTERS_PX
    if language == "en":
        assert_everywhere(page)
    else:
        assert_accessible(page)
        assert_fits(page)


def enter(
    page: Page, stage: Stage, link: str, contact: str, look: Callable[[Page, str], None] = lambda *_: None
) -> None:
    """Go through the door by keyboard: have the code sent, type it, arrive."""
    page.goto(link)
    look(page, "en")
    press(page, page.get_by_role("link", name="Español"))
    expect(page.locator("html")).to_have_attribute("lang", "es")
    look(page, "es")
    press(page, page.get_by_role("link", name="English"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    press(page, page.locator("button.primary"))
    field = page.locator("#code")
    expect(field).to_be_visible()
    look(page, "en")
    code = stage.do(lambda house: code_to(house, contact))
    tab_to(page, field)
    page.keyboard.type("000000" if code != "000000" else "000001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "en")
    tab_to(page, field)
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{stage.url}{link}/page?lang=en")


def _guardian(page: Page, language: str) -> None:
    press(page, page.locator("button[value=agree]"))
    expect(page.locator("#name-wrong")).to_be_visible()
    assert_accessible(page)
    if language == "es":
        tab_to(page, page.locator("#name"))
        page.keyboard.type("Maria Elena Lopez")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        press(page, page.locator("button[value=agree]"))
        expect(page.get_by_role("status")).to_be_visible()


def _aid_office(page: Page, language: str) -> None:
    press(page, page.locator("button[value=yes]"))
    expect(page.locator("#hours-wrong")).to_be_visible()
    assert_accessible(page)
    if language == "es":
        for name, typed in (("hours", "120"), ("weekly", "10")):
            tab_to(page, page.locator(f"#{name}"))
            page.keyboard.type(typed)
        page.locator("#last_day").fill("2027-05-15")
        press(page, page.locator("button[value=yes]"))
        expect(page.get_by_role("status")).to_be_visible()


def _manager(page: Page, language: str) -> None:
    if language == "es":
        press(page, page.locator("button[value=no]").last)  # of the last of those listed
        expect(page.locator("button[value=no]")).to_have_count(1)  # the page that has one place left
        press(page, page.locator("button[value=yes]"))
        expect(page.get_by_role("status")).to_be_visible()


def _hours(page: Page, language: str) -> None:
    press(page, page.locator("summary").first)
    tab_to(page, page.locator("input[name=hours]").first)
    page.keyboard.type("??")
    press(page, page.locator("button[value=correct]").first)
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)
    if language == "es":
        press(page, page.locator("button[value=approve]"))
        expect(page.get_by_role("status").first).to_be_visible()


def _reference(page: Page, language: str) -> None:
    press(page, page.locator("button.primary"))
    expect(page.get_by_role("alert").first).to_be_visible()
    assert_accessible(page)
    if language == "es":
        for name, value in (("how", "work"), ("recommends", "yes")):
            page.locator(f"input[name={name}][value={value}]").focus()
            page.keyboard.press("Space")
        press(page, page.locator("button.primary"))
        expect(page.get_by_role("status")).to_be_visible()


def _file(page: Page, language: str) -> None:
    with page.expect_download() as fetched:
        press(page, page.locator("button[value=fetch]"))
    assert fetched.value.suggested_filename


#: What is done on each page: something wrong in both languages, and at last what it is for.
ACTS: Final[dict[LinkPurpose, Callable[[Page, str], None]]] = {
    LinkPurpose.GUARDIAN: _guardian,
    LinkPurpose.AID_OFFICE: _aid_office,
    LinkPurpose.MANAGER: _manager,
    LinkPurpose.REFERENCE: _reference,
    LinkPurpose.HOURS: _hours,
    LinkPurpose.LETTER: _file,
    LinkPurpose.EXPORT: _file,
}


@pytest.mark.parametrize("purpose", sorted(PAGES))
def test_a_page_is_for_everybody(purpose: LinkPurpose, tmp_path: Path, open_page: OpenPage) -> None:
    assert purpose in ACTS, "say in tests/browser how one gets to the page and what is done there"
    with staged(tmp_path, hub=hub_for(purpose)) as stage:
        link, contact = stage.do(WAYS[purpose])
        page = open_page(stage.url, width=320, expected=_REFUSED)
        enter(page, stage, link, contact, check if purpose is LinkPurpose.GUARDIAN else lambda *_: None)
        for language in LANGUAGES:
            page.goto(f"{link}/page?lang={language}")
            expect(page.locator("h1")).to_have_count(1)
            check(page, language)
            ACTS[purpose](page, language)
        for language in LANGUAGES:
            page.goto(f"{link}/page?lang={language}")
            assert_accessible(page)


def test_a_letter_is_checked_and_a_dead_link_says_so(tmp_path: Path, open_page: OpenPage) -> None:
    async def issue(house: House) -> None:
        today = house.clock.at.date()
        with house.app.database.session() as session:
            session.add(
                LetterRow(
                    hub=HUB.id,
                    code="ABCD2345EFGH",
                    initials="A. L.",
                    minutes=90,
                    first_on=today,
                    last_on=today,
                    issued_on=today,
                    created_at=house.clock.at,
                )
            )
        await asyncio.sleep(0)

    with staged(tmp_path) as stage:
        stage.do(issue)
        page = open_page(stage.url, width=320, expected="404")
        for language in LANGUAGES:
            page.goto(f"/verify?lang={language}")
            check(page, language)
            tab_to(page, page.locator("#letter-code"))
            page.keyboard.type("WRONGCODE")
            page.keyboard.press("Enter")
            expect(page.get_by_role("alert")).to_be_visible()
            check(page, language)
            page.locator("#letter-code").fill("ABCD-2345-EFGH")
            page.keyboard.press("Enter")
            expect(page.get_by_role("status")).to_be_visible()
            check(page, language)
            page.goto(f"/l/{'a' * 22}?lang={language}")
            expect(page.locator("h1")).to_have_count(1)
            check(page, language)
