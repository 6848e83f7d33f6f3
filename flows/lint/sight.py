"""What rules look at: a library with the place of every step and text in its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from flows.files.shape import FlowTable, line_of, read_table
from flows.given import Given, surely_given
from flows.graph import Place
from flows.library import Library
from flows.lint.finding import Finding, Severity
from flows.model import Flow, Step

#: Where the phrases stand, and the answers to questions in the middle.
PHRASES_FILE: Final = "phrases.toml"
FAQ_FILE: Final = "faq.toml"


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
    #: What it is: ``say``, ``ask``, ``retry``, ``help``, ``label``, ``phrase`` or ``faq``.
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
    #: The text of the phrase file and that of the FAQ, for their lines.
    phrases: str = ""
    faq: str = ""
    #: What was there before, if it is known.
    base: Library | None = None
    #: What only the linter reads of a step stands in its table, not in the engine's model.
    tables: Mapping[str, FlowTable] = field(default_factory=dict)
    given: Given = field(default_factory=dict)

    def at(self, flow: str, step: str = "", *more: str) -> Where:
        """Find the line of a step, or of something within it."""
        path = ["step", step, *more] if step else ["id"]
        return Where(file=file_of(flow), line=line_of(self.library.flows[flow].source, path), step=step)

    def top(self, flow: str, key: str) -> Where:
        """Find the line of a key at the top of a flow file."""
        return Where(file=file_of(flow), line=line_of(self.library.flows[flow].source, [key]))

    def choice(self, place: Place, number: int) -> Where:
        """Find the line of a choice; those of a list kept elsewhere have none of their own."""
        flow, step = place
        asked, own = self.library.flows[flow].steps[step].ask, self.tables[flow].step[step].choice
        kept_elsewhere = len(asked.options if asked else ()) - len(own)
        more = ("choices",) if number < kept_elsewhere else ("choice", str(number - kept_elsewhere))
        return self.at(flow, step, *more)

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
            for number, option in enumerate(ask.options if ask else ()):
                for language, text in option.label.items():
                    place = self.choice((name, step.id), number)
                    yield Text(place=place, key="label", language=language, text=text, all=option.label, step=step)
        for key, texts in self.library.phrases.texts.items():
            for language, text in texts.items():
                place = self.phrase(key, language)
                yield Text(place=place, key="phrase", language=language, text=text, all=texts)
        for entry in self.library.faq.entries.values():
            for language, text in entry.answer.items():
                place = self.entry(entry.id, language)
                yield Text(place=place, key="faq", language=language, text=text, all=entry.answer)

    def phrase(self, key: str, language: str = "") -> Where:
        """Find the line of a phrase."""
        return Where(file=PHRASES_FILE, line=_below(self.phrases, f"[{key}]", f"{language} ="), step=key)

    def entry(self, entry: str, language: str) -> Where:
        """Find the line of an answer in the FAQ."""
        return Where(file=FAQ_FILE, line=_below(self.faq, f"[faq.{entry}]", f"answer.{language} ="), step=entry)


def _below(source: str, header: str, begins: str) -> int:
    """Find the line below a header that begins so; the header's own where there is none."""
    lines = source.splitlines()
    at = next((n for n, line in enumerate(lines, 1) if line.strip() == header), 0)
    return next((n for n, line in enumerate(lines[at:], at + 1) if at and line.startswith(begins)), at or 1)


def open_library(library: Library, *, phrases: str, faq: str, base: Library | None) -> Sight:
    """Read the tables of a library's files once more: they hold what only the linter asks for."""
    tables = {name: read_table(flow.source, file=file_of(name)) for name, flow in library.flows.items()}
    return Sight(library=library, phrases=phrases, faq=faq, base=base, tables=tables, given=surely_given(library))
