"""A guardian's page in a real browser of 320 pixels: nothing is cut off, named or left without a label; no script."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.bot.outsiders import MOTHER, SIGN_UP
from tests.console.demo_process import DemoProcess

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_MIA = "+12175550321"
#: Each form field has a label, each button and link words, each page one heading and a language, nothing is wider than
#: the screen, and what is pressed is at least 24 pixels high (WCAG 2.2, 1.3.1, 1.4.10, 2.4.2, 2.4.6, 2.5.8, 3.1.1, 4.1.2).
_AUDIT = """() => {
  const faults = [];
  const named = (e) => (e.labels && e.labels.length) || e.getAttribute("aria-label") || e.closest("label");
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (!named(e)) faults.push("no label: " + e.outerHTML);
  for (const e of document.querySelectorAll("button, a"))
    if (!e.textContent.trim()) faults.push("no words: " + e.outerHTML);
  for (const e of document.querySelectorAll("button, a:not(.skip), label.choice"))
    if (e.getBoundingClientRect().height < 24) faults.push("too small: " + e.outerHTML);
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one heading");
  if (!document.documentElement.lang) faults.push("no language");
  if (!document.querySelector("main")) faults.push("no main");
  if (!document.title.trim()) faults.push("no title");
  if (document.documentElement.scrollWidth > window.innerWidth) faults.push("wider than the screen");
  const size = parseFloat(getComputedStyle(document.body).fontSize);
  if (size < 18) faults.push("small text: " + size);
  const channel = (c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = (rgb) => { const [r, g, b] = rgb.match(/[\\d.]+/g).map(Number).map(channel);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (!/rgba\\(0, 0, 0, 0\\)|transparent/.test(c)) return c; } return "rgb(255, 255, 255)"; };
  for (const e of document.querySelectorAll("h1, h2, p, li, label, legend, button, a")) {
    const [one, two] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
    if ((one + 0.05) / (two + 0.05) < 4.5) faults.push("contrast: " + e.outerHTML);
  }
  return faults;
}"""


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, running: DemoProcess) -> Iterator[Page]:
    """Return a page of a small telephone, without JavaScript of its own."""
    assert _CHROMIUM, "install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.fspath(_CHROMIUM), args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": 320, "height": 640}, base_url=running.url, color_scheme=request.param, locale="en-US"
        )
        yield context.new_page()
        browser.close()


def latest(running: DemoProcess, pattern: str, user: str) -> str:
    """Return what the latest message to somebody holds, as the simulator shows it."""
    shown = httpx.get(f"{running.url}/simulator/sms/{user}").text
    found = re.findall(pattern, shown)
    assert found, shown
    return str(found[-1])


def test_guardian_agrees_on_a_small_telephone(page: Page, running: DemoProcess) -> None:
    number = {"light": 1, "dark": 2}[
        page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
    ]
    minor, mother = f"{_MIA[:-1]}{number}", f"+1217555088{number}"
    for line in SIGN_UP:
        written = mother if line == MOTHER else line
        httpx.post(f"{running.url}/simulator/sms/{minor}/write", data={"text": written}).raise_for_status  # noqa: B018
    page.wait_for_timeout(500)
    link = latest(running, r"(/l/[\w-]{22})", mother)
    faults: list[str] = []

    page.goto(link)
    faults += page.evaluate(_AUDIT)
    page.get_by_role("link", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    faults += page.evaluate(_AUDIT)
    page.get_by_role("link", name="English").click()
    page.get_by_role("button", name="Send me the code").click()
    faults += page.evaluate(_AUDIT)
    page.wait_for_timeout(500)
    code = latest(running, r"your code is (\d{6})", mother)
    page.get_by_label("Code").fill("12")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_be_visible()
    faults += page.evaluate(_AUDIT)
    page.get_by_label("Code").fill(code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("May Mia help at a school?")
    faults += page.evaluate(_AUDIT)
    page.get_by_role("button", name="I agree").click()
    expect(page.get_by_text("Please choose one.")).to_be_visible()
    faults += page.evaluate(_AUDIT)
    page.get_by_label("Your full name").fill("Maria Elena Lopez")
    page.get_by_label("Parent").check()
    page.get_by_role("button", name="I agree").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You agreed")
    faults += page.evaluate(_AUDIT)
    page.goto("/l/aaaaaaaaaaaaaaaaaaaaaa")
    expect(page.get_by_role("heading", level=1)).to_have_text("This link leads nowhere")
    faults += page.evaluate(_AUDIT)

    assert faults == []
