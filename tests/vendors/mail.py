"""A mail server on loopback that takes mail, keeps it, and fails on demand.

Faults, each for one mail: an answer of its own, like ``550 5.1.1 no such box`` (to the recipient) or
``data 552 too big`` (to the mail), ``hang`` (no answer), ``reset`` (cut before the mail), ``lost`` (taken, then cut).
"""

from __future__ import annotations

import asyncio
import email
import ssl
import warnings
from collections import deque
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult

#: For localhost, signed by itself; certificate first, then its key.
CERTIFICATE = Path(__file__).parent / "mail.pem"
USERNAME, PASSWORD = "hub", "mail-secret"


def _cut(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


def _quietly(server: MailServer, options: dict[str, Any]) -> SMTP:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would rather have encryption wherever there is a password
        return SMTP(server, **options)


class MailServer:
    """A mail server; use it as an asynchronous context manager."""

    def __init__(self, *, tls: str = "none", log_in: bool = False) -> None:
        self.port = 0
        self.mails: list[EmailMessage] = []
        #: To whom each went, as the envelope says.
        self.recipients: list[str] = []
        self.on_mail: Callable[[EmailMessage], None] = lambda _: None
        self.broken_log_in = False
        self._tls = tls
        self._log_in = log_in
        self._faults: deque[str] = deque()
        self._fault = ""
        self._closing = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def start(self, port: int = 0) -> None:
        context = None
        if self._tls != "none":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
        options: dict[str, Any] = {"hostname": "mail.test", "enable_SMTPUTF8": False}
        if self._tls == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        if self._log_in:
            options |= {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": False}
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _quietly(self, options), "127.0.0.1", port, ssl=context if self._tls == "tls" else None
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._closing.set()
        if self._server is not None:
            self._server.close()

    def fail_next(self, *faults: str) -> None:
        """Let the next mails fail, one fault each."""
        self._faults.extend(faults)

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = (data.login, data.password) == (USERNAME.encode(), PASSWORD.encode()) and not self.broken_log_in
        return AuthResult(success=good, handled=False)

    # --- what aiosmtpd calls ---

    async def handle_MAIL(self, server: SMTP, _session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        self._fault = self._faults.popleft() if self._faults else ""
        if self._fault == "reset":
            _cut(server)
        if self._fault == "hang":
            await self._closing.wait()
        if self._fault.startswith("from "):
            return self._fault.removeprefix("from ")
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _server: SMTP, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:  # noqa: N802
        if self._fault[:1].isdecimal():
            return self._fault
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self._fault.startswith("data "):
            return self._fault.removeprefix("data ")
        mail = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        self.on_mail(mail)
        if self._fault == "lost":
            _cut(server)
        return "250 OK"
