"""Write a flow as text, Mermaid or Graphviz: steps, ways between them, and what the linter found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, assert_never

from flows.drawing.heads import SHADES, Heads, say_heads
from flows.graph import Edge, Why, edges
from flows.library import Library
from flows.lint.finding import Finding, Severity
from flows.lint.sight import file_of
from flows.model import Action, Flow, Step, ToConsent, ToForget, ToGuardian, ToHuman, ToStage

#: A line of a box holds about as many letters.
_LINE_CHARS: Final = 34
_MOST_TEXT_CHARS: Final = 64
#: From nobody to the largest crowd; dark letters can be read on all of them.
SHADE_FILLS: Final = ("", "#eadffa", "#d3bdf3", "#bc9deb", "#a680e2")
assert len(SHADE_FILLS) == SHADES + 1


def marks(flow_id: str, findings: Iterable[Finding]) -> Mapping[str, Severity]:
    """Say for each step of a flow how bad its worst finding is; steps without any are left out."""
    found: dict[str, Severity] = {}
    for finding in findings:
        if finding.file == file_of(flow_id) and found.get(finding.step) is not Severity.ERROR:
            found[finding.step] = finding.severity
    return found


def lines_of(step: Step, language: str) -> Iterator[str]:
    """Tell in a few short lines what a step does."""
    for action in step.do:
        yield _deed(action)
    if step.say:
        yield f"says “{_short(step.say[language])}”"
    if step.offer:
        yield f"offers open {step.offer.kind.value}s"
    if step.ask:
        yield f"asks “{_short(step.ask.question[language])}”"
        yield f"saves {step.ask.save_as} ({step.ask.type})"
    if step.book:
        yield f"books {step.book.answer}"
    if step.call:
        yield f"calls {step.call}"
    if step.end:
        yield f"ends: {step.end}"


def _deed(action: Action) -> str:
    match action:
        case ToStage(stage=stage):
            return f"moves to {stage.value}"
        case ToHuman(reason=reason):
            return f"asks a coordinator: {reason}"
        case ToConsent(purpose=purpose):
            return f"records consent: {purpose}"
        case ToForget(reason=reason):
            return f"erases the person: {reason}"
        case ToGuardian(decision=decision):
            return f"carries out the guardian's decision: {decision.value}"
        case _:
            assert_never(action)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _MOST_TEXT_CHARS else flat[:_MOST_TEXT_CHARS].rpartition(" ")[0] + "…"


def as_text(library: Library, flow_id: str, findings: Iterable[Finding] = (), people: Heads | None = None) -> str:
    """Write a flow as an indented list; findings stand below their steps, people beside them."""
    flow, found = library.flows[flow_id], list(findings)
    ways = edges(flow)
    lines = [f"{flow_id}, begins at {flow.start}"]
    for step in flow.steps.values():
        lines += ["", _titled(step, people), *(f"  {line}" for line in lines_of(step, flow.languages[0]))]
        lines += [f"  → {edge.to}{_labelled(edge)}" for edge in ways if edge.source == step.id]
        told = [f for f in found if f.file == file_of(flow_id) and f.step == step.id]
        lines += [f"  ! {f.severity.value} [{f.rule}] {f.found}" for f in told]
    return "\n".join(lines)


def _titled(step: Step, people: Heads | None) -> str:
    here = people.at.get(step.id, 0) if people else 0
    return f"{step.id} ({say_heads(here)})" if here else step.id


def _labelled(edge: Edge) -> str:
    return f" ({edge.label})" if edge.label else ""


def as_mermaid(library: Library, flow_id: str, findings: Iterable[Finding] = (), people: Heads | None = None) -> str:
    """Write a flow for Mermaid, which GitHub and many wikis draw."""
    flow, severity = library.flows[flow_id], marks(flow_id, findings)
    lines = ["flowchart TD"]
    for step in flow.steps.values():
        told = "<br>".join(_mermaid(line) for line in (_titled(step, people), *lines_of(step, flow.languages[0])))
        opening, closing = ("([", "])") if step.end else ("[", "]")
        lines.append(f'    s_{step.id}{opening}"{told}"{closing}')
    for edge in edges(flow):
        arrow = "-.->" if edge.why is not Why.NEXT else "-->"
        label = f'|"{_mermaid(edge.label)}"|' if edge.label else ""
        lines.append(f"    s_{edge.source} {arrow}{label} s_{edge.to}")
    lines += ["    classDef error fill:#fbd5d5,stroke:#b42318,color:#3b0d0a"]
    lines += ["    classDef warning fill:#fdf0c8,stroke:#946200,color:#3a2700"]
    lines += [f"    class s_{step} {severity[step].value}" for step in flow.steps if step in severity]
    crowded = {step: people.shade(step) for step in people.at if step not in severity} if people else {}
    lines += [
        f"    classDef crowd{n} fill:{SHADE_FILLS[n]},stroke:#5b3a99,color:#0b2239" for n in sorted({*crowded.values()})
    ]
    lines += [f"    class s_{step} crowd{shade}" for step, shade in crowded.items()]
    return "\n".join(lines)


def _mermaid(text: str) -> str:
    """Write the signs that Mermaid reads as its own by their numbers."""
    for sign in '#"<>&|':
        text = text.replace(sign, f"#{ord(sign)};") if sign != "#" else text.replace("#", "＃")  # noqa: RUF001
    return text


def as_dot(library: Library, flow_id: str, findings: Iterable[Finding] = (), people: Heads | None = None) -> str:
    """Write a flow for Graphviz."""
    flow, severity = library.flows[flow_id], marks(flow_id, findings)
    colours = {Severity.ERROR: "#fbd5d5", Severity.WARNING: "#fdf0c8"}
    lines = [f"digraph {_quoted(flow_id)} {{", '    node [shape=box, style="rounded,filled", fillcolor="#f4f6f8"];']
    for step in flow.steps.values():
        told = "\n".join((_titled(step, people), *lines_of(step, flow.languages[0])))
        shade = people.shade(step.id) if people else 0
        fill = colours[severity[step.id]] if step.id in severity else SHADE_FILLS[shade]
        colour = f', fillcolor="{fill}"' if fill else ""
        lines.append(f"    {_quoted(step.id)} [label={_quoted(told)}{colour}];")
    for edge in edges(flow):
        style = ", style=dashed" if edge.why is not Why.NEXT else ""
        lines.append(f"    {_quoted(edge.source)} -> {_quoted(edge.to)} [label={_quoted(edge.label)}{style}];")
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def wrapped(text: str, chars: int = _LINE_CHARS) -> list[str]:
    """Break a line at its spaces."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > chars:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def heading_of(flow: Flow, flow_id: str) -> str:
    """Name a drawing for those who cannot see it."""
    return f"Flow {flow_id}: {len(flow.steps)} steps, beginning at {flow.start}"
