"""Slack: direct messages and buttons in by webhook or Socket Mode, out by the Web API; one workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from slack_sdk.signature import SignatureVerifier

from channels.base import (
    Deliver,
    ForgedRequestError,
    MalformedRequestError,
    Received,
    UnknownOutcomeError,
    WebRequest,
)
from channels.capabilities import SLACK
from channels.render import as_slack, require_sendable
from channels.settings import SlackSettings
from channels.slack.app import SlackApp
from channels.slack.client import SlackClient
from flows.messages import Outbound, Receipt

WEBHOOK_PATH: Final = "/webhooks/slack"


def open_channel(settings: Mapping[str, Any], *, public_url: str) -> SlackChannel:
    """Open the channel; nothing is connected before ``start``."""
    return SlackChannel(SlackSettings(**settings, public_url=public_url))


class SlackChannel:
    """Talks to the members of one workspace in direct messages."""

    name = "slack"

    def __init__(self, settings: SlackSettings) -> None:
        #: Known after ``start``: the workspace is a property of the token.
        self.account = ""
        rate = settings.messages_per_second or SLACK.messages_per_second
        self.capabilities = replace(SLACK, messages_per_second=rate)
        self._settings = settings
        self._verifier = SignatureVerifier(settings.signing_secret) if settings.signing_secret else None
        self._client: SlackClient | None = None
        self._app: SlackApp | None = None

    async def start(self, deliver: Deliver) -> None:
        """Learn which workspace we are in; with an app token, begin to listen by Socket Mode.

        Raises:
            TemporaryError: Slack could not be asked; start again later.
            PermanentError: Slack refuses our token.
        """
        client = self._client = SlackClient(self._settings)
        try:
            identity = await client.identify()
        except BaseException:
            await self.close()
            raise
        self.account = identity["team_id"]
        self._app = SlackApp(self._settings, identity=identity, session=client.session)
        if self._settings.app_token:
            self._app.listen(deliver)

    async def close(self) -> None:
        """Close the socket and the client."""
        if self._app is not None:
            await self._app.close()
            self._app = None
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def receive(self, request: WebRequest) -> Received:
        """Verify and read one event or button press."""
        body = self._verified_body(request)
        if request.path.partition("?")[0] != WEBHOOK_PATH:
            raise MalformedRequestError("Slack has no webhook at this path")
        assert self._app is not None, "start the channel first"
        return await self._app.read(body, request.headers)

    async def send(self, message: Outbound) -> Receipt:
        """Ask Slack once to post one message."""
        require_sendable(message, self.capabilities)
        assert self._client is not None, "start the channel first"
        return Receipt(provider_id=await self._client.post(message.to.user, as_slack(message)))

    async def find(self, message: Outbound, *, since: datetime) -> Receipt | None:
        """Refuse: we do not read conversations (``capabilities.can_find`` says so)."""
        raise UnknownOutcomeError("Slack's messages are not looked up", code="no_look_up")

    def _verified_body(self, request: WebRequest) -> str:
        """Verify before anything is parsed; Bolt would parse first."""
        if self._verifier is None:
            raise ForgedRequestError("no signing secret is set, so nothing can be Slack's")
        try:
            genuine = self._verifier.is_valid(
                request.body,
                request.headers.get("x-slack-request-timestamp"),
                request.headers.get("x-slack-signature"),
            )
            body = request.body.decode()
        except (TypeError, ValueError) as error:  # a time that is no number, a signature or body that is no text
            raise ForgedRequestError("the signature cannot be Slack's") from error
        if not genuine:
            raise ForgedRequestError("the signature is absent, wrong or older than five minutes")
        return body
