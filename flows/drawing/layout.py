"""Place boxes and arrows of a graph in layers, from top to bottom: longest ways, few crossings, no box over another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

_GAP_X: Final = 36.0
_GAP_Y: Final = 64.0
#: How wide the place is that an arrow keeps free where it passes a layer.
_LANE: Final = 22.0
_SWEEPS: Final = 12

Arrow = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle; ``x`` and ``y`` are its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Where its middle lies from left to right."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where everything stands."""

    boxes: Mapping[str, Box]
    #: The points that each arrow passes between its two boxes, from above to below.
    ways: Mapping[Arrow, tuple[tuple[float, float], ...]]
    #: Arrows that lead up again.
    upward: frozenset[Arrow]
    width: float
    height: float


def lay_out(sizes: Mapping[str, tuple[float, float]], arrows: Sequence[Arrow], start: str) -> Layout:
    """Place boxes of given sizes (width, height) so that arrows lead down where they can."""
    kept = list(dict.fromkeys(arrow for arrow in arrows if arrow[0] != arrow[1]))
    upward = _upward(sizes, kept, start)
    down = [(two, one) if (one, two) in upward else (one, two) for one, two in kept]
    layer = _layers(sizes, down, start)
    sizes = dict(sizes)
    chains: dict[Arrow, list[str]] = {}
    for one, two in dict.fromkeys(down):
        chain = [f"{one}>{two}>{level}" for level in range(layer[one] + 1, layer[two])]
        for node in chain:
            layer[node] = int(node.rpartition(">")[2])
            sizes[node] = (_LANE, 0.0)
        chains[one, two] = [one, *chain, two]
    rows = _ordered(layer, list(chains.values()))
    left = _placed(rows, sizes, list(chains.values()))
    tops, height = _tops(rows, sizes)
    boxes = {
        node: Box(x=left[node], y=tops[layer[node]], width=sizes[node][0], height=sizes[node][1]) for node in layer
    }
    row_heights = [max(sizes[node][1] for node in row) for row in rows]
    ways = {
        (one, two): _way(chains[(two, one) if (one, two) in upward else (one, two)], boxes, layer, row_heights)
        for one, two in kept
    }
    width = max(box.x + box.width for box in boxes.values())
    return Layout(
        boxes={node: box for node, box in boxes.items() if ">" not in node},
        ways=ways,
        upward=frozenset(upward),
        width=width,
        height=height,
    )


def _upward(nodes: Mapping[str, object], arrows: Sequence[Arrow], start: str) -> set[Arrow]:
    """Find the arrows that close a circle, as a walk in depth from the start meets them."""
    onward: dict[str, list[str]] = {node: [] for node in nodes}
    for one, two in arrows:
        onward[one].append(two)
    found: set[Arrow] = set()
    done: set[str] = set()
    for root in (start, *nodes):
        if root in done:
            continue
        open_: dict[str, int] = {root: 0}
        while open_:
            node = next(reversed(open_))
            if open_[node] == len(onward[node]):
                done.add(node)
                del open_[node]
                continue
            after = onward[node][open_[node]]
            open_[node] += 1
            if after in open_:
                found.add((node, after))
            elif after not in done:
                open_[after] = 0
    return found


def _layers(nodes: Mapping[str, object], down: Sequence[Arrow], start: str) -> dict[str, int]:
    """Put every node one layer below the lowest that leads to it."""
    layer = dict.fromkeys((start, *nodes), 0)
    for _ in layer:
        changed = False
        for one, two in down:
            if layer[two] <= layer[one]:
                layer[two], changed = layer[one] + 1, True
        if not changed:
            break
    return layer


