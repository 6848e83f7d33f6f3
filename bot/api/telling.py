"""Tell other programs what was decided: signed, tried again for half a day, each piece of news under a name of its own."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import aiohttp

from bot.api.outside import fault_of, open_client
from storage.database import Database
from storage.programs import Delivery, drop_old_calls, has_news, settle_delivery, take_due, write_news

log = logging.getLogger(__name__)

_LOOK_S: Final = 2.0
#: Somebody who does not answer within this time is asked again.
TIMEOUT_S: Final = 10.0
#: Longer than an attempt can take: after a crash another one begins then.
_LEASE: Final = timedelta(seconds=60)
_AT_ONCE: Final = 20
_TIDY: Final = timedelta(hours=1)
#: 30 s, 2 min, 8 min, 32 min, 2 h, 8.5 h.
_FIRST_WAIT: Final = timedelta(seconds=30)
MOST_ATTEMPTS: Final = 7


def sign(secret: str, body: bytes, at: datetime) -> str:
    """Sign a body as of an instant: ``t=1764000000,v1=…``, HMAC-SHA-256 over the seconds, a point and the body."""
    seconds = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


@dataclass(slots=True, kw_only=True)
class Teller:
    """Tells the programs of one hub."""

    database: Database
    hub: str
    now: Callable[[], datetime]
    #: Whether addresses of our own network may be called.
    private: bool = False
    #: When calls that cannot be repeated any more were last forgotten.
    _tidied_at: datetime | None = None

    async def run(self) -> None:
        """Tell for ever; ends when cancelled."""
        async with open_client(private=self.private, timeout_s=TIMEOUT_S) as client:
            while True:
                if not await self.tell(client):
                    await asyncio.sleep(_LOOK_S)

    async def tell(self, client: aiohttp.ClientSession) -> int:
        """Write what is new, and try what is due; return how much was tried."""
        due = await asyncio.to_thread(self._take)
        async with asyncio.TaskGroup() as group:
            for delivery in due:
                group.create_task(self._try(client, delivery))
        return len(due)

    def _take(self) -> list[Delivery]:
        now = self.now()
        if self._tidied_at is None or now - self._tidied_at >= _TIDY:
            with self.database.session() as session:
                drop_old_calls(session, now)
            self._tidied_at = now
        with self.database.reading() as session:
            if not has_news(session, self.hub, now):
                return []  # nobody who writes waits for us, as long as there is nothing to tell
        with self.database.session() as session:
            write_news(session, self.hub, now)
            return take_due(session, self.hub, now, until=now + _LEASE, limit=_AT_ONCE)

    async def _try(self, client: aiohttp.ClientSession, delivery: Delivery) -> None:
        reason = await self._post(client, delivery)
        now = self.now()
        is_last = delivery.attempts >= MOST_ATTEMPTS
        again_at = None if is_last else now + _FIRST_WAIT * 4 ** (delivery.attempts - 1)
        await asyncio.to_thread(self._settle, delivery.id, now, reason, again_at)
        log.info("news told" if reason is None else "news not told", extra={"news": delivery.ref, "reason": reason})

    def _settle(self, delivery_id: int, now: datetime, reason: str | None, again_at: datetime | None) -> None:
        with self.database.session() as session:
            settle_delivery(session, delivery_id, now=now, reason=reason, again_at=again_at)

    async def _post(self, client: aiohttp.ClientSession, delivery: Delivery) -> str | None:
        """Say it once; return why it was not heard."""
        if fault_of(delivery.url, private=self.private):
            return "private_address"
        body = delivery.body.encode()
        headers = {
            "content-type": "application/json",
            "user-agent": "PeoplePower",
            "peoplepower-signature": sign(delivery.secret, body, self.now()),
            "peoplepower-delivery": delivery.ref,
        }
        try:
            async with client.post(delivery.url, data=body, headers=headers, allow_redirects=False) as answer:
                return None if 200 <= answer.status < 300 else f"status_{answer.status}"
        except TimeoutError:
            return "timeout"
        except (aiohttp.ClientError, OSError) as error:
            return type(error).__name__
