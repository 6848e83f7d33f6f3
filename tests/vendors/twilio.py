"""Stand in for Twilio: create and list messages, post signed webhooks. ``python -m tests.vendors.twilio --port N``.

Fields: https://www.twilio.com/docs/messaging/api/message-resource and .../messaging/guides/webhook-request
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import BasicAuth, web

from tests.vendors.server import Vendor, main

ACCOUNT_SID = "AC" + "a" * 32
AUTH_TOKEN = "t0ken" * 6
SERVICE_SID = "MG" + "b" * 32

_MAX_BODY_CHARS = 1600
_WORDS = {
    20003: "Authenticate",
    21211: "The 'To' number {to} is not a valid phone number.",
    21603: "A 'From' phone number is required",
    21610: "Attempt to send to unsubscribed recipient {to}",
    21617: "The concatenated message body exceeds the 1600 character limit",
}


def sign(url: str, params: Mapping[str, str] | Sequence[tuple[str, str]], token: str) -> str:
    """Return ``X-Twilio-Signature``; https://www.twilio.com/docs/usage/webhooks/webhooks-security."""
    pairs = params.items() if isinstance(params, Mapping) else params
    signed = url + "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


class TwilioServer(Vendor):
    """One Twilio account."""

    def __init__(self, account_sid: str = ACCOUNT_SID, auth_token: str = AUTH_TOKEN) -> None:
        super().__init__()
        self.account_sid = account_sid
        self.auth_token = auth_token
        #: Numbers that have texted STOP.
        self.opted_out: set[str] = set()

    def routes(self) -> list[web.RouteDef]:
        path = "/2010-04-01/Accounts/{account}/Messages.json"
        return [web.post(path, self._create), web.get(path, self._list)]

    async def inbound(self, fields: Mapping[str, Any]) -> int:
        """Post ``fields`` to the webhook at ``fields["url"]``, signed."""
        form = {name: str(value) for name, value in fields.items() if name != "url"}
        if "MessageStatus" not in form:
            form = {
                "MessageSid": new_sid(),
                "AccountSid": self.account_sid,
                "To": "+15550000000",
                "Body": "",
                "NumMedia": "0",
                **form,
            }
        headers = {
            "X-Twilio-Signature": sign(str(fields["url"]), form, self.auth_token),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        status, _ = await self.post(str(fields["url"]), body=urlencode(form).encode(), headers=headers)
        return status

    async def report(self, message: Mapping[str, Any], status: str, code: int | None = None) -> int:
        """Post a delivery report of a message that was taken, to the address it asked for."""
        form = {
            "AccountSid": self.account_sid,
            "MessageSid": message["sid"],
            "MessageStatus": status,
            "SmsSid": message["sid"],
            "SmsStatus": status,
            "To": message["to"],
        }
        if code is not None:
            form["ErrorCode"] = str(code)
        return await self.inbound({"url": message["status_callback"], **form})

    async def _create(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.record(request.path, form)
        if not self._knows(request):
            return _error(401, 20003)
        fault = self.next_fault()
        match fault:
            case "429":
                return _error(429, 20429, headers={"Retry-After": "7"})
            case "500":
                return _error(500, 20500)
            case "not_json":
                return web.Response(status=201, text="<html>")
            case "hang":
                return await self.hang()
            case "reset":
                return self.cut(request)
            case str() if fault.isdecimal():
                return _error(400, int(fault), to=form.get("To", ""))
        if (refusal := self._refusal(form)) is not None:
            return _error(400, refusal, to=form.get("To", ""))
        message = self._message(form)
        self.messages.append(message)
        return self.cut(request) if fault == "lost" else web.json_response(message, status=201)

    def _knows(self, request: web.Request) -> bool:
        try:
            given = BasicAuth.decode(request.headers.get("Authorization", ""))
        except ValueError:
            return False
        return (given.login, given.password) == (self.account_sid, self.auth_token)

    def _refusal(self, form: Mapping[str, str]) -> int | None:
        if not re.fullmatch(r"\+[1-9]\d{6,14}", form.get("To", "")):
            return 21211
        if not (form.get("From") or form.get("MessagingServiceSid")):
            return 21603
        if len(form.get("Body", "")) > _MAX_BODY_CHARS:
            return 21617
        return 21610 if form["To"] in self.opted_out else None

    def _message(self, form: Mapping[str, str]) -> dict[str, Any]:
        sid, service = new_sid(), form.get("MessagingServiceSid")
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": form.get("Body", ""),
            "date_created": format_datetime(datetime.now(UTC)),
            "date_sent": None,
            "date_updated": format_datetime(datetime.now(UTC)),
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": None if service else form.get("From"),
            "messaging_service_sid": service,
            "num_media": "0",
            "num_segments": "0" if service else "1",
            "price": None,
            "price_unit": None,
            "sid": sid,
            "status": "accepted" if service else "queued",
            "status_callback": form.get("StatusCallback"),
            "subresource_uris": {"media": f"/2010-04-01/Accounts/{self.account_sid}/Messages/{sid}/Media.json"},
            "to": form["To"],
            "uri": f"/2010-04-01/Accounts/{self.account_sid}/Messages/{sid}.json",
        }

    async def _list(self, request: web.Request) -> web.Response:
        self.record(request.path, dict(request.query))
        match self.next_fault():
            case "429":
                return _error(429, 20429, headers={"Retry-After": "7"})
            case "reset":
                return self.cut(request)
        if not self._knows(request):
            return _error(401, 20003)
        to, size = request.query.get("To"), int(request.query.get("PageSize", "50"))
        newest = [message for message in reversed(self.messages) if to in (None, message["to"])]
        return web.json_response(
            {
                "end": len(newest[:size]),
                "first_page_uri": request.path_qs,
                "messages": newest[:size],
                "next_page_uri": None,
                "page": 0,
                "page_size": size,
                "previous_page_uri": None,
                "start": 0,
                "uri": request.path_qs,
            }
        )


def new_sid() -> str:
    """Return a fresh ``MessageSid``."""
    return "SM" + secrets.token_hex(16)


def _error(status: int, code: int, *, to: str = "", headers: Mapping[str, str] | None = None) -> web.Response:
    body = {
        "code": code,
        "message": _WORDS.get(code, "Error {to}").format(to=to),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return web.json_response(body, status=status, headers=headers)


if __name__ == "__main__":
    main(TwilioServer)
