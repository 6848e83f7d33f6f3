"""The calendar in a real browser: at one press who came, filters at once, and nothing wrong with any page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import OpenPage, assert_accessible
from tests.console.demo_process import DemoProcess

_WEEK = "/console/calendar?day=2026-11-24"
_SAME = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def page(open_page: OpenPage, running: DemoProcess) -> Iterator[Page]:
    """Return a page of somebody who coordinates."""
    page = open_page(running.url)
    page.request.post("/demo/enter/coordinator", headers=_SAME)
    yield page
    _speak(page, "en")


def _speak(page: Page, language: str) -> None:
    page.request.post("/console/account/language", form={"language": language}, headers=_SAME)


def test_filters_apply_at_once_and_attendance_is_one_press(page: Page) -> None:
    page.goto(_WEEK)
    trainings = page.locator(".week th[scope=row]")
    everything = trainings.count()
    page.get_by_label("Kind").select_option("training")
    expect(page).to_have_url(re.compile("kind=training"))
    expect(trainings).not_to_have_count(everything)

    page.goto("/console/calendar?day=2026-11-17")
    page.locator("a.seats", has_text=re.compile(r"^(?!.*0/).*/", re.DOTALL)).first.click()
    roster = page.locator("#roster")
    expect(roster).to_be_visible()
    undone = roster.get_by_role("button", name="Undo").first
    undone.click()
    came = roster.get_by_role("button", name=re.compile("^Came"))
    expect(came).to_have_count(1)
    came.click()
    expect(came).to_have_count(0)
    expect(roster.locator(".tag.good").first).to_be_visible()


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_is_wrong_with_any_page(page: Page, language: str) -> None:
    _speak(page, language)
    page.goto(f"{_WEEK}&open=1")
    slot = page.locator("a.seats.is-some").last.get_attribute("href")

    paths = (
        _WEEK,
        f"{_WEEK}&view=list",
        f"{slot}?words=an",
        f"{slot}/edit",
        f"{slot}/call-off",
        "/console/calendar/new",
        "/console/calendar/holidays",
        "/console/calendar/sign-in?day=2026-11-24",
    )
    for path in paths:
        page.goto(path)
        for width, height in ((1280, 900), (320, 640)):
            page.set_viewport_size({"width": width, "height": height})
            assert_accessible(page)