def _ordered(layer: Mapping[str, int], chains: Sequence[Sequence[str]]) -> list[list[str]]:
    """Order each layer so that arrows cross little: nodes go to the median of their neighbours, down and up again."""
    rows: list[list[str]] = [[] for _ in range(max(layer.values()) + 1)]
    for node, level in layer.items():
        rows[level].append(node)
    above: dict[str, list[str]] = {node: [] for node in layer}
    below: dict[str, list[str]] = {node: [] for node in layer}
    for chain in chains:
        for one, two in pairwise(chain):
            below[one].append(two)
            above[two].append(one)
    best, fewest = [list(row) for row in rows], _crossings(rows, below)
    for sweep in range(_SWEEPS):
        levels = range(1, len(rows)) if sweep % 2 == 0 else range(len(rows) - 2, -1, -1)
        neighbours, step = (above, -1) if sweep % 2 == 0 else (below, 1)
        for level in levels:
            beside = {node: place for place, node in enumerate(rows[level + step])}
            now = {node: place for place, node in enumerate(rows[level])}
            wanted = {
                node: median(beside[other] for other in neighbours[node]) if neighbours[node] else now[node]
                for node in rows[level]
            }
            rows[level].sort(key=lambda node: wanted[node])
        if (crossed := _crossings(rows, below)) < fewest:
            best, fewest = [list(row) for row in rows], crossed
    return best


def _crossings(rows: Sequence[Sequence[str]], below: Mapping[str, Sequence[str]]) -> int:
    count = 0
    for upper, lower in pairwise(rows):
        place = {node: number for number, node in enumerate(lower)}
        ends = [sorted(place[other] for other in below[node]) for node in upper]
        flat: list[int] = []
        for group in ends:
            count += sum(1 for end in group for earlier in flat if earlier > end)
            flat += group
    return count


def _placed(
    rows: Sequence[Sequence[str]], sizes: Mapping[str, tuple[float, float]], chains: Sequence[Sequence[str]]
) -> dict[str, float]:
    """Pull every node below its neighbours as far as those beside it allow."""
    beside: dict[str, list[str]] = {node: [] for row in rows for node in row}
    for chain in chains:
        for one, two in pairwise(chain):
            beside[one].append(two)
            beside[two].append(one)
    left: dict[str, float] = {}
    for row in rows:
        at = 0.0
        for node in row:
            left[node] = at
            at += sizes[node][0] + _GAP_X
    for sweep in range(_SWEEPS * 2):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = {
                node: median(left[other] + sizes[other][0] / 2 for other in beside[node]) - sizes[node][0] / 2
                if beside[node]
                else left[node]
                for node in row
            }
            left |= _spread(row, wanted, sizes)
    smallest = min(left.values())
    return {node: x - smallest for node, x in left.items()}


def _spread(
    row: Sequence[str], wanted: Mapping[str, float], sizes: Mapping[str, tuple[float, float]]
) -> dict[str, float]:
    """Give each node the place it wants, on average, with room between: nodes that collide move as one block."""
    blocks: list[tuple[list[str], float]] = []  # nodes, and where the first of them wants to begin
    for node in row:
        nodes, at = [node], wanted[node]
        while blocks:
            before, begins = blocks[-1]
            width = sum(sizes[other][0] + _GAP_X for other in before)
            if begins + width <= at:
                break
            blocks.pop()
            at = (begins * len(before) + (at - width) * len(nodes)) / (len(before) + len(nodes))
            nodes = [*before, *nodes]
        blocks.append((nodes, at))
    left: dict[str, float] = {}
    for nodes, begins in blocks:
        at = begins
        for node in nodes:
            left[node] = at
            at += sizes[node][0] + _GAP_X
    return left


def _tops(rows: Sequence[Sequence[str]], sizes: Mapping[str, tuple[float, float]]) -> tuple[list[float], float]:
    tops: list[float] = []
    at = 0.0
    for row in rows:
        tops.append(at)
        at += max(sizes[node][1] for node in row) + _GAP_Y
    return tops, at - _GAP_Y


def _way(
    chain: Sequence[str], boxes: Mapping[str, Box], layer: Mapping[str, int], row_heights: Sequence[float]
) -> tuple[tuple[float, float], ...]:
    """List the points of an arrow; past a layer it goes straight down, so that it stays off the boxes there."""
    first, last = boxes[chain[0]], boxes[chain[-1]]
    points = [(first.middle, first.y + first.height)]
    if len(chain) > 1 and first.height < row_heights[layer[chain[0]]]:
        points.append((first.middle, first.y + row_heights[layer[chain[0]]]))
    for node in chain[1:-1]:
        box = boxes[node]
        points += [(box.middle, box.y), (box.middle, box.y + row_heights[layer[node]])]
    return (*points, (last.middle, last.y))
