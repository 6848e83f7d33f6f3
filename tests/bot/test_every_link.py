"""What holds for every kind of link, of today and to come: one table, made from the registry of pages."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from pathlib import Path

import pytest

from bot.pages.limits import MOST_MISSES
from bot.pages.registry import PAGES
from flows.messages import Purpose
from flows.rules.links import LIFETIMES, MAX_CODES, MAX_TRIES, TICKET_LIFETIME, LinkPurpose
from storage import links
from storage.tables import LinkRow, Table
from tests.bot.house import HUB, House, open_house
from tests.bot.outsiders import Browser, browser, change, enter, rows
from tests.browser.ways import WAYS, hub_for

#: Links without a page: a calendar's address is read by programs, codes are typed into a talk or into the console.
WITHOUT_PAGE = {LinkPurpose.CALENDAR, LinkPurpose.JOIN, LinkPurpose.SWAP, LinkPurpose.ACCOUNT}
ANN = "+13125550142"
every_kind = pytest.mark.parametrize("purpose", sorted(PAGES))
#: What is ours to show anybody.
_OURS = {HUB.name, HUB.help_phone, "SMS", "sms", "email", "en", "es"}


def test_every_kind_has_a_page_and_a_way_to_it_or_is_known_to_have_none() -> None:
    assert set(PAGES) | WITHOUT_PAGE == set(LinkPurpose) == set(LIFETIMES)
    assert set(WAYS) == set(PAGES)


def private(house: House) -> set[str]:
    """Gather every name, number, address and place that the database knows."""
    found: set[str] = set()
    for sql in (
        "SELECT given_name, family_name, zip FROM person",
        'SELECT "user" FROM address',
        "SELECT name, contact, code FROM organisation",
        "SELECT name, street, supervisor, supervisor_contact FROM site",
    ):
        found |= {str(value) for row in rows(house, sql) for value in row.values() if value}
    return {one for one in found if len(one) > 2} - _OURS


async def _new_link(house: House, purpose: LinkPurpose) -> str:
    """Make a link of a kind for somebody; return its path."""
    await house.say("sms", ANN, "HI")
    (ann,) = rows(house, "SELECT id, person_id FROM address")
    with house.app.database.session() as session:
        token = links.make(
            session,
            HUB.id,
            purpose,
            person_id=int(str(ann["person_id"])),
            address_id=int(str(ann["id"])),
            subject="1",
            now=house.clock.at,
        )
    return f"/l/{token}"


async def _before_the_code(visitor: Browser, link: str) -> list[str]:
    """Return all that somebody sees of a link who has no code."""
    seen = [await visitor.get(f"{link}{path}") for path in ("", "/code", "/page", "/stop", "?lang=es")]
    seen += [await visitor.post(f"{link}{path}", code="000000", decision="yes") for path in ("/open", "/page")]
    return [f"{answer.status_code} {dict(answer.headers)} {answer.text}" for answer in seen]


@every_kind
async def test_it_is_secret_and_tells_nothing_before_the_code(purpose: LinkPurpose, tmp_path: Path) -> None:
    async with open_house(tmp_path, hub=hub_for(purpose)) as house:
        link, _ = await WAYS[purpose](house)
        names = private(house)
        async with browser(house) as visitor:
            shown = await _before_the_code(visitor, link)
        everything = [
            str(row)
            for table in Table.metadata.sorted_tables
            if table.name != "outbox"  # what the simulator keeps readable; a provider's is hidden once it has left
            for row in rows(house, f"SELECT * FROM {table.name}")  # noqa: S608
        ]

    token = link.removeprefix("/l/")
    assert re.fullmatch(r"[\w-]{22}", token)  # 128 bits
    assert len(names) >= 2
    assert [(name, page) for page in shown for name in names if name in page] == []
    assert not [row for row in everything if token in row]


@every_kind
async def test_it_opens_its_own_page_and_no_other(purpose: LinkPurpose, tmp_path: Path) -> None:
    async with open_house(tmp_path, hub=hub_for(purpose)) as house:
        link, contact = await WAYS[purpose](house)
        async with browser(house) as visitor, browser(house) as stranger:
            await enter(house, visitor, link, contact=contact)
            ticket = visitor.client.cookies["ticket"]
            with house.app.database.session() as session:
                made = f"SELECT address_id, person_id FROM link WHERE purpose = '{purpose.value}' LIMIT 1"  # noqa: S608
                (address,) = rows(house, made)
                other = next(one for one in PAGES if one is not purpose)
                token = links.make(
                    session,
                    HUB.id,
                    other,
                    person_id=address["person_id"],  # type: ignore[arg-type]
                    address_id=address["address_id"],  # type: ignore[arg-type]
                    subject="1",
                    now=house.clock.at,
                )
            stranger.client.cookies.set("ticket", ticket)
            elsewhere = await stranger.get(f"/l/{token}/page")
            as_calendar = await visitor.get(f"/calendar/{link.removeprefix('/l/')}.ics")
            house.clock.at += TICKET_LIFETIME
            later = await visitor.get(f"{link}/page")

    assert str(elsewhere.url).endswith(f"/l/{token}?lang=en")  # back at the door
    assert as_calendar.status_code == 404
    assert str(later.url).endswith(f"{link}?lang=en")


@every_kind
async def test_it_ends_is_sparing_with_codes_and_locks_itself(purpose: LinkPurpose, tmp_path: Path) -> None:
    lifetime = LIFETIMES[purpose]
    assert lifetime is not None
    assert lifetime <= timedelta(days=30)
    async with open_house(tmp_path) as house, browser(house) as visitor:
        link = await _new_link(house, purpose)
        guessed = await visitor.get(f"/l/{secrets.token_urlsafe(16)}")
        codes = []
        for _ in range(MAX_CODES + 3):
            codes.append((await visitor.post(f"{link}/code")).status_code)
            codes.append((await visitor.post(f"{link}/code")).status_code)
            house.clock.at += timedelta(seconds=31)
        sent = [message for message in await house.send() if message.purpose is Purpose.CODE]
        tries = [(await visitor.post(f"{link}/open", code="no")).status_code for _ in range(MAX_TRIES + 1)]
        locked = await visitor.get(link)
        change(house, "UPDATE link SET tries = 0")
        open_again = await visitor.get(link)
        house.clock.at += lifetime
        over = await visitor.get(link)

    assert codes[:4] == [200, 429, 200, 429]
    assert set(codes[2 * MAX_CODES :]) == {429}
    assert len(sent) == MAX_CODES
    assert tries == [422] * (MAX_TRIES - 1) + [404] * 2
    assert open_again.status_code == 200
    for gone in (locked, over):
        assert (gone.status_code, gone.text, dict(gone.headers)) == (404, guessed.text, dict(guessed.headers))


@every_kind
async def test_whoever_guesses_is_not_listened_to(purpose: LinkPurpose, tmp_path: Path) -> None:
    async with (
        open_house(tmp_path) as house,
        browser(house) as guesser,
    ):
        link = await _new_link(house, purpose)
        guesses = [(await guesser.get(f"/l/{secrets.token_urlsafe(16)}")).status_code for _ in range(MOST_MISSES)]
        right = await guesser.get(link)

    assert set(guesses) == {404}
    assert right.status_code == 429


def test_every_link_that_is_made_is_different_and_only_its_hash_is_kept() -> None:
    assert {column.name for column in LinkRow.__table__.columns if "token" in column.name} == {"token_hash"}  # type: ignore[attr-defined]
