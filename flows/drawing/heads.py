"""How many people sit at each step of a flow, as a drawing shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flows.model import Flow

#: Shades of a drawing: from the first one up to where half of the largest crowd sits, and so on.
SHADES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """People by step: at steps that the flow has, and at those that only an earlier version had."""

    at: Mapping[str, int]
    gone: Mapping[str, int]

    def shade(self, step: str) -> int:
        """Return how dark a step is drawn: 0 without anybody, 4 for the largest crowd, one less for half of it."""
        here, most = self.at.get(step, 0), max(self.at.values(), default=0)
        if not here:
            return 0
        return max(1, SHADES - (most // here).bit_length() + 1)


def heads(flow: Flow, flow_id: str, counted: Mapping[tuple[str, str], int]) -> Heads:
    """Pick what was counted in one flow.

    Args:
        counted: people by flow and step; whoever is in a flow that another one called sits in both.
    """
    here = {step: number for (flow_of, step), number in counted.items() if flow_of == flow_id}
    return Heads(
        at={step: here[step] for step in flow.steps if step in here},
        gone={step: number for step, number in sorted(here.items()) if step not in flow.steps},
    )


def say_heads(number: int) -> str:
    """Say a number of people."""
    return "1 person" if number == 1 else f"{number} people"
