"""Time blocks of turns by the clock and by the processor, and run many people at once."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one turn took, by the clock and by the processor."""

    wall_us: float
    cpu_us: float


#: The cost of each round, by the name of what was measured.
Costs = Mapping[str, list[Cost]]


@contextmanager
def measured(into: list[Cost], turns: int) -> Iterator[None]:
    """Time a block that takes some number of turns, all threads of the program included."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    into.append(Cost(1_000_000 * wall / turns, 1_000_000 * cpu / turns))


def cpu_us(costs: Sequence[Cost]) -> float:
    """Return the median of the processor time of a turn."""
    return median(cost.cpu_us for cost in costs)


def show(costs: Costs, *, bare: str, labels: Mapping[str, str], goals: Mapping[str, str] | None = None) -> None:
    """Print medians, and how many times the bare loop each is: compared round by round, as machines change their mind.

    Args:
        bare: name of the yardstick among the costs.
        labels: what to print for each name, in order.
        goals: what was hoped for, by name.
    """
    print(f"{'':44} {'turns/s':>9} {'x bare':>7} {'CPU us':>7} {'x bare':>7}  goal")
    for name, label in labels.items():
        rounds = list(zip(costs[name], costs[bare], strict=True))
        per_second = median(1_000_000 / cost.wall_us for cost in costs[name])
        faster = median(yardstick.wall_us / cost.wall_us for cost, yardstick in rounds)
        dearer = median(cost.cpu_us / yardstick.cpu_us for cost, yardstick in rounds)
        print(
            f"{label:44} {per_second:9.0f} {faster:7.2f} {cpu_us(costs[name]):7.0f} {dearer:7.2f}"
            f"  {(goals or {}).get(name, '')}".rstrip()
        )


async def at_once(work: Callable[[T], Awaitable[None]], ones: Sequence[T], lanes: int) -> None:
    """Do the work for everyone, some number of them at a time."""

    async def lane(mine: Sequence[T]) -> None:
        for one in mine:
            await work(one)

    async with asyncio.TaskGroup() as group:
        for number in range(lanes):
            group.create_task(lane(ones[number::lanes]))
