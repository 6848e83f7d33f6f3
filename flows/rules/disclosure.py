"""Decide which groups are large enough to be shown to an outsider: nothing about fewer than five people, not even by subtraction."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

#: Source: the five used by most school data rules; a hub may ask for more, never for less.
LEAST: Final = 5

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Generic[K]):
    """Some people and the minutes that they served."""

    key: K
    people: frozenset[int]
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed(Generic[K]):
    """What may be shown: groups as they are, and the rest as one."""

    shown: tuple[Group[K], ...]
    #: All that is too small to stand alone, together; ``None`` when nothing is, or when even that is too small.
    rest: Group[None] | None
    #: Whether something is left out altogether, since all of it concerns fewer than five people.
    withheld: bool = False


def disclose(groups: Sequence[Group[K]], *, least: int = LEAST) -> Disclosed[K]:
    """Show groups of enough people, and put the others together.

    Together they must be enough people as well, or whoever knows the sum could subtract what is shown: so the smallest of
    the shown groups joins them until they are. Where all people together are too few, nothing is shown at all.
    """
    small = [group for group in groups if len(group.people) < least]
    shown = sorted((group for group in groups if len(group.people) >= least), key=lambda group: len(group.people))
    if not small:
        return Disclosed(shown=_in_order(groups, shown), rest=None)
    while len(_people(small, shown)) < least and shown:
        small.append(shown.pop(0))
    if len(_people(small, shown)) < least:
        return Disclosed(shown=(), rest=None, withheld=True)
    everybody = frozenset[int]().union(*(group.people for group in small))
    rest = Group(key=None, people=everybody, minutes=sum(group.minutes for group in small))
    return Disclosed(shown=_in_order(groups, shown), rest=rest)


def in_steps(count: int, people: int, *, least: int = LEAST) -> int | None:
    """Say a count as an outsider may see it: rounded down to whole fives; ``None`` where fewer than five people are behind it.

    Counts that overlap, of one report or of two, are subtracted from each other; rounded ones tell nothing about one person.

    Args:
        people: how many people it is about; they may count more than once.
    """
    return count - count % least if people >= least else None


def _people(small: Sequence[Group[K]], shown: Sequence[Group[K]]) -> frozenset[int]:
    """Return whom the small groups are about and no shown one: only they are left by subtracting heads."""
    elsewhere = frozenset[int]().union(*(group.people for group in shown))
    return frozenset[int]().union(*(group.people for group in small)) - elsewhere


def _in_order(groups: Sequence[Group[K]], shown: Sequence[Group[K]]) -> tuple[Group[K], ...]:
    keys = {group.key for group in shown}
    return tuple(group for group in groups if group.key in keys)
