"""A broadcast in a real browser: to the Spanish-speaking tutors of one site, by mouse in six clicks, and by keyboard alone."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.pages import OpenPage, assert_accessible, press, tab_to
from tests.console.demo_process import DemoProcess, running_demo

HOME = "/console/broadcasts"
_SAME = {"sec-fetch-site": "same-origin"}
#: A wrong number is answered with 422, which a browser calls an error.
_REFUSED = "422"
ENGLISH = "Bright Hub: hi {first_name|friend}, we meet on Friday. Text STOP to stop."
SPANISH = "Bright Hub: hola {first_name|amigo}, nos vemos el viernes. Escriba ALTO para salir."


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoProcess]:
    """Return a demo of one's own: its clock is put forward here."""
    with running_demo() as demo:
        yield demo


def enter(page: Page, *, language: str = "en") -> None:
    """Sign in as the invented coordinator."""
    page.request.post("/demo/enter/coordinator", headers=_SAME)
    page.request.post("/console/account/language", form={"language": language}, headers=_SAME)


def look(page: Page) -> None:
    """Look at the page as it stands, at a desk and on the smallest screen."""
    for width, height in ((320, 640), (1280, 900)):
        page.set_viewport_size({"width": width, "height": height})
        assert_accessible(page)


@dataclass(slots=True)
class Hand:
    """Counts what it presses: each button and link, and each list that is opened and chosen from."""

    clicks: int = 0

    def click(self, what: Locator) -> None:
        """Press something."""
        what.click()
        self.clicks += 1

    def choose(self, what: Locator, label: str) -> None:
        """Choose from a list."""
        what.select_option(label=label)
        self.clicks += 1


def _number(page: Page) -> str:
    found = re.search(r"\d+", page.locator("label[for=number]").inner_text())
    assert found
    return found[0]


def _over(page: Page) -> None:
    """Wait until the page was fetched once again, as it is when nothing more changes."""
    expect(page.locator("#live")).not_to_have_attribute("hx-sse:close", "over", timeout=60_000)
    page.wait_for_load_state()


def _late(route: Route) -> None:
    time.sleep(1)
    route.fallback()


def test_a_plain_broadcast_takes_six_clicks_and_every_page_is_fit_for_everybody(
    demo: DemoProcess, open_page: OpenPage
) -> None:
    page, hand = open_page(demo.url, expected=_REFUSED), Hand()
    enter(page)
    page.goto(HOME)
    look(page)

    hand.click(page.get_by_role("link", name="New broadcast"))
    page.wait_for_load_state()  # until then nobody listens to what is chosen
    hand.choose(page.get_by_label("Role"), "Tutor")
    expect(page.locator("#count")).to_contain_text("people get it")
    look(page)
    hand.click(page.get_by_role("button", name="Next: message"))
    page.wait_for_load_state()  # until then nobody listens to what is typed
    page.get_by_role("textbox", name="English").fill("Bright Hub: práctica")
    began = time.monotonic()
    expect(page.locator("#fault-en kbd")).to_have_text("á")
    print(f"a letter that costs is named after {time.monotonic() - began:.2f} s")
    page.get_by_role("textbox", name="English").fill(ENGLISH)
    page.get_by_role("textbox", name="Spanish").fill(SPANISH)
    expect(page.locator("#looks-es .sms")).to_contain_text("nos vemos el viernes")
    expect(page.locator("#fault-en kbd")).to_have_count(0)
    look(page)
    hand.click(page.get_by_role("button", name="Next: check"))
    expect(page.get_by_role("heading", name="Who gets it")).to_be_visible()
    look(page)
    hand.click(page.get_by_role("button", name="Next: confirm"))
    look(page)
    people = _number(page)
    page.get_by_label(f"Type {people} to send it").fill(people)
    hand.click(page.get_by_role("button", name=f"Send to {people} people"))

    assert hand.clicks == 6
    expect(page.locator("#live")).to_be_visible()  # it is confirmed before the clock is put forward
    for _ in range(2):  # the demo's own clock may be late on a busy machine; this waits for it
        moved = page.request.post("/simulator/clock", form={"by": "hour"}, headers=_SAME, timeout=120_000)
        assert moved.ok, moved.text()
    expect(page.locator("#live")).to_contain_text("Done", timeout=60_000)
    expect(page.locator("#live")).to_contain_text(f"{people} of {people} sent")
    _over(page)
    look(page)
    page.get_by_role("button", name="Write to those who did not answer").click()
    expect(page.locator(".head").first).to_contain_text("Did not answer")


