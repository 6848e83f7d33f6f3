"""What rules look at: a library with the place of every step and text in its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from flows.file_shape import FlowTable, line_of, read_table
from flows.given import Given, surely_given
from flows.library import Library
from flows.lint.finding import Finding, Severity
from flows.model import Flow, Step

#: Where the phrases stand.
PHRASES_FILE: Final = "phrases.toml"


def file_of(flow_id: str) -> str:
    """Name the file of a flow, as errors of the reader do."""
    return f"{flow_id}.toml" if "/" in flow_id else f"catalog/{flow_id}.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How findings of one kind are told."""

    id: str
    severity: Severity = Severity.ERROR
    #: Why it matters to the people who are written to.
    why: str

    def found(self, place: Where, what: str, *, write: str) -> Finding:
        """Report one finding."""
        return Finding(
            severity=self.severity,
            file=place.file,
            line=place.line,
            step=place.step,
            rule=self.id,
            found=what,
            why=self.why,
            write=write,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place in a file."""

    file: str
    line: int = 1
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text in one language, and where it stands."""

    place: Where
    #: What it is: ``say``, ``ask``, ``retry``, ``help`` or ``phrase``.
    key: str
    language: str
    text: str
    #: The same in every language.
    all: Mapping[str, str]
    step: Step | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A library, opened for the linter."""

    library: Library
    #: The text of the phrase file, for its lines.
    phrases: str = ""
    #: What only the linter reads of a step stands in its table, not in the engine's model.
    tables: Mapping[str, FlowTable] = field(default_factory=dict)
    given: Given = field(default_factory=dict)

    def at(self, flow: str, step: str = "", *more: str) -> Where:
        """Find the line of a step, or of something within it."""
        path = ["step", step, *more] if step else ["id"]
        return Where(file=file_of(flow), line=line_of(self.library.flows[flow].source, path), step=step)

    def steps(self) -> Iterator[tuple[str, Flow, Step]]:
        """Yield every step of every flow."""
        for name, flow in self.library.flows.items():
            for step in flow.steps.values():
                yield name, flow, step

    def texts(self) -> Iterator[Text]:
        """Yield every text that people are sent, by language."""
        for name, _, step in self.steps():
            ask = step.ask
            keys = {"say": step.say} | ({"ask": ask.question, "retry": ask.retry, "help": ask.help} if ask else {})
            for key, texts in keys.items():
                for language, text in (texts or {}).items():
                    place = self.at(name, step.id, f"{key}.{language}")
                    yield Text(place=place, key=key, language=language, text=text, all=texts or {}, step=step)
        for key, texts in self.library.phrases.texts.items():
            for language, text in texts.items():
                place = self.phrase(key, language)
                yield Text(place=place, key="phrase", language=language, text=text, all=texts)

    def phrase(self, key: str, language: str = "") -> Where:
        """Find the line of a phrase."""
        lines = self.phrases.splitlines()
        header = next((n for n, line in enumerate(lines, 1) if line.strip() == f"[{key}]"), 0)
        here = (n for n, line in enumerate(lines[header:], header + 1) if line.startswith(f"{language} ="))
        line = next(here, header) if header and language else header
        return Where(file=PHRASES_FILE, line=line or 1, step=key)


def open_library(library: Library, *, phrases: str) -> Sight:
    """Read the tables of a library's files once more: they hold what only the linter asks for."""
    tables = {name: read_table(flow.source, file=file_of(name)) for name, flow in library.flows.items()}
    return Sight(library=library, phrases=phrases, tables=tables, given=surely_given(library))
