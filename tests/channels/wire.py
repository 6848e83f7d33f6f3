"""Build the requests that vendors would make, from the payloads kept beside these tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from channels.base import WebRequest
from channels.settings import SlackSettings, SmsSettings, TelegramSettings
from flows.messages import Address, Choice, Outbound
from tests.vendors import slack, telegram, twilio

PUBLIC_URL = "https://hub.example.org"

_PAYLOADS = Path(__file__).parent.parent / "payloads"


def payload(channel: str, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((_PAYLOADS / channel / f"{name}.json").read_text(encoding="utf-8"))
    return content


def sms_settings(**other: Any) -> SmsSettings:
    fields = {
        "account_sid": twilio.ACCOUNT_SID,
        "auth_token": twilio.AUTH_TOKEN,
        "messaging_service_sid": twilio.SERVICE_SID,
        "public_url": PUBLIC_URL,
    }
    return SmsSettings(**{**fields, **other})


def slack_settings(**other: Any) -> SlackSettings:
    fields = {"bot_token": slack.BOT_TOKEN, "signing_secret": slack.SIGNING_SECRET, "public_url": PUBLIC_URL}
    return SlackSettings(**{**fields, **other})


def telegram_settings(**other: Any) -> TelegramSettings:
    fields = {
        "token": telegram.TOKEN,
        "mode": "webhook",
        "secret_token": telegram.SECRET_TOKEN,
        "public_url": PUBLIC_URL,
    }
    return TelegramSettings(**{**fields, **other})


def sms_request(
    form: Mapping[str, str] | Sequence[tuple[str, str]],
    *,
    path: str = "/webhooks/sms",
    token: str = twilio.AUTH_TOKEN,
) -> WebRequest:
    pairs = list(form.items()) if isinstance(form, Mapping) else list(form)
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": twilio.sign(PUBLIC_URL + path, pairs, token),
    }
    return WebRequest(path=path, headers=headers, body=urlencode(pairs).encode())


def slack_request(
    content: Mapping[str, Any] | bytes, *, secret: str = slack.SIGNING_SECRET, timestamp: int | None = None
) -> WebRequest:
    """Interactive payloads travel in a form, events as JSON, raw bytes as they are."""
    if isinstance(content, bytes):
        body, kind = content, "application/json"
    elif content["type"] == "block_actions":
        body, kind = urlencode({"payload": json.dumps(content)}).encode(), "application/x-www-form-urlencoded"
    else:
        body, kind = json.dumps(content, ensure_ascii=False).encode(), "application/json"
    headers = {"content-type": kind, **slack.sign(body, secret, timestamp)}
    return WebRequest(path="/webhooks/slack", headers=headers, body=body)


def telegram_request(content: Mapping[str, Any] | bytes, *, secret: str = telegram.SECRET_TOKEN) -> WebRequest:
    body = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    headers = {"content-type": "application/json", "x-telegram-bot-api-secret-token": secret}
    return WebRequest(path="/webhooks/telegram", headers=headers, body=body)


def outbound(channel: str, user: str, text: str = "Which role?", **other: Any) -> Outbound:
    to = Address(channel=channel, account="ours", user=user)
    return Outbound(**{"reference": "ref-1", "to": to, "text": text, **other})


ROLES = (Choice(id="tutor", label="Tutor"), Choice(id="mentor", label="Mentor"))
