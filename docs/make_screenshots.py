"""Take the pictures of these pages from a running demo: ``uv run python docs/make_screenshots.py``."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

IMAGES: Final = Path(__file__).parent / "images"
#: A talk in its middle: enough to see questions, answers in words, and buttons.
REPLIES: Final = ("HI", "I agree", "English", "60614", "May 14 1956", "55 or older")
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
#: Rooms of the console: name of the picture, and where it is.
ROOMS: Final = (
    ("console-today", "/console"),
    ("console-people", "/console/people"),
    ("console-calendar", "/console/calendar"),
    ("console-broadcasts", "/console/broadcasts"),
    ("console-flows", "/console/flows"),
    ("console-reports", "/console/reports"),
)
_PASSWORD: Final = "a sentence for pictures only"  # noqa: S105 - of a demo that ends with this program


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with _demo() as (address, link), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_browser(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(f"{address}/simulator/new/sms")
        for number, reply in enumerate(REPLIES, start=1):
            _write(page, reply, turn=number)
        page.screenshot(path=IMAGES / "simulator.png")
        _take_console(browser.new_page(viewport={"width": 1280, "height": 800}), address, link)
        browser.close()


def _take_console(page: Page, address: str, link: str) -> None:
    """Sign in by the link that the demo prints, and take each room, one talk, and today as a phone shows it."""
    page.goto(link)
    page.fill("#password", _PASSWORD)
    page.fill("#again", _PASSWORD)
    page.click("button.primary")
    page.wait_for_url("**/console")
    for name, path in ROOMS:
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=IMAGES / f"{name}.png")
    page.goto(f"{address}/console/inbox")
    page.locator("a.thread").first.click()
    page.locator("#talk").wait_for()
    page.screenshot(path=IMAGES / "console-inbox.png")
    page.set_viewport_size({"width": 390, "height": 780})
    page.goto(f"{address}/console")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / "console-phone.png")


def _write(page: Page, reply: str, *, turn: int) -> None:
    """Send a reply as a text message, and wait until the bot has answered it."""
    page.fill("#text-sms", reply)
    page.click("section.sms button.send")
    page.locator("section.sms .messages .ours").nth(turn - 1).wait_for()


@contextmanager
def _demo() -> Iterator[tuple[str, str]]:
    """Run the demo on a free port; yield its address, and the link by which a coordinator signs in."""
    command = [sys.executable, "-m", "bot", "demo", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        said = process.stdout.readline() + process.stdout.readline()
        found = re.search(r"(http://[\d.:]+)/console/welcome/\S+", said)
        try:
            assert found, "the demo did not say where it is"
            yield found[1], found[0]
        finally:
            process.terminate()


def _browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, f"no browser: install one of {', '.join(BROWSERS)}"
    return found


if __name__ == "__main__":
    main()
