"""Read what Twilio posts to us: texts that people wrote, and how far our own texts have come."""

from __future__ import annotations

import logging
import re
from typing import Final
from urllib.parse import parse_qs

from twilio.request_validator import RequestValidator

from channels.base import ForgedRequestError, MalformedRequestError, Received, WebRequest, WebResponse
from channels.settings import SmsSettings
from flows.messages import Address, DeliveryReport, DeliveryStatus, Inbound, InboundKind

log = logging.getLogger(__name__)

INBOUND_PATH: Final = "/webhooks/sms"
STATUS_PATH: Final = "/webhooks/sms/status"

#: Says nothing: every message leaves through the outbox.
_EMPTY_TWIML: Final = WebResponse(
    body='<?xml version="1.0" encoding="UTF-8"?><Response/>',
    content_type="text/xml; charset=utf-8",
)

#: Twilio signs fields joined without separators, so that a field could hide within another one or appear twice under
#: the same signature: each of these must be there once at most, and in its own shape.
_KNOWN: Final = (
    "MessageSid",
    "AccountSid",
    "From",
    "To",
    "Body",
    "NumMedia",
    "NumSegments",
    "OptOutType",
    "MessageStatus",
    "ErrorCode",
)
_SHAPES: Final = {
    "MessageSid": re.compile(r"(SM|MM)[0-9a-fA-F]{32}"),
    "NumMedia": re.compile(r"[0-9]{1,3}"),
    "NumSegments": re.compile(r"[0-9]{1,3}"),
    "ErrorCode": re.compile(r"[0-9]{1,6}"),
}
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_MAX_FIELDS: Final = 200

#: Source: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out, "OptOutType"
_OPT_OUT_TYPES: Final = {"STOP": InboundKind.OPT_OUT, "START": InboundKind.OPT_IN, "HELP": InboundKind.HELP}

#: Earlier states (accepted, queued, sending) tell nothing that the receipt did not.
#: Source: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
_STATUSES: Final = {
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.DELIVERED,
    "undelivered": DeliveryStatus.UNDELIVERED,
    "failed": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.FAILED,
}
OPTED_OUT_CODE: Final = "21610"


class Webhooks:
    """Verifies and reads the two webhooks of one Twilio account."""

    def __init__(self, settings: SmsSettings, *, account: str) -> None:
        self._settings = settings
        self._account = account
        self._validator = RequestValidator(settings.auth_token)

    def read(self, request: WebRequest) -> Received:
        """Verify a request and read it; see ``Channel.receive``."""
        path, _, query = request.path.partition("?")
        form = self._verified_form(request)
        match path:
            case "/webhooks/sms":
                event: Inbound | DeliveryReport | None = self._inbound(_fields(form, required=("From", "To")))
            case "/webhooks/sms/status":
                event = self._report(_fields(form, required=("MessageStatus",)), reference=_reference(query))
            case _:
                raise MalformedRequestError("Twilio has no webhook at this path")
        return Received(events=() if event is None else (event,), response=_EMPTY_TWIML)

    def _verified_form(self, request: WebRequest) -> _Form:
        url = self._settings.public_url.rstrip("/") + request.path
        try:
            body = request.body.decode("ascii")  # a form is percent-encoded, whatever language it carries
            form = _Form(parse_qs(body, keep_blank_values=True, max_num_fields=_MAX_FIELDS))
        except ValueError as error:
            raise ForgedRequestError("not a form, so not signed by Twilio") from error
        if not self._validator.validate(url, form, request.headers.get("x-twilio-signature", "")):
            raise ForgedRequestError("the signature is absent or wrong; does public_url match Twilio's console?")
        if form.getlist("AccountSid") != [self._settings.account_sid]:
            raise ForgedRequestError("signed for another account")
        return form

    def _inbound(self, fields: dict[str, str]) -> Inbound | None:
        if not _PHONE.fullmatch(fields["From"]):
            # Short codes are machines, and answering one starts a dialogue of robots; others are not SMS.
            log.info("message ignored", extra={"channel": "sms", "provider_id": fields["MessageSid"]})
            return None
        return Inbound(
            provider_id=fields["MessageSid"],
            sender=Address(channel="sms", account=self._account, user=fields["From"]),
            kind=_OPT_OUT_TYPES.get(fields.get("OptOutType", ""), InboundKind.MESSAGE),
            text=fields.get("Body", "").replace("\0", ""),
            media_count=int(fields.get("NumMedia", "0")),
        )

    def _report(self, fields: dict[str, str], *, reference: str | None) -> DeliveryReport | None:
        status = _STATUSES.get(fields["MessageStatus"])
        if status is None:
            return None
        code = fields.get("ErrorCode")
        segments = int(fields.get("NumSegments", "0"))
        return DeliveryReport(
            channel="sms",
            account=self._account,
            provider_id=fields["MessageSid"],
            status=status,
            code=None if code in (None, "0") else code,
            reference=reference,
            segments=segments or None,
            opted_out=code == OPTED_OUT_CODE,
        )


class _Form(dict[str, list[str]]):
    """A form whose repeated fields the validator can see."""

    def getlist(self, name: str) -> list[str]:
        return self.get(name, [])


def _fields(form: _Form, *, required: tuple[str, ...]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name in _KNOWN:
        values = form.getlist(name)
        if len(values) > 1 or (not values and name in ("MessageSid", *required)):
            raise MalformedRequestError(f"{len(values)} fields {name}, not one")
        if values and (name not in _SHAPES or values[0]):
            fields[name] = values[0]
    for name, shape in _SHAPES.items():
        if name in fields and not shape.fullmatch(fields[name]):
            raise MalformedRequestError(f"field {name} is not of its kind")
    return fields


def _reference(query: str) -> str | None:
    references = parse_qs(query).get("ref", [])
    if len(references) > 1:
        raise MalformedRequestError("two references")
    return references[0] if references else None
