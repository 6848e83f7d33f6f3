"""Make people who may take shifts, without their sign-up."""

from __future__ import annotations

from dataclasses import replace

from flows.conversation import Conversation
from flows.effects import Effect, MoveStage, RecordConsent, Remember
from flows.messages import Address
from flows.stages import Stage
from storage.store import Applied, Loaded, TurnWrite
from tests.bot.house import HUB, House


async def add_tutor(
    house: House,
    sender: Address,
    *,
    name: str,
    zone: str = "America/Chicago",
    language: str = "en",
    role: str = "tutor",
) -> None:
    """Make one: trained, ready, and content to be written to at an address."""
    inbound = replace(house.inbound(sender.channel, sender.user, "HI"), sender=sender)
    loaded = await house.app.store.load(HUB.id, inbound, house.clock.at)
    assert isinstance(loaded, Loaded)
    told = {"language": language, "zone": zone, "role": role, "zip": "60614", "given_name": name}
    effects: tuple[Effect, ...] = (
        *(Remember(field=field, value=value) for field, value in told.items()),
        MoveStage(stage=Stage.READY, cause="trained", author="person"),
        RecordConsent(purpose="texts", wording="w"),
    )
    write = TurnWrite(
        hub=HUB.id,
        inbound=inbound,
        address=inbound.sender,
        person_id=loaded.person_id,
        version=loaded.version,
        conversation=Conversation(turn=1, language=language).encode(),
        effects=effects,
        trace="[]",
        now=house.clock.at,
    )
    assert isinstance(await house.app.store.apply(write), Applied)
