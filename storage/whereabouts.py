"""Where in their flows people are, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from typing import Final

from sqlmodel import Session, col, select

from flows.conversation import Conversation
from storage.tables import AddressRow, ConversationRow, PersonRow

#: Read at a time; a hub may have a hundred thousand conversations.
_BATCH: Final = 1_000
#: How a conversation is written in which nothing waits.
_NOTHING_WAITS: Final = '%"stack":[]%'


def count_at_steps(session: Session, hub: str) -> Mapping[tuple[str, str], int]:
    """Count people by the flow and step that waits for them; those who left or cannot be reached are left out.

    Whoever is in a flow that another one called is counted at the calling step as well.
    """
    waiting = (
        select(ConversationRow.state)
        .join(PersonRow, col(PersonRow.id) == col(ConversationRow.person_id))
        .join(AddressRow, col(AddressRow.id) == col(PersonRow.address_id))
        .where(
            col(ConversationRow.hub) == hub,
            col(ConversationRow.state).not_like(_NOTHING_WAITS),
            col(AddressRow.opted_out_at).is_(None),
            col(AddressRow.reachable).is_(True),
        )
        .execution_options(yield_per=_BATCH)
    )
    with closing(session.exec(waiting)) as states:
        return Counter(place for state in states for place in _places(state))


def _places(state: str) -> set[tuple[str, str]]:
    return {(frame.flow, frame.step) for frame in Conversation.decode(state).stack}
