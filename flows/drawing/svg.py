"""Draw a flow as an SVG that any browser shows by itself, light or dark, with words for those who cannot see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from flows.drawing.heads import Heads, say_heads
from flows.drawing.layout import Box, Layout, lay_out
from flows.drawing.text import SHADE_FILLS, heading_of, lines_of, marks, wrapped
from flows.graph import Edge, Why, edges
from flows.library import Library
from flows.lint.finding import Finding, Severity
from flows.lint.sight import file_of
from flows.model import Flow, Step

_WIDTH: Final = 250.0
_LINE: Final = 17.0
_PADDING: Final = 10.0
_MARGIN: Final = 28.0
#: How many letters of a condition stand beside an arrow; the whole of it is its title.
_LABEL_CHARS: Final = 30

_STYLE: Final = """
    svg { background: #ffffff; font: 13px system-ui, sans-serif; }
    .box { fill: #f4f6f8; stroke: #5b6b7b; stroke-width: 1.2; }
    .ask .box { fill: #e3eefb; stroke: #1d5a9e; }
    .end .box { fill: #e4f4e8; stroke: #2a7040; }
    .warning .box { fill: #fdf0c8; stroke: #946200; stroke-width: 2.2; }
    .error .box { fill: #fbd5d5; stroke: #b42318; stroke-width: 2.2; }
    .name { font-weight: 600; fill: #14202b; }
    .line { fill: #33424f; font-size: 12px; }
    .way { fill: none; stroke: #5b6b7b; stroke-width: 1.3; marker-end: url(#head); }
    .aside { stroke-dasharray: 5 4; }
    .head { fill: #5b6b7b; }
    .label { fill: #33424f; font-size: 11.5px; text-anchor: middle; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }
    @media (prefers-color-scheme: dark) {
      svg { background: #12181e; }
      .box { fill: #1e2831; stroke: #8fa1b3; }
      .ask .box { fill: #17304c; stroke: #7ab3f0; }
      .end .box { fill: #17361f; stroke: #7ac590; }
      .warning .box { fill: #443300; stroke: #f0c040; }
      .error .box { fill: #4c1512; stroke: #ff8a80; }
      .name { fill: #f2f6fa; }
      .line { fill: #ccd6e0; }
      .way { stroke: #8fa1b3; }
      .head { fill: #8fa1b3; }
      .label { fill: #ccd6e0; stroke: #12181e; }
    }
"""


#: The same by day and by night: dark letters on light grounds. What the linter found outranks it.
_CROWDS: Final = (
    "\n    .count { font-weight: 600; text-anchor: end; fill: #0b2239; }\n"
    + "".join(
        f"    .crowd-{shade}:not(.error, .warning) .box {{ fill: {fill}; }}\n"
        for shade, fill in enumerate(SHADE_FILLS)
        if fill
    )
    + "    [class*=crowd-] .name, [class*=crowd-] .line { fill: #0b2239; }\n"
    "    @media (prefers-color-scheme: dark) {\n"
    "      .error .count, .error .name, .warning .count, .warning .name { fill: #f2f6fa; }\n"
    "      .error .line, .warning .line { fill: #ccd6e0; }\n"
    "    }\n"
)


def as_svg(library: Library, flow_id: str, findings: Iterable[Finding] = (), people: Heads | None = None) -> str:
    """Draw a flow from top to bottom; steps with findings are coloured and say what was found.

    With people, steps tell how many sit there, and the more, the darker; findings keep their colour.
    """
    flow = library.flows[flow_id]
    here = [finding for finding in findings if finding.file == file_of(flow_id)]
    texts = {step.id: _lines(step, flow.languages[0]) for step in flow.steps.values()}
    sizes = {id_: (_WIDTH, 2 * _PADDING + _LINE * (len(lines) + 1)) for id_, lines in texts.items()}
    ways = edges(flow)
    layout = lay_out(sizes, [(edge.source, edge.to) for edge in ways], flow.start)
    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN
    steps = [_step(flow, id_, layout.boxes[id_], texts[id_], here, flow_id, people) for id_ in texts]
    drawn = [*arrows(flow, layout), *steps]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
            f' height="{height:.0f}" role="img" aria-labelledby="title desc">',
            f'<title id="title">{escape(heading_of(flow, flow_id))}</title>',
            f'<desc id="desc">{escape(_described(flow, people))}</desc>',
            f"<style>{_STYLE}{_CROWDS if people and people.at else ''}</style>",
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
            ' orient="auto-start-reverse"><path class="head" d="M0 0 8 4 0 8z"/></marker></defs>',
            f'<g transform="translate({_MARGIN:.0f} {_MARGIN:.0f})">',
            *drawn,
            "</g>",
            "</svg>",
        ]
    )


def _lines(step: Step, language: str) -> list[str]:
    return [line for told in lines_of(step, language) for line in wrapped(told)]


def _described(flow: Flow, people: Heads | None) -> str:
    """Tell in words which step leads where, and how many people sit there."""
    ways = edges(flow)
    told = []
    for step in flow.steps:
        on = [f"{edge.to} ({edge.label})" if edge.label else edge.to for edge in ways if edge.source == step]
        told.append(f"{step} leads to {', '.join(on)}." if on else f"{step} ends the flow.")
        if people and step in people.at:
            told.append(f"{say_heads(people.at[step])} here.")
    return " ".join(told)


def _step(
    flow: Flow,
    id_: str,
    box: Box,
    lines: Sequence[str],
    here: Sequence[Finding],
    flow_id: str,
    people: Heads | None,
) -> str:
    step = flow.steps[id_]
    severity: Mapping[str, Severity] = marks(flow_id, here)
    kind = "end" if step.end else "ask" if step.ask else ""
    number = people.at.get(id_, 0) if people else 0
    crowd = f"crowd-{people.shade(id_)}" if people and number else ""
    classes = " ".join(filter(None, ("step", kind, crowd, severity[id_].value if id_ in severity else "")))
    found = [f"{finding.severity.value}: {finding.found}" for finding in here if finding.step == id_]
    title = escape("\n".join([id_, *found]))
    sign = {Severity.ERROR: "✖ ", Severity.WARNING: "⚠ "}[severity[id_]] if id_ in severity else ""
    rounded = 18 if step.end else 6
    rows = "".join(
        f'<text class="line" x="{box.x + _PADDING:.1f}" y="{box.y + _PADDING + _LINE * (n + 1.75):.1f}">{escape(line)}</text>'
        for n, line in enumerate(lines)
    )
    return (
        f"<g class={quoteattr(classes)} id={quoteattr('step-' + id_)}><title>{title}</title>"
        f'<rect class="box" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="{rounded}"/>'
        f'<text class="name" x="{box.x + _PADDING:.1f}" y="{box.y + _PADDING + _LINE * 0.75:.1f}">{sign}{escape(id_)}</text>'
        f"{_count(box, number)}{rows}</g>"
    )


def _count(box: Box, number: int) -> str:
    """Write how many people sit at a step into the upper right corner of its box."""
    if not number:
        return ""
    x, y = box.x + box.width - _PADDING, box.y + _PADDING + _LINE * 0.75
    return f'<text class="count" x="{x:.1f}" y="{y:.1f}">{say_heads(number)}</text>'


def _label(edge: Edge) -> str:
    return edge.label


def arrows(flow: Flow, layout: Layout, *, label: Callable[[Edge], str] = _label) -> list[str]:
    """Draw one arrow for each two steps, with the conditions of all ways between them, as elements of an SVG.

    Args:
        label: says why a way is taken; nothing where there is no other.
    """
    labels: dict[tuple[str, str], list[str]] = {}
    aside: dict[tuple[str, str], bool] = {}
    for edge in edges(flow):
        arrow = (edge.source, edge.to)
        labels.setdefault(arrow, []).extend([said] if (said := label(edge)) else [])
        aside[arrow] = aside.get(arrow, True) and edge.why is not Why.NEXT
    ports = _ports(layout)
    drawn = [
        _arrow(layout, arrow, ports, " / ".join(dict.fromkeys(told)), aside=aside[arrow])
        for arrow, told in labels.items()
        if arrow in layout.ways
    ]
    return [path for path, _ in drawn] + [label for _, label in drawn if label]  # no arrow strikes out a label


def _ports(layout: Layout) -> Mapping[tuple[tuple[str, str], str], float]:
    """Spread the arrows of each box along its edge, in the order in which they lead away."""
    ports: dict[tuple[tuple[str, str], str], float] = {}
    for step, box in layout.boxes.items():
        for side in ("upper", "lower"):
            met = [(arrow, _beyond(layout, arrow, side)) for arrow in layout.ways if _end(layout, arrow, side) == step]
            for number, (arrow, _) in enumerate(sorted(met, key=lambda one: one[1]), 1):
                ports[arrow, side] = box.x + box.width * number / (len(met) + 1)
    return ports


def _end(layout: Layout, arrow: tuple[str, str], side: str) -> str:
    """Name the box at the upper or lower end of an arrow."""
    above, below = arrow[::-1] if arrow in layout.upward else arrow
    return above if side == "upper" else below


def _beyond(layout: Layout, arrow: tuple[str, str], side: str) -> float:
    """Say where an arrow comes from, or goes to, seen from one of its ends."""
    points = layout.ways[arrow] if side == "upper" else layout.ways[arrow][::-1]
    return next((x for x, _ in points if x != points[0][0]), points[0][0])


def _arrow(
    layout: Layout,
    arrow: tuple[str, str],
    ports: Mapping[tuple[tuple[str, str], str], float],
    label: str,
    *,
    aside: bool,
) -> tuple[str, str]:
    """Draw an arrow, and what is written beside it."""
    points = list(layout.ways[arrow])
    straight = 2 if len(points) > 2 and points[1][0] == points[0][0] else 1  # beside a taller box it first leads down
    points[:straight] = [(ports[arrow, "upper"], y) for _, y in points[:straight]]
    points[-1] = (ports[arrow, "lower"], points[-1][1])
    if arrow in layout.upward:
        points.reverse()
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}" + "".join(_bend(one, two) for one, two in pairwise(points))
    classes = "way aside" if aside else "way"
    title = escape(f"{arrow[0]} → {arrow[1]}: {label}".rstrip(": "))
    drawn = f'<path class="{classes}" d="{path}"><title>{title}</title></path>'
    if not label:
        return drawn, ""
    shown = label if len(label) <= _LABEL_CHARS else label[: _LABEL_CHARS - 1].rstrip() + "…"
    x, y = _beside(points)
    return drawn, f'<text class="label" x="{x:.1f}" y="{y:.1f}">{escape(shown)}</text>'


def _bend(one: tuple[float, float], two: tuple[float, float]) -> str:
    """Go straight where the points stand above each other, else in a soft curve."""
    if abs(one[0] - two[0]) < 1:
        return f"L{two[0]:.1f} {two[1]:.1f}"
    middle = (one[1] + two[1]) / 2
    return f"C{one[0]:.1f} {middle:.1f} {two[0]:.1f} {middle:.1f} {two[0]:.1f} {two[1]:.1f}"


def _beside(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Find the place of an arrow's label: near its end, where arrows from one step have parted."""
    one, two = points[-2], points[-1]
    return one[0] + (two[0] - one[0]) * 0.68, one[1] + (two[1] - one[1]) * 0.62
