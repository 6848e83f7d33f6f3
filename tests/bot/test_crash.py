"""Ten ``kill -9`` during two hundred sign-ups by text lose nothing that was acknowledged and double nothing."""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Final

import aiohttp

from bot import config
from bot.app import open_app, utc_now
from bot.ticks.reconcile import SETTLE_AFTER, reconcile
from channels import open_channel
from flows.stages import Stage
from storage import people
from tests.bot.served import Served, Vendors, served
from tests.bot.test_serve import SIGN_UP, text
from tests.vendors import twilio

PEOPLE: Final = 200
KILLS: Final = 10
AT_ONCE: Final = 24


async def test_kill_at_any_moment_loses_and_doubles_nothing(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    async with served(tmp_path) as (house, vendors):
        slots = asyncio.Semaphore(AT_ONCE)
        signing_up = [asyncio.create_task(_sign_up(house, f"+1312555{n:04}", slots)) for n in range(PEOPLE)]
        killing = asyncio.create_task(_kill_and_restart(house, chance))

        await asyncio.gather(*signing_up)
        await killing
        await house.end(signal.SIGKILL)
        await _settle_what_is_left(house)

        _judge(vendors)
        await _judge_stored(house)


async def _sign_up(house: Served, phone: str, slots: asyncio.Semaphore) -> None:
    """Text line after line as Twilio delivers them: the same id again and again until it is acknowledged."""
    async with slots:
        for line in SIGN_UP:
            sid = twilio.new_sid()
            while not await _acknowledged(house, line, sid=sid, phone=phone):
                await asyncio.sleep(0.2)


async def _acknowledged(house: Served, line: str, *, sid: str, phone: str) -> bool:
    try:
        return await text(house, line, sid=sid, From=phone) == 200
    except (OSError, aiohttp.ClientError):  # the process is dead: Twilio would come again, or call the fallback
        return False


async def _kill_and_restart(house: Served, chance: random.Random) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.1, 0.8))
        assert await house.end(signal.SIGKILL) == -signal.SIGKILL
        await house.start()


async def _settle_what_is_left(house: Served) -> None:
    """Let a minute pass, so that messages without a receipt are looked up, and empty the outbox."""
    settings = config.load(house.config, {})
    channel = open_channel("sms", settings.channels.opened()["sms"], public_url=settings.web.public_url)

    def later() -> timedelta:
        return SETTLE_AFTER + timedelta(seconds=1)

    async with open_app(
        hub=settings.hub.facts(),
        database_url=settings.database.url.get_secret_value(),
        channels={"sms": channel},
        now=lambda: utc_now() + later(),
    ) as app:
        await channel.start(app.inbox.deliver)
        for _ in range(3):
            await app.store.promote(app.now())
            while await app.senders["sms"].send_ready():
                pass
            while await reconcile(app.store, app.hub, app.channels, app.now() + later()):
                pass
        await channel.close()


def _judge(vendors: Vendors) -> None:
    heard: dict[str, Counter[str]] = {}
    for message in vendors.twilio.messages:
        heard.setdefault(message["to"], Counter())[message["body"]] += 1
    assert len(heard) == PEOPLE
    assert {phone: words for phone, words in heard.items() if len(words) != len(SIGN_UP)} == {}
    doubled = {phone: words for phone, words in heard.items() if words.total() != len(SIGN_UP)}
    assert doubled == {}


async def _judge_stored(house: Served) -> None:
    settings = config.load(house.config, {})
    async with open_app(
        hub=settings.hub.facts(), database_url=settings.database.url.get_secret_value(), channels={}
    ) as app:
        with app.database.reading() as session:
            assert people.count_by_stage(session, app.hub.id)[Stage.ELIGIBLE] == PEOPLE
