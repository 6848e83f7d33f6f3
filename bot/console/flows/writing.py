"""Write texts anew, in both languages: read the form, weigh the words, keep them in the draft, tell who came second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.console.flows.workshop import Bench
from bot.console.house import Visit
from flows.facts import LANGUAGES
from flows.files.rewording import NotWritableError, Place, reworded
from flows.lint.showing import MOST_PARTS
from flows.lint.wording import MOST_GRADE, plain_grade
from flows.lint.worst import filled
from flows.model import Flow
from flows.templates import placeholders
from flows.text import Segments, fold, segments
from storage import drafts
from storage.drafts import Spot, WrittenMeanwhileError

#: No text that people get is nearly as long.
MOST_CHARS = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What a text costs, and how hard it is to read."""

    #: As people may get it, with the longest of everything filled in.
    sample: str
    segments: Segments
    grade: float

    @property
    def is_long(self) -> bool:
        """Whether it takes more parts than a message should."""
        return self.segments.parts > MOST_PARTS

    @property
    def is_hard(self) -> bool:
        """Whether it is hard to read."""
        return self.grade > MOST_GRADE


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One text in one language, as the form shows it."""

    file: str
    place: Place
    language: str
    #: What people get now.
    published: str
    #: What the draft has; the same where nobody wrote.
    shown: str
    #: What stands in the field: what somebody typed who was refused, say.
    text: str
    author: str
    weight: Weight
    #: ``meanwhile``, ``empty``, ``long``, ``names`` or ``form``; nothing where it is fine.
    wrong: str = ""

    @property
    def id(self) -> str:
        """A name for the field."""
        return f"{self.place}.{self.language}"

    @property
    def is_new(self) -> bool:
        """Whether the draft has another text than people get."""
        return self.shown != self.published


def weigh(text: str, language: str, *, bench: Bench, flow: Flow | None) -> Weight:
    """Weigh a text as an SMS, with the longest of everything filled in."""
    sample = filled(fold(text), language, library=bench.library, flow=flow, hub=bench.hub)
    return Weight(sample=sample, segments=segments(fold(sample)), grade=plain_grade(text, language))


def fields(
    bench: Bench, file: str, places: Iterable[Place], *, flow: Flow | None, typed: Mapping[str, str] | None = None
) -> list[Field]:
    """List the fields of a form.

    Args:
        typed: what a form sent that was refused, by the field's id.
    """
    found: list[Field] = []
    for place in places:
        texts = bench.published(file, place) or {}
        for language in (language for language in LANGUAGES if language in texts):
            row = bench.row(file, place, language)
            shown = row.text if row else texts[language]
            text = (typed or {}).get(f"{place}.{language}", shown)
            found.append(
                Field(
                    file=file,
                    place=place,
                    language=language,
                    published=texts[language],
                    shown=shown,
                    text=text,
                    author=row.author.partition(":")[2] if row else "",
                    weight=weigh(text, language, bench=bench, flow=flow),
                )
            )
    return found


def typed(visit: Visit) -> dict[str, str]:
    """Return the texts of a form by the id of their field, line ends as files have them."""
    return {
        name.removeprefix("text-"): text.replace("\r", "").strip()
        for name, text in visit.form.items()
        if name.startswith("text-")
    }


def save(visit: Visit, session: Any, bench: Bench, field: Field) -> str:
    """Write a field that was changed into the draft; return what is wrong with it, if anything."""
    shown = visit.form.get(f"shown-{field.id}", field.shown).replace("\r", "")
    if field.text == shown:
        return ""
    if wrong := fault_of(bench, field):
        return wrong
    try:
        drafts.write(
            session,
            visit.hub.id,
            Spot(file=field.file, place=str(field.place), language=field.language),
            published=(bench.published(field.file, field.place) or {})[field.language],
            shown=shown,
            wanted=field.text,
            author=visit.author,
            now=visit.now,
        )
    except WrittenMeanwhileError:
        return "meanwhile"
    return ""


def fault_of(bench: Bench, field: Field) -> str:
    """Say why a text cannot be kept at all; what the linter finds is told, and forbids to publish."""
    if not field.text:
        return "empty"
    if len(field.text) > MOST_CHARS:
        return "long"
    if placeholders(field.text) - placeholders(field.published):
        return "names"
    source = bench.sources[field.file]
    try:
        reworded(source, field.place, field.language, field.text)
    except NotWritableError:
        return "form"
    return ""
