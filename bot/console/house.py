"""What the coordinators' pages work with, and one request of somebody who is signed in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.console.identity import IdentityProvider
from bot.shelf import Shelf
from channels.base import Channel
from flows.facts import Hub
from flows.library import Library
from flows.rules.access import Permission, may
from storage.database import Database
from storage.store import Store
from storage.users import SignedIn


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The running process, as far as the pages need it."""

    hub: Hub
    shelf: Shelf
    database: Database
    store: Store
    channels: Mapping[str, Channel]
    #: Names of the channels that are connected by now.
    started: set[str]
    #: The hub's clock, which the demo puts forward.
    now: Callable[[], datetime]
    #: The clock on the wall: sessions and links to sign in end by it.
    wall: Callable[[], datetime]
    #: Called with the channel and account that have something to send.
    wake: Callable[[str, str], None]
    #: By which users may sign in instead of a password.
    identity: IdentityProvider | None = None
    #: Set when the process is told to end, so that open streams end themselves.
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def library(self) -> Library:
        """What is said and asked at this moment."""
        return self.shelf.library

    @property
    def zone(self) -> ZoneInfo:
        """The hub's zone, in which pages tell times unless a place has its own."""
        return ZoneInfo(self.hub.zone)

    @property
    def accounts(self) -> dict[str, str]:
        """Our side of each channel, by name."""
        return {name: channel.account for name, channel in self.channels.items()}

    def wake_all(self) -> None:
        """Let every sender look: something may have been written for it."""
        for name, account in self.accounts.items():
            self.wake(name, account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of a user who is signed in and may make it."""

    house: House
    user: SignedIn
    #: The language the page is shown in.
    language: str
    #: The moment of the request by the hub's clock.
    now: datetime
    #: What stands in braces in the route's path.
    path: Mapping[str, str] = field(default_factory=dict)
    #: What stands behind the question mark; of several with one name the last.
    query: Mapping[str, str] = field(default_factory=dict)
    #: What a form sent; of several with one name the last.
    form: Mapping[str, str] = field(default_factory=dict)
    #: Everything a form sent, several values with one name included.
    fields: Mapping[str, list[str]] = field(default_factory=dict)
    #: Files of a form, by field: name and content.
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    #: Whether only a piece of the page was asked for.
    is_piece: bool = False

    @property
    def hub(self) -> Hub:
        """The hub whose pages these are."""
        return self.house.hub

    @property
    def sites(self) -> frozenset[int] | None:
        """Numbers of the sites this user sees; ``None``: all of the hub."""
        return self.user.sites

    @property
    def author(self) -> str:
        """Who did it, as the audit trail names them."""
        return f"coordinator:{self.user.name}"

    def may(self, permission: Permission) -> bool:
        """Tell whether the user may do something: what they may not is not shown."""
        return may(self.user.role, permission)

    def reading(self) -> AbstractContextManager[Any]:
        """Open a transaction that only reads."""
        return self.house.database.reading()

    def writing(self) -> AbstractContextManager[Any]:
        """Open a transaction that commits when the block ends, and rolls back when it raises."""
        return self.house.database.session()
