"""Run the real process: webhooks, senders and clock in one loop."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from bot.api.telling import Teller
from bot.app import open_app, running
from bot.config import Settings
from bot.config.settings import Oidc
from bot.console.identity import IdentityProvider
from bot.web import build_web
from bot.web_server import WebServer, listen
from channels import open_channel

log = logging.getLogger(__name__)


async def serve(settings: Settings) -> None:
    """Serve until the process is told to stop.

    Raises:
        MistakeError: somebody else listens on the port.
        StorageError: the database cannot be used.
        FlowError: a flow file is wrong.
        ValueError: a channel's settings contradict each other.
    """
    public_url = settings.web.public_url
    channels = {
        name: open_channel(name, values, public_url=public_url) for name, values in settings.channels.opened().items()
    }
    taken = listen(settings.web.host, settings.web.port)
    hub = replace(settings.hub.facts(), public_url=public_url)
    async with open_app(
        hub=hub,
        database_url=settings.database.url.get_secret_value(),
        channels=channels,
        privacy_key=settings.privacy.key_in_clear,
    ) as app:
        web = build_web(
            channels=app.channels,
            started=app.started,
            inbox=app.inbox,
            ready=app.ready,
            desk=app.desk(),
            house=app.house(identity=_identity(settings.console.oidc)),
            doors=app.doors(
                metrics_token=settings.api.metrics_token_in_clear, calls_a_minute=settings.api.calls_a_minute
            ),
        )
        teller = Teller(database=app.database, hub=hub.id, now=app.now, private=settings.api.private_webhooks == "yes")
        async with running(app), beside(teller.run()):
            log.info("serving", extra={"port": settings.web.port, "channels": ",".join(sorted(channels)) or "none"})
            await WebServer(web, taken, stopping=app.stopping.set).run_until_told()


def _identity(oidc: Oidc) -> IdentityProvider | None:
    if not oidc.issuer or oidc.client_secret is None:
        return None
    return IdentityProvider(
        issuer=oidc.issuer, client_id=oidc.client_id, client_secret=oidc.client_secret.get_secret_value()
    )


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let something run until the block ends."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        try:
            yield
        finally:
            task.cancel()


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on the fastest loop the machine has."""
    if sys.platform == "win32":
        asyncio.run(main)
        return
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)
