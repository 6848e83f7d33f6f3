"""``kill -9`` during a broadcast: nobody gets it twice, and nobody is left out."""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

from bot import config
from bot.app import utc_now
from flows.messages import Address
from storage import broadcast_report, broadcasts, people
from storage.database import Database
from storage.recipients import Recipients
from storage.store import OutboxStatus
from storage.tables import AddressRow
from tests.bot.served import Served, served
from tests.bot.test_crash import _settle_what_is_left
from tests.storage.announcing import announced
from tests.vendors import twilio

PEOPLE = 120
KILLS = 1
#: Nobody's night: the real clock runs in the process, and the test at any hour.
OPEN = 'quiet_hours = "23:59-00:01"\nquiet_until_sunday = "00:01"\n'


async def test_kill_during_a_broadcast_doubles_and_loses_nobody(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    async with served(tmp_path, hub=OPEN) as (house, vendors):
        ref = _announce(house)
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.4, 1.0))
            await house.end(signal.SIGKILL)
            await house.start()
        await _until_quiet(house, ref)
        await house.end(signal.SIGKILL)
        await _settle_what_is_left(house)

        heard = Counter(message["to"] for message in vendors.twilio.messages)
        counts = _report(house, ref).counts
    assert {user: times for user, times in heard.items() if times > 1} == {}
    assert len(heard) == sum(counts.values()) == PEOPLE, counts
    assert set(counts) <= {OutboxStatus.SENT, OutboxStatus.DELIVERED}
    print(f"{KILLS} kills, {PEOPLE} people, {len(heard)} got it once")


def _announce(house: Served) -> str:
    settings = config.load(house.config, {})
    now, hub = utc_now(), settings.hub.facts()
    with Database(settings.database.url.get_secret_value()).session() as session:
        for number in range(PEOPLE):
            address = Address(channel="sms", account=twilio.SERVICE_SID, user=f"+1312{2000000 + number}")
            person = people.add_person(session, hub.id, address, now, zone=hub.zone, zip="60614")
            assert person is not None
            at = session.get(AddressRow, person.address_id)
            assert at is not None
            at.consented_at = now
        session.flush()
        return announced(
            session,
            hub,
            recipients=Recipients(),
            body={"en": "Two tutors wanted."},
            now=now,
            expires_at=now + timedelta(days=1),
        )


def _report(house: Served, ref: str) -> broadcast_report.Report:
    settings = config.load(house.config, {})
    with Database(settings.database.url.get_secret_value()).reading() as session:
        row = broadcasts.find(session, settings.hub.facts().id, ref)
        assert row is not None
        return broadcast_report.report(session, row)


async def _until_quiet(house: Served, ref: str) -> None:
    """Wait until everything was tried: what a kill has cut off is looked up later."""
    async with asyncio.timeout(30):
        while True:
            counts = _report(house, ref).counts
            tried = sum(number for status, number in counts.items() if status is not OutboxStatus.READY)
            if tried == PEOPLE:
                return
            await asyncio.sleep(0.1)
