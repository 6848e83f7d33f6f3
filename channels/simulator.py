"""A channel without a vendor, for the demo, the terminal chat and tests; acts under any channel's name and limits."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from channels.base import (
    Capabilities,
    ChannelError,
    Deliver,
    ForgedRequestError,
    Received,
    UnknownOutcomeError,
    WebRequest,
)
from channels.render import as_slack, as_sms, as_telegram, require_sendable
from flows.messages import Address, DeliveryReport, Inbound, InboundKind, Outbound, Receipt, Tap

#: Hears of every message the simulator has taken.
Listener = Callable[[Outbound], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    error: ChannelError
    arrives: bool


class SimulatorChannel:
    """Keeps what it is told to send in a list instead of sending it."""

    def __init__(self, name: str, account: str, capabilities: Capabilities) -> None:
        self.name = name
        self.account = account
        self.capabilities = capabilities
        #: Every message that reached its person, oldest first.
        self.sent: list[Outbound] = []
        self._accepted: dict[str, Receipt] = {}
        self._faults: deque[_Fault] = deque()
        self._listeners: list[Listener] = []
        self._deliver: Deliver | None = None

    async def start(self, deliver: Deliver) -> None:
        """Keep the way in for ``say`` and ``tap``."""
        self._deliver = deliver

    async def close(self) -> None:
        """Forget the way in; what was sent can still be read."""
        self._deliver = None

    async def receive(self, request: WebRequest) -> Received:
        """Refuse: nobody outside may speak as a simulated person."""
        raise ForgedRequestError(f"the simulated channel {self.name} has no webhook")

    async def send(self, message: Outbound) -> Receipt:
        """Take a message, or fail as ``fail_next`` asked."""
        require_sendable(message, self.capabilities)
        fault = self._faults.popleft() if self._faults else None
        if fault is not None and not fault.arrives:
            raise fault.error
        receipt = Receipt(provider_id=f"sim-{uuid4().hex}", segments=None)
        self.sent.append(message)
        self._accepted[message.reference] = receipt
        for listener in self._listeners:
            await listener(message)
        if fault is not None:
            raise fault.error
        return receipt

    async def find(self, message: Outbound, *, since: datetime) -> Receipt | None:
        """Look up by our reference, which a simulated provider knows; it has no clock of its own to ask ``since``."""
        return self._accepted.get(message.reference)

    def fail_next(self, *errors: ChannelError, arrives: bool | None = None) -> None:
        """Let the next sends fail, one error each.

        Args:
            errors: raised in this order.
            arrives: whether the person gets the message all the same; by default only when the outcome is unknown.
        """
        self._faults.extend(
            _Fault(error=error, arrives=isinstance(error, UnknownOutcomeError) if arrives is None else arrives)
            for error in errors
        )

    def listen(self, listener: Listener) -> None:
        """Be told of every message from now on."""
        self._listeners.append(listener)

    def address(self, user: str) -> Address:
        """Return the address of a simulated person."""
        return Address(channel=self.name, account=self.account, user=user)

    def shown(self, message: Outbound) -> str | dict[str, Any]:
        """Return what the vendor whose name it bears would be sent."""
        match self.name:
            case "slack":
                return as_slack(message)
            case "telegram":
                return as_telegram(message)
            case _:
                return as_sms(message)

    async def say(self, user: str, text: str, *, provider_id: str | None = None) -> Inbound:
        """Bring in a text as if the person had written it; the same ``provider_id`` again is a redelivery."""
        return await self._bring(
            Inbound(provider_id=provider_id or _new_id(), sender=self.address(user), text=text),
        )

    async def tap(self, user: str, tap: Tap, *, provider_id: str | None = None) -> Inbound:
        """Bring in a press of a button."""
        return await self._bring(
            Inbound(
                provider_id=provider_id or _new_id(),
                sender=self.address(user),
                kind=InboundKind.TAP,
                tap=tap,
            ),
        )

    async def bring(self, *events: Inbound | DeliveryReport) -> None:
        """Bring in anything a real channel might; returns when it is durable."""
        assert self._deliver is not None, "start the channel first"
        await self._deliver(events)

    async def _bring(self, inbound: Inbound) -> Inbound:
        await self.bring(inbound)
        return inbound


def _new_id() -> str:
    return f"sim-{uuid4().hex}"
