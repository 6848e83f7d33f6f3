"""Pages in a real browser, for every test of what people see: opened at a width, in a language, light or dark, and watched.

Use the fixture ``open_page`` (``tests/conftest.py`` registers it for all tests) and end with ``assert_accessible(page)`` for
the page as it stands, or ``assert_everywhere(page)`` for all widths and the dark (a third of a second each). Whatever a page must not do, writing an error to the console or
asking anybody but this machine for something, fails the test by itself when it ends.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Locator, Page, Route, sync_playwright

_CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
Scheme = Literal["light", "dark"]
#: A desk, a usual telephone, and the smallest that WCAG asks for (1.4.10).
WIDTHS: Final = (1280, 390, 320)
LANGUAGES: Final = ("en", "es")
_HEIGHTS: Final = {1280: 900, 390: 844, 320: 640}
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
#: Every rule of WCAG 2.2 A and AA that a program can judge, and axe's own advice.
_RULES: Final = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
#: All that another colour scheme can spoil.
COLOURS: Final = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
_AXE: Final = """async (only) => {
  const found = await axe.run(document, {runOnly: only, resultTypes: ["violations"]});
  return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${one.help}: ${node.html}`));
}"""
#: What axe does not judge: a page that is cut off, and what is too small to be pressed (WCAG 2.2, 2.5.8; links within a
#: sentence may be).
_MEASURE: Final = """() => {
  const faults = [];
  if (document.documentElement.scrollWidth > window.innerWidth)
    faults.push(`wider than the screen: ${document.documentElement.scrollWidth} > ${window.innerWidth}`);
  const pressed = "button, select, summary, input:not([type=hidden]), textarea, a[href], [role=button]";
  for (const one of document.querySelectorAll(pressed)) {
    const target = one.matches("input[type=radio], input[type=checkbox]") ? one.closest("label") || one : one;
    const box = target.getBoundingClientRect();
    const isInText = one.matches("a") && getComputedStyle(one).display === "inline" && one.closest("p, li, td");
    if (box.width === 0 || isInText || box.right < 0) continue;
    if (box.width < 24 || box.height < 24)
      faults.push(`too small, ${Math.round(box.width)} by ${Math.round(box.height)}: ${one.outerHTML.slice(0, 120)}`);
  }
  return faults;
}"""
_HAS_FOCUS_RING: Final = """(one) => {
  const style = getComputedStyle(one);
  return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
}"""


@dataclass(slots=True)
class Seen:
    """What a page must not do."""

    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


class OpenPage(Protocol):
    """Opens a page; it is watched from then on."""

    def __call__(
        self, base_url: str, *, width: int = 1280, language: str = "en", scheme: Scheme = "light", expected: str = ""
    ) -> Page:
        """Open an empty page.

        Args:
            base_url: where paths lead.
            expected: words of console errors that belong to the test, like those of an answer 422.
        """


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return the browser, one a file: while it runs, its thread cannot run asynchronous tests."""
    assert _CHROMIUM, "install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.fspath(_CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Return a way to open pages, each in a browser profile of its own."""
    seen, contexts = Seen(), []

    def open_one(
        base_url: str, *, width: int = 1280, language: str = "en", scheme: Scheme = "light", expected: str = ""
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": _HEIGHTS.get(width, 800)},
            base_url=base_url,
            color_scheme=scheme,
            locale={"en": "en-US", "es": "es-MX"}[language],
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        _watch(page, seen, expected)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert seen == Seen()


def _watch(page: Page, seen: Seen, expected: str) -> None:
    def note(text: str) -> None:
        if not expected or expected not in text:
            seen.errors.append(text)

    def route(route: Route) -> None:
        if urlsplit(route.request.url).hostname in _LOOPBACK:
            route.continue_()
        else:
            seen.outside.append(route.request.url)
            route.abort()

    page.on("console", lambda message: note(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: note(str(error)))
    page.route("**/*", route)


def faults(page: Page, *, rules: object = _RULES) -> list[str]:
    """List what is wrong with the page as it is shown now."""
    page.wait_for_load_state()
    page.evaluate(AXE_SCRIPT)
    found: list[Any] = page.evaluate(_AXE, rules) + page.evaluate(_MEASURE)
    return [str(one) for one in found]


def assert_accessible(page: Page) -> None:
    """Let nothing be wrong with the page as it is shown now."""
    assert faults(page) == [], page.url


def assert_fits(page: Page) -> None:
    """Let the page be neither cut off nor too small to be pressed at any width; quick."""
    assert [f"{width}: {fault}" for width in _at_each_width(page) for fault in page.evaluate(_MEASURE)] == [], page.url


def assert_everywhere(page: Page) -> None:
    """Let nothing be wrong with the page at any width, nor with its colours in the dark."""
    found = [f"{width}: {fault}" for width in _at_each_width(page) for fault in faults(page)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {fault}" for fault in faults(page, rules=COLOURS)]
    page.emulate_media(color_scheme="light")
    assert found == [], page.url


def _at_each_width(page: Page) -> Iterator[int]:
    before = page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": _HEIGHTS[width]})
        yield width
    if before:
        page.set_viewport_size(before)


def tab_to(page: Page, wanted: Locator, *, most: int = 40) -> None:
    """Go to something by the tabulator alone; on the way each stop must be seen to have the focus."""
    page.wait_for_load_state()
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.count() == 0 or focused.evaluate(_HAS_FOCUS_RING), focused.evaluate("(one) => one.outerHTML")
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not lead to {wanted}")


def press(page: Page, wanted: Locator) -> None:
    """Press something by the keyboard."""
    tab_to(page, wanted)
    page.keyboard.press("Enter")
