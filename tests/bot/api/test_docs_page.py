"""The page that describes the API works under its own strict policy, and asks nobody outside for anything."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import expect, sync_playwright

from tests.bot.api.conftest import Api, OpenApi
from tests.databases import NewDatabase

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture
def served(new_sqlite: NewDatabase, open_api: OpenApi) -> Iterator[tuple[Api, str]]:
    """Serve an API on a port of this machine."""
    with new_sqlite() as url:
        api = open_api(url)
        server = uvicorn.Server(uvicorn.Config(api.web, port=0, log_config=None, lifespan="off"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield api, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join()


def test_a_call_is_described_and_can_be_tried(served: tuple[Api, str]) -> None:
    api, here = served
    api.person(given_name="Ana")
    token = api.token()["authorization"].removeprefix("Bearer ")
    faults: list[str] = []
    with sync_playwright() as playwright:
        assert _CHROMIUM, "install chromium"
        browser = playwright.chromium.launch(executable_path=os.fspath(_CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request", lambda request: None if request.url.startswith((here, "data:")) else faults.append(request.url)
        )

        page.goto(f"{here}/docs")
        expect(page.get_by_role("heading", name="PeoplePower")).to_be_visible()
        page.get_by_role("button", name="Authorize").click()
        page.get_by_role("textbox").fill(token)
        page.get_by_role("button", name="Apply credentials").click()
        page.get_by_role("button", name="Close").last.click()
        page.locator("#operations-people-people_people_get .opblock-summary-control").click()
        page.get_by_role("button", name="Execute").click()
        expect(page.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
        browser.close()

    assert faults == []
