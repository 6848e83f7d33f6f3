"""What the doors for other programs work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.meters import Meters
from flows.facts import Hub
from storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The hub's side of the doors."""

    hub: Hub
    database: Database
    now: Callable[[], datetime]
    #: Called with the channel and account that have something to send.
    wake: Callable[[str, str], None]
    meters: Meters
    #: Our side of each channel that is on, by its name.
    accounts: Mapping[str, str] = field(default_factory=dict)
    #: What another machine shows to read numbers; empty: none may.
    metrics_token: str = ""
    calls_a_minute: int = 120
