"""Hours: whoever does not answer is written to again by day, where they are, and not on a Sunday morning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Final

from flows.lint.finding import Finding, Severity
from flows.lint.sight import Rule, Sight

HOURS = Rule(
    id="nudge-hours",
    why="The law lets us write only by day; at other hours the nudge would wait, or leave when none expects it.",
)
SUNDAY = Rule(
    id="nudge-on-sunday",
    severity=Severity.WARNING,
    why="Some states want Sunday mornings free of texts, and so do people.",
)

#: Strictest hours of the states we know, as the quiet hours of a hub are by default.
_FIRST: Final = time(9)
_LAST: Final = time(20)
_NOON: Final = time(12)


def check(sight: Sight) -> Iterator[Finding]:
    """Look at the nudges of every flow."""
    for name, flow in sight.library.flows.items():
        for number, nudge in enumerate(flow.silence.nudges if flow.silence else ()):
            place = sight.top(name, "nudge")
            told = f"nudge {number + 1} leaves at {nudge.at:%H:%M}"
            if not _FIRST <= nudge.at < _LAST:
                yield HOURS.found(place, told, write=f"take a time from {_FIRST:%H:%M} on and before {_LAST:%H:%M}")
            elif nudge.at < _NOON:
                write = "take a time from 12:00 on, so that it fits a Sunday as well"
                yield SUNDAY.found(place, f"{told}, which may be a Sunday", write=write)
