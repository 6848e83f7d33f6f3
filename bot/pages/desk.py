"""What the pages for people outside work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flows.facts import Hub
from flows.library import Library
from storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The hub's side of the pages."""

    hub: Hub
    library: Library
    database: Database
    now: Callable[[], datetime]
    #: Called with the channel and account that have something to send.
    wake: Callable[[str, str], None]
