"""Speak SMTP: one connection a mail, each exchange within its time, each failure in our own words."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP as MAIL_LINES
from typing import Final

from channels.base import ChannelError, PermanentError, TemporaryError, UnknownOutcomeError
from channels.settings import EmailSettings
from flows.messages import Consequence

#: "Bad destination mailbox or system address". Source: RFC 3463, 3.2
_NO_SUCH_BOX: Final = re.compile(rb"^5\.1\.[1236]\b")
_ENHANCED: Final = re.compile(rb"^[245]\.\d{1,3}\.\d{1,3}\b")
#: Without such a code: mailbox unavailable, not local, name not allowed. Source: RFC 5321, 4.2.3
_REFUSED_BOX: Final = frozenset({550, 551, 553})


def try_log_in(settings: EmailSettings) -> None:
    """Connect and log in, nothing more."""
    with _connected(settings):
        pass


def post(letter: EmailMessage, settings: EmailSettings, *, to: str) -> None:
    """Hand one mail to the server.

    Raises:
        TemporaryError: surely not taken; worth trying again.
        UnknownOutcomeError: the connection broke after the whole mail was on its way.
        PermanentError: refused for good.
    """
    with _connected(settings) as server:
        _require(server.mail(settings.from_address), about_us=True)
        _require(server.rcpt(to))
        try:
            _require(server.data(letter.as_bytes(policy=MAIL_LINES)), consequence=Consequence.NONE)
        except smtplib.SMTPDataError as error:  # it did not want to hear the mail at all
            raise _refusal(error.smtp_code, error.smtp_error, consequence=Consequence.NONE) from None
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise UnknownOutcomeError("the connection to the mail server broke", code="broken_connection") from error


@contextmanager
def _connected(settings: EmailSettings) -> Iterator[smtplib.SMTP]:
    """Open a connection, encrypted and logged in; nothing has been sent when this fails."""
    server = None
    try:
        server = _open(settings)
        yield server
    except smtplib.SMTPAuthenticationError as error:
        raise _refusal(error.smtp_code, error.smtp_error, consequence=Consequence.CHANNEL_DOWN) from None
    except smtplib.SMTPNotSupportedError:
        raise PermanentError(
            "the mail server does not offer what is set", code="not_supported", consequence=Consequence.CHANNEL_DOWN
        ) from None
    except ssl.SSLCertVerificationError as error:
        raise PermanentError(
            "the mail server's certificate is not good", code="certificate", consequence=Consequence.CHANNEL_DOWN
        ) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, error.smtp_error, consequence=Consequence.NONE) from None
    except (smtplib.SMTPException, OSError) as error:
        raise TemporaryError("the mail server could not be reached", code="no_connection") from error
    finally:
        if server is not None:
            _leave(server)


def _open(settings: EmailSettings) -> smtplib.SMTP:
    server: smtplib.SMTP
    if settings.security == "tls":
        server = smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=settings.timeout_s, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_s)
    try:
        if settings.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        server.ehlo_or_helo_if_needed()
        if settings.username:
            server.login(settings.username, settings.password)
    except BaseException:
        server.close()
        raise
    return server


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _require(answer: tuple[int, bytes], *, about_us: bool = False, consequence: Consequence | None = None) -> None:
    code, said = answer
    if code not in (250, 251):
        raise _refusal(code, said, consequence=Consequence.CHANNEL_DOWN if about_us else consequence)


def _refusal(code: int, said: bytes | str, *, consequence: Consequence | None) -> ChannelError:
    """Say what an answer means. The server's own words may name the person: only its numbers are repeated."""
    words = said if isinstance(said, bytes) else said.encode(errors="replace")
    enhanced = _ENHANCED.match(words)
    name = f"{code} {enhanced[0].decode()}" if enhanced else str(code)
    if 400 <= code < 500:
        return TemporaryError(f"the mail server answered {name}", code=name)
    if consequence is None:
        gone = _NO_SUCH_BOX.match(words) if enhanced else code in _REFUSED_BOX
        consequence = Consequence.UNREACHABLE if gone else Consequence.NONE
    return PermanentError(f"the mail server refused: {name}", code=name, consequence=consequence)
