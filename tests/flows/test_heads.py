"""A drawing tells how many people sit at each step: the more, the darker."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.drawing.heads import SHADES, Heads, heads
from flows.drawing.svg import as_svg
from flows.drawing.text import as_dot, as_mermaid, as_text
from flows.library import shipped
from flows.lint.finding import Finding, Severity

LIBRARY = shipped()
SHIFTS = LIBRARY.flows["shifts"]
COUNTED = {("shifts", "offer"): 12, ("shifts", "old_step"): 2, ("training", "offer"): 5, ("shifts", "nothing_open"): 1}
HERE = heads(SHIFTS, "shifts", COUNTED)
SVG = "{http://www.w3.org/2000/svg}"
WRONG = Finding(
    severity=Severity.ERROR, file="catalog/shifts.toml", line=1, step="offer", rule="r", found="f", why="w", write="x"
)


def test_only_people_of_the_flow_are_counted_and_lost_steps_are_told_apart() -> None:
    assert (HERE.at, HERE.gone) == ({"offer": 12, "nothing_open": 1}, {"old_step": 2})


@pytest.mark.parametrize(
    ("numbers", "shades"),
    [([8, 4, 2, 1, 0], [4, 3, 2, 1, 0]), ([100, 51, 50, 1], [4, 4, 3, 1]), ([1], [4]), ([0], [0]), ([3, 3], [4, 4])],
)
def test_half_a_crowd_is_one_shade_lighter(numbers: list[int], shades: list[int]) -> None:
    people = Heads(at={str(place): number for place, number in enumerate(numbers)}, gone={})

    assert [people.shade(str(place)) for place in range(len(numbers))] == shades


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 10**6), min_size=1))
def test_a_larger_crowd_is_never_lighter(at: dict[str, int]) -> None:
    people = Heads(at=at, gone={})
    in_order = sorted(at, key=lambda step: at[step])

    shades = [people.shade(step) for step in in_order]

    assert shades == sorted(shades)
    assert all(
        (shade == 0) == (at[step] == 0) and shade <= SHADES for step, shade in zip(in_order, shades, strict=True)
    )
    assert shades[-1] == (SHADES if at[in_order[-1]] else 0)


def test_svg_writes_the_number_into_the_box_and_the_description() -> None:
    svg = as_svg(LIBRARY, "shifts", people=HERE)
    root = ElementTree.fromstring(svg)  # noqa: S314  # our own

    counts = [element.text for element in root.iter(f"{SVG}text") if element.get("class") == "count"]
    assert sorted(filter(None, counts)) == ["1 person", "12 people"]
    assert 'class="step ask crowd-4" id="step-offer"' in svg
    assert "12 people here." in str(root.findtext(f"{SVG}desc"))


def test_what_the_linter_found_keeps_its_colour() -> None:
    assert 'class="step ask crowd-4 error" id="step-offer"' in as_svg(LIBRARY, "shifts", [WRONG], HERE)
    assert ".crowd-4:not(.error, .warning) .box" in as_svg(LIBRARY, "shifts", [WRONG], HERE)
    assert "class s_offer crowd" not in as_mermaid(LIBRARY, "shifts", [WRONG], HERE)
    assert '"offer (12 people)' in as_dot(LIBRARY, "shifts", [WRONG], HERE)
    assert 'fillcolor="#fbd5d5"' in as_dot(LIBRARY, "shifts", [WRONG], HERE)


def test_other_formats_tell_the_number_beside_the_name() -> None:
    assert "\noffer (12 people)\n" in as_text(LIBRARY, "shifts", people=HERE)
    assert "\nbook\n" in as_text(LIBRARY, "shifts", people=HERE)
    assert "offer (12 people)<br>" in as_mermaid(LIBRARY, "shifts", people=HERE)
    assert "class s_offer crowd4" in as_mermaid(LIBRARY, "shifts", people=HERE)
    assert 'fillcolor="#a680e2"' in as_dot(LIBRARY, "shifts", people=HERE)


@pytest.mark.parametrize("draw", [as_svg, as_text, as_mermaid, as_dot])
def test_without_anybody_a_flow_looks_as_ever(draw: Callable[..., str]) -> None:
    nobody = heads(LIBRARY.flows["training"], "training", {("shifts", "offer"): 3})

    assert draw(LIBRARY, "training", people=nobody) == draw(LIBRARY, "training")
