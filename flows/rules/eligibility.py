"""Decide who may serve in which role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

#: Of age: below it a guardian decides.
ADULT: Final = 18
#: Below it nobody may sign up, and nothing is kept.
OLD_ENOUGH: Final = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One of the roles people serve in, as its file in ``flows/roles`` says."""

    id: str
    label: Mapping[str, str]
    also: Mapping[str, tuple[str, ...]]
    #: Audiences that the programme's rules accept without a human's look.
    audiences: frozenset[str]
    #: Whether somebody under 18 may serve in it, supervised.
    minors: bool
    #: Whether a coordinator always decides.
    human_decides: bool
    #: How often a week somebody in it has to see the same children; 0: there is no such rule.
    sessions_a_week: int = 0


def needs_review(role: Role | None, audience: str | None) -> bool:
    """Tell whether a coordinator has to decide before a person is accepted."""
    return role is None or role.human_decides or audience not in role.audiences
