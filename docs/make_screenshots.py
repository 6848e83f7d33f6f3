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


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with _demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_browser(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(f"{address}/simulator/new/sms")
        for number, reply in enumerate(REPLIES, start=1):
            _write(page, reply, turn=number)
        page.screenshot(path=IMAGES / "simulator.png")
        browser.close()


def _write(page: Page, reply: str, *, turn: int) -> None:
    """Send a reply as a text message, and wait until the bot has answered it."""
    page.fill("#text-sms", reply)
    page.click("section.sms button.send")
    page.locator("section.sms .messages .ours").nth(turn - 1).wait_for()


@contextmanager
def _demo() -> Iterator[str]:
    """Run the demo on a free port; yield its address."""
    command = [sys.executable, "-m", "bot", "demo", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        found = re.search(r"http://[\d.:]+", process.stdout.readline())
        try:
            assert found, "the demo did not say where it is"
            yield found[0]
        finally:
            process.terminate()


def _browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, f"no browser: install one of {', '.join(BROWSERS)}"
    return found


if __name__ == "__main__":
    main()