def test_somebody_else_is_shown_and_a_name_is_inserted_by_a_press(demo: DemoProcess, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    enter(page)
    page.goto(f"{HOME}/new")
    page.get_by_label("Everybody, without a filter").check()
    expect(page.locator("#count")).to_contain_text("No filter is set")
    page.get_by_role("button", name="Next: message").click()
    page.wait_for_load_state()
    page.get_by_role("textbox", name="English").fill("Hello ")
    page.get_by_role("group", name="English").get_by_role("button", name="First name").click()

    expect(page.get_by_role("textbox", name="English")).to_have_value("Hello {first_name|friend}")
    first = page.locator("#looks-en .hint")
    expect(page.locator("#looks-en .sms .bubble")).not_to_contain_text("{")
    shown = first.inner_text()
    page.get_by_role("button", name="Show somebody else").click()
    expect(first).not_to_have_text(shown)


def test_the_same_by_keyboard_alone_held_and_ended(demo: DemoProcess, open_page: OpenPage) -> None:
    page = open_page(demo.url, expected=_REFUSED)
    page.request.post("/simulator/clock", form={"by": "date", "to": "2026-11-23T22:00"}, headers=_SAME, timeout=120_000)
    enter(page, language="es")
    page.on("dialog", lambda dialog: dialog.accept())

    page.goto(HOME)
    look(page)
    press(page, page.get_by_role("link", name="Nueva difusión"))
    for label, value in (("Función", "Tutor"), ("Idioma", "Español")):
        tab_to(page, page.get_by_label(label))
        page.keyboard.type(value)
    tab_to(page, page.get_by_label("Con lugar en"))
    page.keyboard.press("ArrowDown")
    expect(page.locator("#count .figure")).to_be_visible()
    look(page)
    press(page, page.get_by_role("button", name="Seguir: mensaje"))
    tab_to(page, page.get_by_role("textbox", name="Español"))
    page.keyboard.type(SPANISH)
    expect(page.locator("#looks-es .sms")).to_contain_text("nos vemos el viernes")
    look(page)
    press(page, page.get_by_role("button", name="Seguir: revisar"))
    look(page)
    press(page, page.get_by_role("button", name="Seguir: confirmar"))
    people = _number(page)
    tab_to(page, page.locator("#number"))
    page.keyboard.type("999")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("No se envió nada")
    look(page)
    tab_to(page, page.locator("#number"))
    page.keyboard.type(people)
    page.route("**/hx-sse.min.js", _late)  # an open page follows even where the script that does it comes last
    page.keyboard.press("Enter")

    # At night it waits for the morning; so there is time to hold it, to let it go on, and to end it.
    expect(page.locator("#live")).to_contain_text("Es muy temprano o muy tarde", timeout=60_000)
    look(page)
    press(page, page.get_by_role("button", name="Pausar"))
    expect(page.locator("#live .tag").first).to_have_text("En pausa")
    press(page, page.get_by_role("button", name="Continuar"))
    expect(page.locator("#live .tag").first).to_have_text("Enviando")
    press(page, page.get_by_role("button", name="Detener para siempre"))
    # The demo's own clock may be late on a busy machine; this waits for it.
    page.request.post("/simulator/clock", form={"by": "hour"}, headers=_SAME, timeout=120_000)
    expect(page.locator("#live")).to_contain_text("El envío fue detenido", timeout=60_000)
    _over(page)
    look(page)


def test_ones_own_phone_is_proved_by_a_code_and_gets_the_test(demo: DemoProcess, open_page: OpenPage) -> None:
    page = open_page(demo.url, expected=_REFUSED)
    enter(page)
    page.goto(f"{HOME}/new")
    page.get_by_label("Role").select_option(label="Tutor")
    page.get_by_role("button", name="Next: message").click()
    page.get_by_role("link", name="Add my phone").click()
    look(page)
    page.get_by_label("Mobile phone").fill("312-555-0166")
    page.get_by_role("button", name="Send a code").first.click()
    look(page)
    phone = page.context.new_page()
    phone.goto("/simulator/sms/+13125550166")
    expect(phone.locator(".sms .bubble").last).to_contain_text("your code for the console is", timeout=60_000)
    found = re.search(r"\d{6}", phone.locator(".sms .bubble").last.inner_text())
    assert found
    page.get_by_label("Code").fill(found[0])
    page.get_by_role("button", name="That is mine").click()

    page.get_by_role("textbox", name="English").fill("Bright Hub: this is a test.")
    page.get_by_role("button", name="Send me a test").click()
    expect(page.locator("#tested")).to_contain_text("The test is on its way to you")
    expect(phone.locator(".sms .bubble").last).to_contain_text("this is a test", timeout=60_000)
    phone.close()
