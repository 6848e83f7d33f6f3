"""The real ``serve`` in a process of its own, to be called, killed and started again."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.databases import migrated_sqlite
from tests.vendors import mail, slack, telegram, twilio

ROOT = Path(__file__).parent.parent.parent


def free_port() -> int:
    """Return a port that nobody listens on, below those that a client's own end may take while the server is down."""
    while True:
        port = random.randint(20_000, 29_999)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@dataclass(slots=True)
class Served:
    """A ``serve`` process with its configuration."""

    config: Path
    port: int
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Return where it writes its log."""
        return self.config.with_suffix(".log")

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "serve", "--config", str(self.config)),
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        async with asyncio.timeout(30), aiohttp.ClientSession() as client:
            while await self._status(client, "GET", "/readyz") != 200:
                await asyncio.sleep(0.02)
            for channel in (
                "sms",
                "slack",
                "telegram",
                "email",
            ):  # 503 until the channel is connected, then 403: not signed
                while await self._status(client, "POST", f"/webhooks/{channel}") == 503:
                    await asyncio.sleep(0.02)

    async def _status(self, client: aiohttp.ClientSession, method: str, path: str) -> int:
        assert self.process
        assert self.process.returncode is None, self.log.read_text()
        try:
            async with client.request(method, f"{self.url}{path}") as answer:
                return answer.status
        except aiohttp.ClientError:
            return 503

    async def end(self, how: signal.Signals) -> int:
        """Send a signal and wait; return the exit code."""
        assert self.process
        self.process.send_signal(how)
        async with asyncio.timeout(15):
            return await self.process.wait()


@dataclass(slots=True, kw_only=True)
class Vendors:
    """The four stand-ins that a served house talks to."""

    twilio: twilio.TwilioServer
    slack: slack.SlackServer
    telegram: telegram.TelegramServer
    mail: mail.MailServer


@asynccontextmanager
async def served(
    folder: Path, *, database_url: str | None = None, hub: str = ""
) -> AsyncIterator[tuple[Served, Vendors]]:
    """Start the four stand-ins and a ``serve`` that uses them.

    Args:
        database_url: without one, an SQLite file with the present schema; one that is named may be empty.
        hub: more lines for the table of the hub.
    """
    port = free_port()
    if database_url is None:
        (folder / "people.db").write_bytes(migrated_sqlite())
    async with (
        twilio.TwilioServer() as sms,
        slack.SlackServer() as work,
        telegram.TelegramServer() as chat,
        mail.MailServer() as post,
    ):
        config = folder / "config.toml"
        config.write_text(
            f"""
[web]
port = {port}
public_url = "http://127.0.0.1:{port}"
[database]
url = "{database_url or f"sqlite:///{folder / 'people.db'}"}"
[channels.sms]
account_sid = "{twilio.ACCOUNT_SID}"
auth_token = "{twilio.AUTH_TOKEN}"
messaging_service_sid = "{twilio.SERVICE_SID}"
api_base = "{sms.url}"
messages_per_second = 1000
[channels.slack]
bot_token = "{slack.BOT_TOKEN}"
signing_secret = "{slack.SIGNING_SECRET}"
api_base = "{work.url}"
messages_per_second = 1000
[channels.telegram]
token = "{telegram.TOKEN}"
secret_token = "{telegram.SECRET_TOKEN}"
mode = "webhook"
api_base = "{chat.url}"
messages_per_second = 1000
[channels.email]
host = "127.0.0.1"
port = {post.port}
security = "none"
from_address = "hello@hub.example.org"
messages_per_second = 1000
[privacy]
key = "0123456789abcdef0123456789abcdef"
[hub]
id = "test"
name = "Bright Hub"
timezone = "America/Chicago"
help_phone = "312-555-0100"
requirements = []
{hub}
""",
            "utf-8",
        )
        config.chmod(0o600)
        house = Served(config, port)
        await house.start()
        try:
            yield house, Vendors(twilio=sms, slack=work, telegram=chat, mail=post)
        finally:
            if house.process and house.process.returncode is None:
                house.process.kill()
                await house.process.wait()
