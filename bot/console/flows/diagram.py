"""Lay a flow out as a diagram whose steps lead to their pages: where each box stands, what is in it, and all arrows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from bot.console.words import Words
from flows.drawing.heads import Heads
from flows.drawing.layout import Box, lay_out
from flows.drawing.svg import arrows
from flows.drawing.text import wrapped
from flows.graph import Edge, Why, edges
from flows.library import Library
from flows.model import Flow, Step

_WIDTH: Final = 250.0
_LINE: Final = 17.0
_PADDING: Final = 12.0
_MARGIN: Final = 28.0
#: Name, and how many are here.
_FIXED_LINES: Final = 2
_MOST_CHARS: Final = 92


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One step in its place."""

    step: Step
    box: Box
    lines: tuple[str, ...]
    #: 0 without anybody, 4 for the largest crowd.
    shade: int

    @property
    def x(self) -> float:
        """Where its texts begin."""
        return self.box.x + _PADDING

    @property
    def right(self) -> float:
        """Where what stands on the right ends."""
        return self.box.x + self.box.width - _PADDING

    def y(self, line: int) -> float:
        """Return where a line of text stands."""
        return self.box.y + _PADDING + _LINE * (line + 0.75)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """A flow, drawn."""

    width: int
    height: int
    margin: int
    steps: tuple[Drawn, ...]
    arrows: Markup


def draw(flow: Flow, here: Heads, say: Words) -> Diagram:
    """Draw a flow from top to bottom, in the language of whoever looks at it."""
    texts = {step.id: tuple(_lines(step, say)) for step in flow.steps.values()}
    sizes = {id_: (_WIDTH, 2 * _PADDING + _LINE * (len(lines) + _FIXED_LINES)) for id_, lines in texts.items()}
    layout = lay_out(sizes, [(edge.source, edge.to) for edge in edges(flow)], flow.start)
    steps = tuple(
        Drawn(step=step, box=layout.boxes[id_], lines=texts[id_], shade=here.shade(id_))
        for id_, step in flow.steps.items()
    )
    return Diagram(
        width=round(layout.width + 2 * _MARGIN),
        height=round(layout.height + 2 * _MARGIN),
        margin=round(_MARGIN),
        steps=steps,
        # all of it is escaped where it is drawn
        arrows=Markup("\n".join(arrows(flow, layout, label=lambda edge: _why(edge, say)))),  # noqa: S704
    )


def _lines(step: Step, say: Words) -> Iterator[str]:
    texts: list[Mapping[str, str]] = [text for text in (step.say, step.ask.question if step.ask else None) if text]
    for text in texts:
        yield from wrapped(_short(text[say.language]))
    if step.call:
        yield say("line.call", flow=step.call)
    if step.book:
        yield say("line.book")
    if step.end:
        yield say("line.end")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _MOST_CHARS else flat[:_MOST_CHARS].rpartition(" ")[0] + "…"


def _why(edge: Edge, say: Words) -> str:
    """Say why a way is taken; conditions are told as the flow's author wrote them."""
    match edge.why:
        case Why.NEXT:
            return say("way.otherwise") if edge.label == "otherwise" else edge.label
        case Why.NONE | Why.FULL | Why.REVISIT | Why.FIRST:
            return say(f"way.{edge.why.value}")


def flow_of(library: Library, kind: str, name: str) -> str | None:
    """Return the id of the flow that a path names; ``None`` when there is none."""
    flow_id = name if kind == "catalog" else f"{kind}/{name}"
    return flow_id if flow_id in library.flows else None


def path_of(flow_id: str) -> str:
    """Return where a flow is shown."""
    return f"/console/flows/one/{flow_id if '/' in flow_id else f'catalog/{flow_id}'}"
