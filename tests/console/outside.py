"""Somebody outside, who opens what they are sent about the people of the demo."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

import httpx

from tests.console.living import words
from tests.console.opened import HERE, PIECE, Demo

_LETTER = re.compile(r'<div class="bubble">(.*?)</div>\s*<div class="meta">(.*?)</div>', re.DOTALL)
_LINK = re.compile(rf"{re.escape(HERE)}(/l/[\w-]{{22}})(\?lang=\w\w)?")


@dataclass(slots=True)
class Outsider:
    """Somebody outside with a browser of their own, who has the mailbox of the demo before them."""

    demo: Demo
    contact: str
    #: What their browser asks for; a link that says its language is shown in that one.
    language: str
    browser: httpx.AsyncClient = field(init=False)
    #: The link that is open.
    link: str = ""
    #: In which language its page is.
    shown_in: str = ""

    def __post_init__(self) -> None:
        """Open a browser."""
        transport = self.demo.client._transport
        headers = {"origin": HERE, "sec-fetch-site": "same-origin", "accept-language": self.language}
        self.browser = httpx.AsyncClient(transport=transport, base_url=HERE, headers=headers, follow_redirects=True)

    async def letters(self, about: str = "") -> list[str]:
        """Return what the mailbox shows of theirs, the latest first.

        Args:
            about: a person or a place; empty for all.
        """
        answer = await self.demo.client.get("/simulator/outside", headers=PIECE)
        assert answer.status_code == 200
        shown = [part for part in answer.text.split('<article class="mailbox"')[1:] if f"-{self.contact}" in part[:120]]
        letters = [tuple(map(_plain, found)) for found in _LETTER.findall("".join(shown))]
        return [text for text, whose in letters if about in f"{text} {whose}"]

    async def open(self, about: str) -> str:
        """Open the latest link about a person or a place, type the code that comes, and return the page."""
        found = next(found for letter in await self.letters(about) if (found := _LINK.search(letter)))
        await self.enter(found[1], found[2] or "")
        code = re.search(r"\b\d{6}\b", (await self.letters())[0])
        assert code
        return words(await self.type_in(code[0]))

    async def enter(self, link: str, lang: str) -> None:
        """Open a link and have a code sent."""
        landing = await self.browser.get(f"{link}{lang}")
        assert landing.status_code == 200, landing.text
        found = re.search(r'<html lang="(\w\w)">', landing.text)
        assert found
        self.link, self.shown_in = link, found[1]
        await self._send("code")
        for sender in self.demo.app.senders.values():
            while await sender.send_ready():
                pass

    async def type_in(self, code: str) -> str:
        """Type in the code; return the page whole."""
        opened = await self._send("open", code=code)
        assert opened.status_code == 200, opened.text
        return opened.text

    async def act(self, **form: str) -> str:
        """Send the form of the page; return the page that comes."""
        answer = await self._send("page", **form)
        assert answer.status_code == 200, answer.text
        return words(answer.text)

    async def fetch(self) -> httpx.Response:
        """Press the button of the page by which a file comes."""
        return await self._send("page")

    async def see(self) -> str:
        """Return the open page as it is now, whole."""
        return (await self.browser.get(f"{self.link}/page?lang={self.shown_in}")).text

    async def _send(self, where: str, **form: str) -> httpx.Response:
        """Send a form as the page has it, in the language in which it is shown."""
        return await self.browser.post(f"{self.link}/{where}?lang={self.shown_in}", data=form)


def _plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())
