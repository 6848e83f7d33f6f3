"""The console in a real browser: answer who waits, by mouse and by keyboard; two who race; nothing wrong with any page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape

import pytest
from playwright.sync_api import Page, expect

from bot.console.registry import ROOMS
from tests.browser.pages import COLOURS, OpenPage, assert_fits, faults, press, tab_to
from tests.console.demo_process import DemoProcess, running_demo

_SAME = {"sec-fetch-site": "same-origin"}
SENTENCE = "nobody else would write this"
EMAIL = "alex@example.org"
#: Pages of a broadcast that is being written, and of one that goes out: looked at where one is made.
_ELSEWHERE = "/console/broadcasts/{ref}"
#: What is a file, a stream, or good once.
_NO_PAGES = (".csv", "/events", "/account/code/")


@dataclass(frozen=True, slots=True)
class Desk:
    """A demo of one's own, whose administrator has chosen a password."""

    url: str
    process: DemoProcess


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """Return a running demo."""
    with running_demo() as demo:
        assert demo.process.stdout is not None
        link = re.search(r"/console/welcome/\S+", demo.process.stdout.readline())
        assert link
        yield Desk(url=demo.url + link[0], process=demo)


@pytest.fixture(scope="module")
def known(desk: Desk, chromium: object) -> Desk:
    """Return it once the link is used."""
    page = chromium.new_page()  # type: ignore[attr-defined]
    page.goto(desk.url)
    page.get_by_label("Password").fill(SENTENCE)
    page.get_by_label("The same once more").fill(SENTENCE)
    page.get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Alex")
    page.close()
    return replace(desk, url=desk.process.url)


def _wait_for_a_human(page: Page, phone: str) -> None:
    for text in ("HI", "1", "PERSON"):
        page.request.post(f"/simulator/sms/{phone}/write", form={"text": text}, headers=_SAME)


def _enter(page: Page, role: str = "administrator", *, language: str = "en") -> None:
    page.request.post(f"/demo/enter/{role}", headers=_SAME)
    page.request.post("/console/account/language", form={"language": language}, headers=_SAME)


def test_who_waits_is_answered_in_three_clicks_from_signing_in(known: Desk, open_page: OpenPage) -> None:
    page = open_page(known.url)
    _wait_for_a_human(page, "+17735550142")
    page.goto("/console")

    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(SENTENCE)
    page.get_by_role("button", name="Sign in").click()
    page.locator("main a.thread").first.click()
    page.locator("#text").fill("We will call you at four.")
    page.get_by_role("button", name="Send").click()

    expect(page.locator("#talk")).to_contain_text("We will call you at four.")


def test_by_keyboard_alone_one_signs_in_answers_and_hands_back(known: Desk, open_page: OpenPage) -> None:
    page = open_page(known.url)
    _wait_for_a_human(page, "+17735550143")
    page.goto("/console")

    page.keyboard.type(EMAIL)  # the field has the focus
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(SENTENCE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Alex")
    press(page, page.locator("main a.thread").first)
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("Of course, come at four.")
    press(page, page.get_by_role("button", name="Send"))
    expect(page.locator("#talk")).to_contain_text("Of course, come at four.")
    press(page, page.locator("form[action$=hand-back] button"))

    expect(page).to_have_url(re.compile(r"/console/inbox$"))


def test_from_the_first_page_of_the_demo_one_enters_as_each_of_the_staff(known: Desk, open_page: OpenPage) -> None:
    page = open_page(known.url, width=390)
    page.goto("/")
    found = faults(page)
    assert_fits(page)
    buttons = page.get_by_role("form", name="Enter the console").get_by_role("button")
    entered = {}

    for label in buttons.all_inner_texts():
        page.goto("/")
        buttons.get_by_text(label, exact=True).click()
        page.wait_for_url(re.compile(r"/console(/calendar)?$"))  # a partner sees no people
        entered[label] = page.locator("a[href='/console/account'] small").text_content()

    assert found == []
    assert entered == {
        "As a coordinator": "Coordinator",
        "As a site lead": "Site lead",
        "As a partner": "Partner organization",
        "As an auditor": "Auditor, read only",
        "As an administrator": "Administrator",
    }


def test_of_two_who_answer_at_once_one_wins_and_the_other_loses_no_word(known: Desk, open_page: OpenPage) -> None:
    alex, maria = open_page(known.url, expected="409"), open_page(known.url, expected="409")
    _wait_for_a_human(alex, "+17735550144")
    _enter(alex)
    _enter(maria, "coordinator")
    alex.goto("/console/inbox")
    link = alex.locator("main a.thread", has_text="PERSON").first.get_attribute("href")
    assert link
    for page, words in ((alex, "Alex here."), (maria, "Maria here, how can I help?")):
        page.goto(link)
        page.locator("#text").fill(words)

    for page in (alex, maria):
        page.evaluate("() => setTimeout(() => document.querySelector('form.write button.primary').click())")
    alex.wait_for_load_state("networkidle")
    maria.wait_for_load_state("networkidle")

    told = [page for page in (alex, maria) if page.locator("#wrong").count()]
    assert len(told) == 1
    (late,) = told
    kept = "Alex here." if late is alex else "Maria here, how can I help?"
    expect(late.locator("#wrong")).to_be_visible()
    expect(late.locator("#text")).to_have_value(kept)
    winner = maria if late is alex else alex
    expect(winner.locator("#talk")).not_to_contain_text(kept)


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_is_wrong_with_any_page(known: Desk, open_page: OpenPage, language: str) -> None:
    page = open_page(known.url, language=language, width=1280 if language == "en" else 320)
    _enter(page, language=language)
    found: list[str] = []
    for path in _paths(page):
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == language, path
        found += [f"{path}: {fault}" for fault in faults(page)]
        if language == "en":
            page.emulate_media(color_scheme="dark")
            found += [f"{path}, dark: {fault}" for fault in faults(page, rules=COLOURS)]
            page.emulate_media(color_scheme="light")
        try:
            assert_fits(page)
        except AssertionError as wrong:
            found.append(str(wrong))
    _enter(page)
    assert found == [], "\n".join(found)


def _paths(page: Page) -> list[str]:
    """Find a page for each route of the registry: by its path, or by a link on another page that leads there."""
    routes = [f"/console{way.path}" for room in ROOMS for way in room.routes if way.method == "GET" and not way.stream]
    wanted = {route for route in routes if not any(part in route for part in _NO_PAGES)}
    found = {route: route for route in wanted if "{" not in route}
    # A slot that is to come may be changed, one that is over may not.
    ahead, seen = ["/console/calendar?view=list&day=2026-12-07", *sorted(found)], set[str]()
    while ahead and wanted - set(found):
        here = ahead.pop(0)
        if here in seen:
            continue
        seen.add(here)
        answer = page.request.get(here)
        for link in re.findall(r'(?:href|action|hx-get)="(/console[^"#]*)"', answer.text()):
            path = unescape(link).partition("?")[0]
            missing = () if path in wanted else sorted(wanted - set(found))
            route = next((one for one in missing if _fits(one, path)), None)
            if route and page.request.get(path).ok:
                found[route] = path
                ahead.append(path)
    assert [route for route in sorted(wanted - set(found)) if not route.startswith(_ELSEWHERE)] == []
    # What is not a whole page is a piece that a page puts into itself, or leads on to another one.
    return [path for _, path in sorted(found.items()) if "<html" in (page.request.get(path).text())]


def _fits(route: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", r"[^/]+", re.escape(route)), path) is not None
