"""Whom the preview names gets it, nobody else, at no other hour, and nothing after a stop, a pause or an opt-out."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from bot.broadcasts import plan, read_texts, send_test, write_out
from bot.sender import Sender, _Batch
from channels.base import TemporaryError
from channels.capabilities import CAPABILITIES
from channels.simulator import SimulatorChannel
from flows.facts import ContactPolicy, Hub, QuietHours
from flows.messages import Address, Outbound
from flows.rules.reaching import KINDS
from flows.state_hours import hours_at
from storage import broadcasts, consent, people
from storage.broadcast_people import list_reached
from storage.database import Database, migrate
from storage.opening import open_store
from storage.recipients import Recipients
from storage.store import OutboxStatus, Store
from storage.tables import AddressRow, ChannelPreferenceRow, OutboxRow, PersonRow
from tests.bot.house import HUB, MONDAY, House, open_house
from tests.bot.test_sending import VOLUNTEER, announce, sign_up
from tests.storage.announcing import AUTHOR, announced
from tests.storage.cases import rows

WORLDS = 40
#: A Saturday evening in Chicago: the worst moment to begin.
BEGIN = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
PLACES = (
    ("America/Chicago", "60614"),
    ("America/New_York", "02903"),
    ("America/Kentucky/Louisville", "40202"),
    ("Pacific/Honolulu", "96801"),
    ("America/Phoenix", None),
    (None, None),
)
_FIFTY_STATES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Pacific/Honolulu")


# --- the preview's people are those who get it ------------------------------------------------------------------------


@dataclass(slots=True)
class World:
    """A hub with people of every kind, drawn by lot."""

    hub: Hub
    chance: random.Random
    database: Database
    store: Store
    now: datetime = BEGIN
    left_at: dict[int, datetime] = field(default_factory=dict)
    sent_at: dict[int, datetime] = field(default_factory=dict)
    sent_by: dict[int, str] = field(default_factory=dict)
    #: By which channel those wrote last who have two.
    wrote_by: dict[int, str] = field(default_factory=dict)
    by_user: dict[tuple[str, str], int] = field(default_factory=dict)

    def people(self, number: int) -> None:
        """Bring people in, of whom some must not be written to, each for another reason."""
        with self.database.session() as session:
            for nth in range(number):
                self._bring(session, nth)

    def _bring(self, session: object, nth: int) -> None:
        chance = self.chance
        zone, zip_code = chance.choice(PLACES)
        user = chance.choice([f"+1312{nth:07}"] * 8 + [f"+1416{nth:07}", f"4{nth:04}"])
        channel = chance.choice(["sms", "sms", "telegram"])
        facts = {"zone": zone, "zip": zip_code, "role": chance.choice(["tutor", "mentor", None])}
        facts["language"] = chance.choice(["en", "es", None])
        address = Address(channel=channel, account=f"{channel}-account", user=user)
        person = people.add_person(session, self.hub.id, address, self.now - timedelta(days=9), **facts)  # type: ignore[arg-type]
        assert person is not None
        assert person.id is not None
        at = session.get(AddressRow, person.address_id)  # type: ignore[attr-defined]
        self._close(at, share=0.05)
        at.no_broadcasts_at = self.now if chance.random() < 0.05 else None
        for _ in range(chance.choice([0, 0, 1, 2, 3])):
            session.add(self._earlier(person.id, at))  # type: ignore[attr-defined]
        self.by_user[channel, user] = person.id
        if chance.random() < 0.4:
            self._link(session, person, f"2{nth:04}")

    def _close(self, at: AddressRow, *, share: float) -> None:
        """Close an address, for each reason by a chance of its own."""
        chance = self.chance
        at.consented_at = self.now if chance.random() > 2 * share else None
        at.opted_out_at = self.now if chance.random() < share else None
        at.paused_at = self.now if chance.random() < share else None
        at.reachable = chance.random() > share

    def _link(self, session: object, person: PersonRow, user: str) -> None:
        """Let somebody be known by a second address as well, and maybe prefer one, or have written from the new one last."""
        chance, channel = self.chance, self.chance.choice(["sms", "slack", "telegram"])
        if channel == "sms":
            user = f"+1773{user:0>7}"
        assert person.id is not None
        second = AddressRow(
            hub=self.hub.id,
            channel=channel,
            account=f"{channel}-account",
            user=user,
            person_id=person.id,
            country="US" if channel == "sms" else None,
            created_at=self.now,
        )
        self._close(second, share=0.08)
        session.add(second)  # type: ignore[attr-defined]
        session.flush()  # type: ignore[attr-defined]
        first = session.get(AddressRow, person.address_id)  # type: ignore[attr-defined]
        self._close(first, share=0.08)
        for kind in KINDS:
            if (preferred := chance.choice([None, first, second])) is not None:
                row = ChannelPreferenceRow(
                    person_id=person.id, purpose=kind.value, hub=self.hub.id, address_id=preferred.id or 0
                )
                session.add(row)  # type: ignore[attr-defined]
        last = chance.choice([first, second])
        person.address_id, self.wrote_by[person.id] = last.id, last.channel
        self.by_user[channel, user] = person.id

    def _earlier(self, person_id: int, at: AddressRow) -> OutboxRow:
        sent_at = self.now - timedelta(days=self.chance.choice([1, 3, 6, 8]))
        return OutboxRow(
            hub=self.hub.id,
            dedupe_key=f"old:{self.chance.random()}",
            channel=at.channel,
            account=at.account,
            address_id=at.id,
            person_id=person_id,
            purpose="broadcast",
            priority=9,
            status=4,
            body="x",
            settled_at=sent_at,
            created_at=sent_at,
        )

    def filters(self) -> Recipients:
        """Draw a filter."""
        chance = self.chance
        return Recipients(
            role=chance.choice([None, None, "tutor"]),
            language=chance.choice([None, None, "es"]),
            channel=chance.choice([*[None] * 5, "sms", "slack"]),
        )

    def let_some_leave(self, share: float) -> None:
        """Let some opt out everywhere, at this moment."""
        with self.database.session() as session:
            for person_id in sorted(set(self.by_user.values())):
                if person_id not in self.left_at and self.chance.random() < share:
                    everywhere = session.exec(select(AddressRow).where(col(AddressRow.person_id) == person_id)).all()
                    for address in everywhere:
                        consent.opt_out(session, address, cause="STOP", source="sms", now=self.now)
                    self.left_at[person_id] = self.now

    async def heard(self, message: Outbound) -> None:
        """Note who got it, and that they may at this hour."""
        person_id = self.by_user[message.to.channel, message.to.user]
        assert person_id not in self.sent_at, "twice"
        self.sent_at[person_id] = self.now
        self.sent_by[person_id] = message.to.channel
        with self.database.reading() as session:
            person = people.get(session, self.hub.id, person_id)
            assert person is not None
            zip_code = person.zip if message.to.channel == "sms" else None
            hours = hours_at(zip_code, self.hub.quiet_hours)
            for zone in [person.zone] if person.zone else _FIFTY_STATES:
                assert _is_open(self.now, zone, hours), f"{self.now} {zone} {zip_code}"


def _is_open(at: datetime, zone: str, hours: QuietHours) -> bool:
    local = at.astimezone(ZoneInfo(zone))
    return hours.opens[local.weekday()] <= local.hour * 60 + local.minute < hours.closes[local.weekday()]


async def test_the_people_of_the_preview_get_it_but_those_who_left_since(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'people.db'}"
    migrate(url)
    database = Database(url)
    cases = sent = elsewhere = 0
    for seed in range(WORLDS):
        chance = random.Random(seed)
        hub = Hub(id=f"h{seed}", name="Hub", zone="America/Chicago", contact=ContactPolicy(unasked_a_week=2))
        store = open_store(url, hub)
        await store.start()
        world = World(hub=hub, chance=chance, database=database, store=store)
        world.people(chance.randint(5, 25))
        reached = await _broadcast(world)
        await store.close()

        left_before = {one for one, at in world.left_at.items() if one not in world.sent_at or at < world.sent_at[one]}
        assert set(world.sent_at) == reached.keys() - left_before, f"seed {seed}"
        assert world.sent_by.items() <= reached.items(), f"seed {seed}"
        cases, sent = cases + len(set(world.by_user.values())), sent + len(world.sent_at)
        elsewhere += sum(world.wrote_by.get(one, by) != by for one, by in world.sent_by.items())
    database.close()
    print(f"{WORLDS} worlds, {cases} people, {sent} messages, {elsewhere} on another channel than they wrote by")
    assert sent > WORLDS
    assert elsewhere > WORLDS / 10


async def _broadcast(world: World) -> dict[int, str]:
    """Confirm a broadcast, let people leave at every station, and let three days pass; return the preview's people.

    Each with the channel by which the page says that they are reached.
    """
    filters, cap = world.filters(), world.chance.choice([None, None, 5])
    with world.database.session() as session:
        listed = broadcasts.list_recipients(session, world.hub, filters, world.now, limit=cap or 1000)
        shown = list_reached(session, world.hub, filters, world.now, cap=cap)
        channels = {one.ref: one.channel or "" for one in shown}
        reached = {person.id or 0: channels.pop(person.ref) for person in listed}
        assert not channels
        preview = broadcasts.preview(session, world.hub, filters, world.now, cap=cap)
        assert preview.by_channel == dict(sorted(Counter(reached.values()).items()))
        announced(session, world.hub, recipients=filters, body={"en": "News"}, now=world.now, cap=cap)
    if cap is None:  # with a cap, somebody else would take the place
        world.let_some_leave(0.1)
    await write_out(world.store, world.hub, world.now)
    world.let_some_leave(0.1)
    senders = []
    for name in ("sms", "slack", "telegram"):
        quick = replace(CAPABILITIES[name], messages_per_second=1_000_000)
        channel = SimulatorChannel(name, f"{name}-account", quick)
        channel.listen(world.heard)
        senders.append(Sender(store=world.store, hub=world.hub, channel=channel, now=lambda: world.now))
    for _ in range(72):
        await world.store.promote(world.now)
        await write_out(world.store, world.hub, world.now)
        for sender in senders:
            while await sender.send_ready():
                pass
        world.let_some_leave(0.01)
        world.now += timedelta(hours=1)
    return reached


# --- wherever the message is ------------------------------------------------------------------------------------------


async def stop(house: House, user: str = VOLUNTEER) -> None:
    await house.app.inbox.deliver([house.inbound("sms", user, "STOP")])


def outcome_of(house: House, message: int) -> tuple[int, str | None]:
    with house.app.database.session() as session:
        row = session.get_one(OutboxRow, message)
        return row.status, row.reason


def farewells(messages: list[Outbound]) -> list[str]:
    return [message.text for message in messages if "tutors on Friday" in message.text]


@pytest.mark.parametrize("where", ["queued", "retrying", "waiting", "claimed"])
async def test_nothing_leaves_after_stop_wherever_the_message_is(tmp_path: Path, where: str) -> None:
    async with open_house(tmp_path) as house:
        await sign_up(house)
        sms = house.channels["sms"]
        before = len(sms.sent)
        if where == "waiting":
            house.clock.at = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)  # ten in the evening
        if where == "retrying":
            sms.fail_next(TemporaryError("busy", code="503"))
        announce(house)
        await house.app.clock.tick()
        if where in ("retrying", "waiting"):
            await house.send()
        if where == "claimed":
            claimed = await house.app.store.claim(HUB.id, "sms", "sms-account", 5, house.clock.at)
            await stop(house)
            late = _Batch(read_at=time.monotonic() - 1, ready=deque([(claimed[0], 1)]))
            async with asyncio.TaskGroup() as group:
                await house.app.senders["sms"]._hand_out(late, group)
            assert outcome_of(house, claimed[0].id) == (OutboxStatus.DROPPED, "opted_out")
        else:
            await stop(house)

        await house.jump(house.clock.at + timedelta(days=3))

        assert farewells(sms.sent[before:]) == []


async def test_a_claimed_message_waits_no_longer_for_its_turn_than_its_facts_are_fresh(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        users = [f"+1312555030{number}" for number in range(4)]
        for user in users:
            await sign_up(house, user)
        sms = house.channels["sms"]
        sms.capabilities = replace(sms.capabilities, messages_per_second=20)
        announce(house, "We need tutors on Friday. " * 12)  # several parts each: the last waits for its turn
        await house.app.clock.tick()
        sending = asyncio.create_task(house.app.senders["sms"].run())
        await asyncio.sleep(0.1)
        for user in users[1:]:
            await stop(house, user)
        stopped = len(sms.sent)
        await asyncio.sleep(1.2)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)

        late = [message.to.user for message in sms.sent[stopped:] if "tutors on Friday" in message.text]
        assert set(late) <= {users[0]}


async def test_a_pause_holds_within_a_moment_and_going_on_loses_nobody(tmp_path: Path) -> None:
    async with open_house(tmp_path, hub=replace(HUB, contact=ContactPolicy(texts_a_day=0))) as house:
        with house.app.database.session() as session:
            for number in range(120):
                address = Address(channel="sms", account="sms-account", user=f"+1312{number:07}")
                person = people.add_person(session, HUB.id, address, MONDAY, zone="America/Chicago", zip="60614")
                assert person is not None
                at = session.get(AddressRow, person.address_id)
                assert at is not None
                at.consented_at = MONDAY
        sms = house.channels["sms"]
        sms.capabilities = replace(sms.capabilities, messages_per_second=60)
        ref = announce(house)
        await house.app.clock.tick()
        sending = asyncio.create_task(house.app.senders["sms"].run())
        while not sms.sent:
            await asyncio.sleep(0.02)

        with house.app.database.session() as session:
            assert broadcasts.pause(session, HUB.id, ref, author=AUTHOR, now=house.clock.at)
        await asyncio.sleep(0.4)
        held = len(sms.sent)
        await asyncio.sleep(0.5)
        assert len(sms.sent) == held < 120
        await house.app.clock.tick()
        with house.app.database.session() as session:
            assert broadcasts.resume(session, HUB.id, ref, author=AUTHOR, now=house.clock.at)
        sms.capabilities = replace(sms.capabilities, messages_per_second=100_000)
        await house.app.clock.tick()
        for _ in range(100):
            house.app.senders["sms"].wake()
            await asyncio.sleep(0.05)
            if len(sms.sent) >= 120:
                break
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)

        assert len(sms.sent) == len({message.to.user for message in sms.sent}) == 120


# --- money ------------------------------------------------------------------------------------------------------------


async def test_no_more_leaves_in_a_day_than_the_budget(tmp_path: Path) -> None:
    hub = replace(HUB, contact=ContactPolicy(texts_a_day=8))
    async with open_house(tmp_path, hub=hub) as house:
        await sign_up(house)
        for number in range(6):
            await sign_up(house, f"7700{number}", "telegram")
        sms, chat = house.channels["sms"], house.channels["telegram"]
        before, chats = len(sms.sent), len(chat.sent)
        announce(house)

        await house.jump(house.clock.at + timedelta(hours=2))

        assert len(chat.sent) == chats + 6  # costs nothing
        assert len(sms.sent) == before
        assert rows(house.app.database, "SELECT reason FROM outbox WHERE status = 0") == [{"reason": "budget"}]
        await house.jump(house.clock.at + timedelta(days=1))
        assert len(sms.sent) == before + 1


async def test_a_plan_counts_every_part_and_its_price(tmp_path: Path) -> None:
    hub = replace(HUB, contact=ContactPolicy(text_price=0.01, texts_a_day=0))
    async with open_house(tmp_path, hub=hub) as house:
        with house.app.database.session() as session:
            for number, name in enumerate(["Ana", "\u0141ukasz", None]):
                address = Address(channel="sms", account="sms-account", user=f"+1312{number:07}")
                person = people.add_person(session, HUB.id, address, MONDAY, zone="America/Chicago", given_name=name)
                assert person is not None
                at = session.get(AddressRow, person.address_id)
                assert at is not None
                at.consented_at = MONDAY
            texts = read_texts(hub, {"en": "Hello {first_name|friend}! " + "x" * 80})
            told = plan(session, hub, Recipients(), texts, {"sms": 1.0}, MONDAY)

    assert told.preview.people == 3
    assert told.texts == 4  # one name has a letter that doubles its text
    assert told.cost == pytest.approx(0.04)
    assert told.finish_at == MONDAY + timedelta(seconds=4)


async def test_a_test_goes_to_one_person_who_agreed_and_is_what_they_would_read(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await sign_up(house)
        house.clock.at = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)  # at night: they asked for it
        texts = read_texts(HUB, {"en": "{hub}: hi {first_name|friend}", "es": "{hub}: hola {first_name|amiga}"})
        with house.app.database.session() as session:
            ana = people.find_by_user(session, HUB.id, VOLUNTEER)
            assert ana is not None
            said = send_test(session, HUB, texts, ana, house.clock.at)
        left = await house.send()
        await stop(house)
        with house.app.database.session() as session:
            ana = people.find_by_user(session, HUB.id, VOLUNTEER)
            assert ana is not None
            assert send_test(session, HUB, texts, ana, house.clock.at) == []

    assert [message.text for message in left] == said == ["Bright Hub: hi friend", "Bright Hub: hola amiga"]
