"""Foresee what a coordinator texts to many: whom it would reach, what it costs, when it is done, or how far it has come."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from bot import broadcasts as planning
from channels.capabilities import CAPABILITIES
from flows.broadcast_text import PERSONAL, Text, WrongTextError
from flows.effects import BroadcastAct
from flows.events import BroadcastFound, BroadcastOutcome
from flows.facts import Hub
from flows.lookups import AskBroadcast
from flows.rules.contact import BroadcastState
from storage import broadcasts
from storage.database import Database, Transaction
from storage.operations import broadcast_texts
from storage.operations.rows import write_json
from storage.performing import perform
from storage.recipients import Recipients
from storage.store import OutboxStatus
from storage.tables import BroadcastRow

#: In what state something can be done to a broadcast.
_FITS: Final[Mapping[BroadcastAct, tuple[BroadcastState, ...]]] = {
    BroadcastAct.STOP: broadcasts.ALIVE,
    BroadcastAct.STATUS: broadcasts.ALIVE,
    BroadcastAct.PAUSE: (BroadcastState.CONFIRMED, BroadcastState.SENDING),
    BroadcastAct.RESUME: (BroadcastState.PAUSED,),
}
#: As many names as fit into a text.
_NAMES: Final = 4
_LATEST: Final = 20


@dataclass(frozen=True, slots=True)
class BroadcastTexts:
    """Looks at the broadcasts of one hub; changes nothing."""

    database: Database
    hub: Hub
    #: Parts a second, by channel that is on.
    rates: Mapping[str, float]

    async def look(self, asked: AskBroadcast, now: datetime) -> BroadcastFound:
        """Answer what the engine asks in the middle of a turn."""
        return await asyncio.to_thread(self._look, asked, now)

    def _look(self, asked: AskBroadcast, now: datetime) -> BroadcastFound:
        with self.database.reading() as session:
            names = tuple(row.name for row in broadcasts.list_audiences(session, self.hub.id)[:_NAMES])
            found = BroadcastFound(
                act=asked.act,
                outcome=BroadcastOutcome.FOUND,
                author=asked.author,
                user=asked.user,
                code=asked.code,
                audiences=names,
            )
            match asked.act:
                case BroadcastAct.HELP:
                    return found
                case BroadcastAct.DRAFT:
                    return self._plan(session, found, asked, now)
                case BroadcastAct.CONFIRM:
                    return self._judge(session, found, now)
                case BroadcastAct.STOP | BroadcastAct.PAUSE | BroadcastAct.RESUME | BroadcastAct.STATUS:
                    return self._running(session, found)
                case _:
                    assert_never(asked.act)

    def _plan(self, session: Transaction, found: BroadcastFound, asked: AskBroadcast, now: datetime) -> BroadcastFound:
        kept = broadcasts.list_audiences(session, self.hub.id)
        audience = next((row for row in kept if row.name.casefold() == asked.audience.casefold()), None)
        if audience is None:
            return replace(found, outcome=BroadcastOutcome.NO_AUDIENCE)
        try:
            texts = planning.read_texts(self.hub, {"en": asked.text})
        except WrongTextError:
            return replace(found, outcome=BroadcastOutcome.WRONG_TEXT)
        recipients = Recipients.from_json(audience.recipients)
        plan = planning.plan(session, self.hub, recipients, texts, self._rates(), now)
        left_out = sum(plan.preview.left_out.values())
        if not plan.preview.people:
            return replace(found, outcome=BroadcastOutcome.NOBODY, left_out=left_out)
        return replace(
            found,
            name=audience.name,
            people=plan.preview.people,
            left_out=left_out,
            parts=plan.texts,
            cost=plan.cost,
            finish_at=plan.finish_at.astimezone(ZoneInfo(self.hub.zone)),
            recipients=recipients.to_json(),
            body=write_json({"en": asked.text}),
        )

    def _rates(self) -> dict[str, float]:
        usual = {name: capabilities.messages_per_second for name, capabilities in CAPABILITIES.items()}
        return usual | dict(self.rates)

    def _judge(self, session: Transaction, found: BroadcastFound, now: datetime) -> BroadcastFound:
        ref = perform(session, broadcast_texts.find(self.hub.id, found.user, found.code, now))
        row = broadcasts.find(session, self.hub.id, ref) if ref else None
        if row is None:
            return replace(found, outcome=BroadcastOutcome.WRONG_CODE)
        texts = planning.read_texts(self.hub, broadcasts.texts_of(row))
        people = broadcasts.count_recipients(session, self.hub, Recipients.from_json(row.recipients), now)
        instead = {name: _instead(texts, name) for name in PERSONAL}
        return replace(
            found,
            ref=row.ref,
            name=row.name,
            people=people,
            body=write_json({language: told.body for language, told in texts.items()}),
            first_name_else=instead["first_name"],
            site_else=instead["site"],
        )

    def _running(self, session: Transaction, found: BroadcastFound) -> BroadcastFound:
        latest = broadcasts.list_broadcasts(session, self.hub.id, limit=_LATEST)
        row = next((one for one in latest if one.status in _FITS[found.act]), None)
        if row is None:
            return replace(found, outcome=BroadcastOutcome.NOTHING)
        return replace(
            found,
            ref=row.ref,
            name=row.name or row.ref,
            people=row.total,
            sent=_sent(session, row),
            is_paused=row.status == BroadcastState.PAUSED,
        )


def _sent(session: Transaction, row: BroadcastRow) -> int:
    counts = broadcasts.progress(session, row)
    return counts.get(OutboxStatus.SENT, 0) + counts.get(OutboxStatus.DELIVERED, 0)


def _instead(texts: Mapping[str, Text], name: str) -> str:
    return write_json({language: told.instead[name] for language, told in texts.items() if name in told.instead})
