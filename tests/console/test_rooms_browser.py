"""Flows and reports in a real browser: texts are weighed as one types, charts are drawn, nothing is wrong with any page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import OpenPage, assert_accessible
from tests.console.demo_process import DemoProcess

_SAME = {"sec-fetch-site": "same-origin"}
_PATHS = (
    "/console/flows",
    "/console/flows/one/audiences/employee",
    "/console/flows/one/catalog/screening/zip",
    "/console/flows/words/faq/cost",
    "/console/flows/draft",
    "/console/reports",
    "/console/reports/no_shows?period=all",
    "/console/reports/hours_by_month?period=all",
)


@pytest.fixture
def page(open_page: OpenPage, running: DemoProcess) -> Iterator[Page]:
    """Return a page of somebody who coordinates."""
    page = open_page(running.url)
    page.request.post("/demo/enter/coordinator", headers=_SAME)
    yield page
    _speak(page, "en")


def _speak(page: Page, language: str) -> None:
    page.request.post("/console/account/language", form={"language": language}, headers=_SAME)


def test_a_text_is_weighed_while_it_is_typed(page: Page) -> None:
    page.goto("/console/flows/one/catalog/screening/zip")

    page.locator("textarea").nth(1).fill("¿Cuál es su ZIP? " * 8)

    expect(page.locator(".weight").nth(1)).to_contain_text("Make it dearer: á")
    expect(page.locator(".weight").nth(1)).to_contain_text("3 parts as SMS")


def test_the_chart_is_drawn_from_its_table(page: Page) -> None:
    page.goto("/console/reports/no_shows?period=all")

    expect(page.locator(".chart[data-drawn=yes] canvas")).to_be_visible()
    colours: int = page.locator(".chart canvas").evaluate(
        """(canvas) => {
          const all = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          const seen = new Map();
          for (let at = 0; at < all.length; at += 4) if (all[at + 3] === 255) {
            const name = `${all[at]},${all[at + 1]},${all[at + 2]}`;
            seen.set(name, (seen.get(name) || 0) + 1);
          }
          return [...seen].filter(([name, count]) => count > 200 && new Set(name.split(",")).size > 1).length;
        }"""
    )
    assert colours >= 2  # one for those who came, one for those who did not


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_is_wrong_with_any_page(page: Page, language: str) -> None:
    _speak(page, language)
    for path in _PATHS:
        page.goto(path)
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            assert_accessible(page)
