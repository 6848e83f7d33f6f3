"""Build every part once and run them together; the only module that knows all parts."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from bot.api.desk import Desk as Doors
from bot.broadcast_texts import BroadcastTexts
from bot.clock import Clock
from bot.console.house import House
from bot.console.identity import IdentityProvider
from bot.inbox import Inbox
from bot.meters import Meters
from bot.pages.desk import Desk
from bot.sender import Sender
from bot.shelf import Shelf, open_shelf
from channels.base import Channel, ChannelError, PermanentError
from flows.facts import Hub
from flows.geography import place_of
from flows.library import Library
from storage.database import Database, migrate, schema_is_current
from storage.errors import StorageError
from storage.opening import open_store
from storage.store import Store

log = logging.getLogger(__name__)

#: A store that does not say whether it answers within this time does not.
_READY_TIMEOUT_S: Final = 2.0
_ANY_ZIP: Final = "60614"
#: After a provider could not be reached, or refused our account.
_START_AGAIN_S: Final = 5.0
_REFUSED_AGAIN_S: Final = 60.0


def utc_now() -> datetime:
    """Return the real time; everything else is handed a clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The parts of a running process."""

    hub: Hub
    shelf: Shelf
    store: Store
    database: Database
    channels: Mapping[str, Channel]
    senders: Mapping[str, Sender]
    inbox: Inbox
    clock: Clock
    now: Callable[[], datetime]
    database_url: str
    meters: Meters
    #: Channels that are connected; the others are still being tried.
    started: set[str] = field(default_factory=set)
    #: Set when the process is told to end.
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def library(self) -> Library:
        """What is said and asked at this moment."""
        return self.shelf.library

    def desk(self) -> Desk:
        """Return what the pages of links work with."""
        return Desk(hub=self.hub, library=self.library, database=self.database, now=self.now, wake=self.inbox.wake)

    def house(self, *, wall: Callable[[], datetime] = utc_now, identity: IdentityProvider | None = None) -> House:
        """Return what the coordinators' console works with.

        Args:
            wall: the clock by which sessions end.
            identity: by which users may sign in instead of a password.
        """
        return House(
            hub=self.hub,
            shelf=self.shelf,
            database=self.database,
            store=self.store,
            channels=self.channels,
            started=self.started,
            now=self.now,
            wall=wall,
            wake=self.inbox.wake,
            identity=identity,
            stopping=self.stopping,
        )

    def doors(self, *, metrics_token: str = "", calls_a_minute: int = 120) -> Doors:
        """Return what the doors for other programs work with."""
        return Doors(
            hub=self.hub,
            database=self.database,
            now=self.now,
            wake=self.inbox.wake,
            meters=self.meters,
            accounts={name: channel.account for name, channel in self.channels.items()},
            metrics_token=metrics_token,
            calls_a_minute=calls_a_minute,
        )

    async def ready(self) -> bool:
        """Tell whether the database answers and its schema is the one this version needs."""
        try:
            async with asyncio.timeout(_READY_TIMEOUT_S):
                return await self.store.ready() and await asyncio.to_thread(schema_is_current, self.database_url)
        except (TimeoutError, StorageError):
            return False


@asynccontextmanager
async def open_app(
    *,
    hub: Hub,
    database_url: str,
    channels: Mapping[str, Channel],
    now: Callable[[], datetime] = utc_now,
    privacy_key: str | None = None,
) -> AsyncIterator[App]:
    """Open everything that a process needs; nothing runs yet.

    Args:
        privacy_key: recognises addresses of erased people; without one, a new one that nobody knows, as in the demo.

    Raises:
        StorageError: the database cannot be used.
        FlowError: a flow file is wrong.
    """
    await asyncio.to_thread(migrate, database_url)
    async with AsyncExitStack() as stack:
        key = privacy_key or secrets.token_hex()
        database = Database(database_url, key=key)
        stack.callback(database.close)
        place_of(_ANY_ZIP)  # the first look reads the whole table: better here than while somebody waits
        shelf = await asyncio.to_thread(open_shelf, database, hub, now)
        store = open_store(database_url, hub, key=key)
        await store.start()
        stack.push_async_callback(store.close)
        meters = Meters()
        senders = {
            name: Sender(store=store, hub=hub, channel=channel, now=now, meters=meters)
            for name, channel in channels.items()
        }

        def wake(channel: str, account: str) -> None:
            if channel in senders and channels[channel].account == account:
                senders[channel].wake()

        rates = {name: channel.capabilities.messages_per_second for name, channel in channels.items()}
        inbox = Inbox(
            store=store,
            hub=hub,
            shelf=shelf,
            now=now,
            network_confirms={
                name: channel.capabilities.network_confirms_opt_out for name, channel in channels.items()
            },
            accounts={name: channel.account for name, channel in channels.items()},
            wake=wake,
            foresee=BroadcastTexts(database, hub, rates).look,
            meters=meters,
        )
        clock = Clock(
            store=store,
            database=database,
            hub=hub,
            shelf=shelf,
            channels=channels,
            now=now,
            wake=wake,
            meters=meters,
        )
        yield App(
            hub=hub,
            shelf=shelf,
            store=store,
            database=database,
            channels=channels,
            senders=senders,
            inbox=inbox,
            clock=clock,
            now=now,
            database_url=database_url,
            meters=meters,
        )


@asynccontextmanager
async def running(app: App) -> AsyncIterator[None]:
    """Run channels, senders and clock until the block ends."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_talk(app, channel)) for channel in app.channels.values()]
        scheduler = app.clock.start()
        try:
            yield
        finally:
            scheduler.shutdown(wait=False)
            for task in tasks:
                task.cancel()


async def _talk(app: App, channel: Channel) -> None:
    """Start a channel and send by it for ever; one whose provider refuses us does not stop the others."""
    try:
        while True:
            try:
                await channel.start(app.inbox.deliver)
                break
            except ChannelError as error:
                wait_s = _start_again_s(error)
                log.error(  # noqa: TRY400 - the provider's word says it all
                    "a channel cannot be started; trying again",
                    extra={"channel": channel.name, "code": error.code, "wait_s": wait_s},
                )
                await asyncio.sleep(wait_s)
        app.started.add(channel.name)
        await app.senders[channel.name].run()
    finally:
        app.started.discard(channel.name)
        await channel.close()


def _start_again_s(error: ChannelError) -> float:
    if isinstance(error, PermanentError):
        return _REFUSED_AGAIN_S
    return getattr(error, "retry_after_s", None) or _START_AGAIN_S
