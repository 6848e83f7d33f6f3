"""A flow can be seen: as text, for Mermaid and Graphviz, and as a drawing that names every step and hides none."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

import pytest

from flows.drawing.layout import lay_out
from flows.drawing.svg import as_svg
from flows.drawing.text import as_dot, as_mermaid, as_text
from flows.graph import edges
from flows.library import shipped
from flows.lint.finding import Finding, Severity

LIBRARY = shipped()
FLOWS = pytest.mark.parametrize("flow", sorted(LIBRARY.flows))
SVG = "{http://www.w3.org/2000/svg}"
FOUND = [
    Finding(severity=severity, file="catalog/shifts.toml", line=1, step=step, rule="r", found=what, why="w", write="x")
    for severity, step, what in ((Severity.ERROR, "offer", "it is <bad> & wrong"), (Severity.WARNING, "book", "hm"))
]


@FLOWS
def test_drawing_names_every_step_and_describes_every_way(flow: str) -> None:
    root = ElementTree.fromstring(as_svg(LIBRARY, flow))  # noqa: S314  # our own
    names = [element.text for element in root.iter(f"{SVG}text") if element.get("class") == "name"]

    assert sorted(filter(None, names)) == sorted(LIBRARY.flows[flow].steps)
    assert flow in str(root.findtext(f"{SVG}title"))
    assert all(step in str(root.findtext(f"{SVG}desc")) for step in LIBRARY.flows[flow].steps)
    pairs = {(edge.source, edge.to) for edge in edges(LIBRARY.flows[flow])}
    assert len(root.findall(f".//{SVG}path[@d]")) == len(pairs) + 1  # and the arrow's head


@FLOWS
def test_no_box_lies_over_another(flow: str) -> None:
    steps = LIBRARY.flows[flow].steps
    arrows = [(edge.source, edge.to) for edge in edges(LIBRARY.flows[flow])]

    boxes = lay_out(dict.fromkeys(steps, (200.0, 80.0)), arrows, LIBRARY.flows[flow].start).boxes

    assert boxes.keys() == steps.keys()
    for one, two in combinations(boxes.values(), 2):
        assert one.x + one.width <= two.x or two.x + two.width <= one.x or one.y + 80 <= two.y or two.y + 80 <= one.y


def test_steps_with_findings_are_coloured_and_say_why() -> None:
    svg = as_svg(LIBRARY, "shifts", FOUND)

    assert 'class="step ask error" id="step-offer"' in svg
    assert 'class="step warning" id="step-book"' in svg
    assert "error: it is &lt;bad&gt; &amp; wrong" in svg
    assert "prefers-color-scheme: dark" in svg


def test_findings_of_other_flows_colour_nothing() -> None:
    assert as_svg(LIBRARY, "training", FOUND) == as_svg(LIBRARY, "training")


def test_text_tells_what_steps_do_and_where_they_lead() -> None:
    text = as_text(LIBRARY, "shifts", FOUND)

    assert "book\n  books slot\n  → offer (seat gone)\n  → placed (stage == 'ready')" in text
    assert "! error [r] it is <bad> & wrong" in text


@FLOWS
def test_other_programs_get_every_step_and_way(flow: str) -> None:
    mermaid, dot = as_mermaid(LIBRARY, flow), as_dot(LIBRARY, flow)
    ways = edges(LIBRARY.flows[flow])

    assert sum(" --> " in line or "-.->" in line or "-->|" in line for line in mermaid.splitlines()) == len(ways)
    assert dot.count(" -> ") == len(ways)
    assert all(f"s_{step}" in mermaid and f'"{step}"' in dot for step in LIBRARY.flows[flow].steps)


def test_mermaid_colours_findings_and_escapes_what_it_would_read() -> None:
    mermaid = as_mermaid(LIBRARY, "shifts", FOUND)

    assert "class s_offer error" in mermaid
    assert all(line.count('"') % 2 == 0 for line in mermaid.splitlines())
    assert "age < 13" not in as_mermaid(LIBRARY, "screening")


def test_lone_boxes_and_circles_can_be_placed() -> None:
    layout = lay_out({"a": (10, 10), "b": (10, 10), "c": (10, 10)}, [("a", "b"), ("b", "a"), ("b", "b")], "a")

    assert layout.boxes.keys() == {"a", "b", "c"}
    assert layout.upward == {("b", "a")}
