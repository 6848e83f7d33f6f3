"""Where in their flows people are: counted, and by name."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, Final

from sqlmodel import Session, col, select

from storage.tables import AddressRow, ConversationRow, PersonRow

#: Read at a time; a hub may have a hundred thousand conversations.
_BATCH: Final = 1_000
#: How a conversation is written in which nothing waits.
_NOTHING_WAITS: Final = '%"stack":[]%'
#: Reading these alone takes a fifth of the time; quotation marks that a person wrote have a backslash there.
_FLOWS: Final = re.compile('"flow":"([^"\\\\]+)"')
_STEPS: Final = re.compile('"step":"([^"\\\\]*)"')


def count_at_steps(session: Session, hub: str) -> Mapping[tuple[str, str], int]:
    """Count people by the flow and step that waits for them; those who left or cannot be reached are left out.

    Whoever is in a flow that another one called is counted at the calling step as well.
    """
    with closing(session.exec(_waiting(select(col(ConversationRow.state)), hub))) as states:
        return Counter(place for state in states for place in _places(state))


def people_at(session: Session, hub: str, flow: str, step: str, *, limit: int) -> Sequence[PersonRow]:
    """List people who are at a step, who has been there longest first: those whom ``count_at_steps`` counts there."""
    found: list[PersonRow] = []
    query = _waiting(select(PersonRow, ConversationRow.state), hub).where(
        col(ConversationRow.state).contains(f'"flow":"{flow}"', autoescape=True),
        col(ConversationRow.state).contains(f'"step":"{step}"', autoescape=True),
    )
    with closing(session.exec(query.order_by(col(ConversationRow.changed_at), col(PersonRow.id)))) as rows:
        for person, state in rows:
            if (flow, step) in _places(state):  # the two may stand in different flows under way
                found.append(person)
            if len(found) == limit:
                break
    return found


def _waiting(query: Any, hub: str) -> Any:
    return (
        query.select_from(ConversationRow)
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


def _places(state: str) -> set[tuple[str, str]]:
    """Read where somebody is in the flows under way; the rest of a conversation is of no interest here, and long."""
    flows, steps = _FLOWS.findall(state), _STEPS.findall(state)
    if len(flows) == len(steps) == state.count('"revision":"'):
        return set(zip(flows, steps, strict=True))
    return {(frame["flow"], frame["step"]) for frame in json.loads(state)["stack"]}  # an answer is called so, say
