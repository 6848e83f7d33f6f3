"""Mail against a real mail server on this machine: what arrives, and what each refusal becomes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.base import (
    ChannelError,
    ForgedRequestError,
    PermanentError,
    TemporaryError,
    UnknownOutcomeError,
    WebRequest,
)
from channels.email import EmailChannel
from channels.settings import EmailSettings
from flows.messages import Attachment, Consequence, Outbound
from tests.channels import wire
from tests.channels.conftest import Delivered
from tests.vendors.mail import CERTIFICATE, PASSWORD, USERNAME, MailServer

ANA = "ana@example.org"
LINK = f"{wire.PUBLIC_URL}/l/q3Zk0v-S_1aGZc2kq9wXtA"


def settings(server: MailServer, **other: Any) -> EmailSettings:
    fields = {
        "host": "localhost",
        "port": server.port,
        "security": "none",
        "from_address": "hello@hub.example.org",
        "from_name": "Bright Hub",
        "public_url": wire.PUBLIC_URL,
        "timeout_s": 0.5,
    }
    return EmailSettings(**{**fields, **other})


def mail(text: str = "Bright Hub: hello.", user: str = ANA, **other: Any) -> Outbound:
    return wire.outbound("email", user, text, **other)


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as opened:
        yield opened


async def test_mail_arrives_as_plain_text(server: MailServer) -> None:
    receipt = await EmailChannel(settings(server)).send(mail("Bright Hub: ¿todo bien? Sí, María.", reference="ref-7"))

    (arrived,) = server.mails
    assert arrived.get_content_type() == "text/plain"
    assert arrived.get_content().strip() == "Bright Hub: ¿todo bien? Sí, María."
    assert arrived["Subject"] == "Bright Hub: ¿todo bien?"
    assert arrived["From"] == "Bright Hub <hello@hub.example.org>"
    assert server.recipients == [ANA]
    assert receipt.provider_id == arrived["Message-ID"] == "<ref-7@hub.example.org>"


async def test_mail_with_a_link_has_it_to_press_and_a_button_to_leave(server: MailServer) -> None:
    await EmailChannel(settings(server)).send(mail(f"Hub <b>: please read here: {LINK}?lang=es. Thanks & bye."))

    (arrived,) = server.mails
    html = arrived.get_body(("html",))
    assert html is not None
    assert f'<a href="{LINK}?lang=es">' in html.get_content()
    assert "Hub &lt;b&gt;" in html.get_content()
    assert arrived["List-Unsubscribe"] == f"<{LINK}/stop>, <mailto:hello@hub.example.org?subject=STOP>"
    assert arrived["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_link_elsewhere_is_no_way_to_leave(server: MailServer) -> None:
    channel = EmailChannel(settings(server, reply_to="office@hub.example.org"))

    await channel.send(mail("See https://other.example/l/abc and write back."))

    (arrived,) = server.mails
    assert arrived["List-Unsubscribe"] == "<mailto:office@hub.example.org?subject=STOP>"
    assert arrived["Reply-To"] == "office@hub.example.org"
    assert arrived["List-Unsubscribe-Post"] is None


async def test_file_travels_with_the_mail(server: MailServer) -> None:
    ics = Attachment(name="shift.ics", content_type="text/calendar", content=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")

    await EmailChannel(settings(server)).send(mail("See you.", subject="Your shift", attachment=ics))

    (arrived,) = server.mails
    (attached,) = arrived.iter_attachments()
    assert attached.get_filename() == "shift.ics"
    assert attached.get_content_type() == "text/calendar"
    assert arrived["Subject"] == "Your shift"


async def test_text_cannot_add_headers(server: MailServer) -> None:
    await EmailChannel(settings(server)).send(mail("x", subject="Hi\r\nBcc: all@example.org"))

    assert server.recipients == [ANA]
    assert server.mails[0]["Bcc"] is None


@pytest.mark.parametrize("user", ["", "ana", "ana@", "a b@example.org", "ana@x>\r\nRCPT TO:<bob@x", "añá@example.org"])
async def test_what_is_no_address_is_refused_before_it_leaves(user: str, server: MailServer) -> None:
    with pytest.raises(PermanentError) as refused:
        await EmailChannel(settings(server)).send(mail(user=user))

    assert refused.value.consequence is Consequence.UNREACHABLE
    assert not server.recipients


@pytest.mark.parametrize(
    ("fault", "error", "consequence"),
    [
        pytest.param("550 5.1.1 no such box", PermanentError, Consequence.UNREACHABLE, id="no such box"),
        pytest.param("550 no such box", PermanentError, Consequence.UNREACHABLE, id="no such box, plainly"),
        pytest.param("550 5.7.1 looks like spam", PermanentError, Consequence.NONE, id="policy"),
        pytest.param("554 refused", PermanentError, Consequence.NONE, id="refused"),
        pytest.param("452 4.2.2 box full", TemporaryError, None, id="box full"),
        pytest.param("450 come again", TemporaryError, None, id="greylisted"),
        pytest.param("from 553 not you", PermanentError, Consequence.CHANNEL_DOWN, id="we may not send"),
        pytest.param("data 552 too big", PermanentError, Consequence.NONE, id="too big"),
        pytest.param("data 451 try later", TemporaryError, None, id="try later"),
        pytest.param("reset", TemporaryError, None, id="cut before the mail"),
        pytest.param("hang", TemporaryError, None, id="no answer before the mail"),
        pytest.param("lost", UnknownOutcomeError, None, id="cut after the mail"),
    ],
)
async def test_fault_of_the_server_becomes_the_right_error(
    fault: str, error: type[ChannelError], consequence: Consequence | None, server: MailServer
) -> None:
    server.fail_next(fault)

    with pytest.raises(ChannelError) as failed:
        await EmailChannel(settings(server)).send(mail())

    assert type(failed.value) is error
    assert getattr(failed.value, "consequence", None) == consequence
    assert ANA not in str(failed.value)
    assert len(server.mails) == (1 if fault == "lost" else 0)


async def test_server_that_cannot_be_reached_has_surely_sent_nothing(server: MailServer) -> None:
    await server.close()

    with pytest.raises(TemporaryError):
        await EmailChannel(settings(server)).send(mail())


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_mail_travels_encrypted_after_logging_in(
    security: str, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    async with MailServer(tls=security, log_in=True) as server:
        channel = EmailChannel(settings(server, security=security, username=USERNAME, password=PASSWORD, timeout_s=2))
        await channel.start(delivered)

        await channel.send(mail())

    assert len(server.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_server_that_cannot_prove_who_it_is_is_told_nothing(security: str, delivered: Delivered) -> None:
    async with MailServer(tls=security) as server:
        with pytest.raises(PermanentError) as refused:
            await EmailChannel(settings(server, security=security, timeout_s=2)).start(delivered)

    assert refused.value.consequence is Consequence.CHANNEL_DOWN


async def test_server_without_encryption_is_not_used_when_it_is_wanted(
    server: MailServer, delivered: Delivered
) -> None:
    with pytest.raises(PermanentError) as refused:
        await EmailChannel(settings(server, security="starttls")).start(delivered)

    assert refused.value.code == "not_supported"


async def test_wrong_password_is_known_at_the_start(delivered: Delivered) -> None:
    async with MailServer(log_in=True) as server:
        with pytest.raises(PermanentError) as refused:
            await EmailChannel(settings(server, username=USERNAME, password="guess")).start(delivered)

    assert refused.value.consequence is Consequence.CHANNEL_DOWN
    assert "guess" not in repr(settings(server, password="guess"))


async def test_nobody_can_call_the_channel(server: MailServer) -> None:
    with pytest.raises(ForgedRequestError):
        await EmailChannel(settings(server)).receive(WebRequest(path="/webhooks/email", headers={}, body=b"x"))


async def test_stale_and_empty_mails_never_leave(server: MailServer) -> None:
    channel = EmailChannel(settings(server))
    for useless in (mail(" "), mail(expires_at=datetime(2020, 1, 1, tzinfo=UTC)), mail("x" * 30_000)):
        with pytest.raises(PermanentError):
            await channel.send(useless)

    assert not server.mails
