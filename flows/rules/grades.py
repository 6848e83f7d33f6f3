"""Read the school grades that a shift is for and that somebody wants to help: ``K-2``, ``6-8``, ``9``."""

from __future__ import annotations

import re
from typing import Final

#: Pre-kindergarten and kindergarten stand before the first grade.
_BEFORE_FIRST: Final = {"PK": -1, "K": 0}
_LAST: Final = 12
_GRADES: Final = re.compile(r"(PK|K|\d{1,2})(?:-(K|\d{1,2}))?")


def read_grades(text: str) -> range | None:
    """Read grades as numbers, kindergarten 0; ``None`` when they are none. A choice's id spells them ``6_8``."""
    found = _GRADES.fullmatch(text.strip().upper().replace(" ", "").replace("_", "-"))
    if found is None:
        return None
    first = _number(found[1])
    last = _number(found[2]) if found[2] else first
    return range(first, last + 1) if first <= last <= _LAST else None


def _number(grade: str) -> int:
    return _BEFORE_FIRST[grade] if grade in _BEFORE_FIRST else int(grade)


def share_a_grade(one: str, other: str) -> bool:
    """Tell whether two ranges of grades have one in common; what cannot be read keeps nobody out."""
    first, second = read_grades(one), read_grades(other)
    return first is None or second is None or bool(set(first) & set(second))
