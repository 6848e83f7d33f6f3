"""What is published, what is written anew over it, and what the linter says of both."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from bot.console.house import Visit
from flows.files.rewording import NotWritableError, Place, phrase_table, reworded, text_at
from flows.files.shape import FlowError
from flows.files.sources import FAQ, PHRASES, Sources, overlaid, shipped_sources
from flows.library import Library, library_of
from flows.lint import lint
from flows.lint.finding import Finding, Severity
from flows.lint.sight import file_of
from storage import drafts, publications
from storage.tables import DraftTextRow

#: A library takes a second to read and to look through; a hub works with two at a time, what is published and the draft.
_KEPT: Final = 6

_Files = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the linter says of a set of files."""

    #: ``None`` when the files cannot be read at all.
    library: Library | None
    findings: tuple[Finding, ...] = ()
    #: Why they cannot be read.
    faults: tuple[str, ...] = ()

    @property
    def errors(self) -> int:
        """How many things forbid publishing."""
        return len(self.faults) + sum(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many things could be better."""
        return sum(finding.severity is Severity.WARNING for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a hub has published and what is being written, read at one moment."""

    #: The number of the last publication; 0 before the first one.
    publication: int
    #: The hub's own files as they are published.
    files: Sources
    #: What is written anew.
    rows: Sequence[DraftTextRow]
    #: The hub's name.
    hub: str

    @property
    def sources(self) -> Sources:
        """All files as they are published."""
        return _merged(_key(self.files))

    @property
    def library(self) -> Library:
        """What people get now."""
        return _library(_key(self.files))

    @property
    def token(self) -> str:
        """A name of this state: it differs as soon as anybody publishes or writes."""
        said = [str(self.publication), *(f"{row.id}\n{row.text}" for row in self.rows)]
        return hashlib.sha256("\0".join(said).encode()).hexdigest()[:20]

    def published(self, file: str, place: Place) -> Mapping[str, str] | None:
        """Return the texts at a place as people get them now."""
        texts = text_at(self.sources[file], place) if file in self.sources else None
        return {language: text.strip() for language, text in texts.items()} if texts else None

    def row(self, file: str, place: Place, language: str) -> DraftTextRow | None:
        """Return what is written anew at a place."""
        named = (file, str(place), language)
        return next((row for row in self.rows if (row.file, row.place, row.language) == named), None)

    def drafted(self) -> tuple[Sources, list[DraftTextRow]]:
        """Put the draft over the hub's files; return them, with the texts under which another was published meanwhile."""
        files, stale = dict(self.files), []
        for row in self.rows:
            place = Place.read(row.place)
            if (self.published(row.file, place) or {}).get(row.language) != row.before:
                stale.append(row)
                continue
            try:
                files[row.file] = self._written(files, row, place)
            except NotWritableError:
                stale.append(row)
        return files, stale

    def _written(self, files: Sources, row: DraftTextRow, place: Place) -> str:
        if row.file != PHRASES:
            return reworded(files.get(row.file) or shipped()[row.file], place, row.language, row.text)
        own = files.get(PHRASES, "")
        if text_at(own, place) is None:  # of the sentences a hub keeps only those that it has reworded
            own = f"{own.rstrip()}\n\n{phrase_table(place, text_at(shipped()[PHRASES], place) or {})}\n".lstrip()
        return reworded(own, place, row.language, row.text)

    def check(self) -> Checked:
        """Look through what is published."""
        return _checked(_key(self.files), ())

    def check_draft(self) -> Checked:
        """Look through what would be published."""
        return _checked(_key(self.drafted()[0]), _key(self.files))


def open_bench(visit: Visit, session: Any) -> Bench:
    """Read what the hub has published, and the draft."""
    rows = publications.history(session, visit.hub.id)
    last = rows[-1] if rows else None
    return Bench(
        publication=(last.id or 0) if last else 0,
        files=publications.files_of(last),
        rows=drafts.list_texts(session, visit.hub.id),
        hub=visit.hub.name,
    )


def refuse_unless_last(session: Any, hub: str, *, before: int, publication: int) -> None:
    """Let nothing be published over what somebody else has published since.

    Raises:
        WrittenMeanwhileError: another publication stands between the one that the page showed and this one.
    """
    others = [row.id or 0 for row in publications.history(session, hub) if row.id != publication]
    if max(others, default=0) != before:
        raise drafts.WrittenMeanwhileError


def flow_file(flow_id: str) -> str:
    """Name the file of a flow: ``catalog/screening.toml``."""
    return file_of(flow_id)


@cache
def shipped() -> Sources:
    """Return the files that come with the program."""
    return shipped_sources()


def _key(files: Sources) -> _Files:
    return tuple(sorted(files.items()))


@lru_cache(maxsize=_KEPT)
def _merged(files: _Files) -> Sources:
    return overlaid(shipped(), dict(files))


@lru_cache(maxsize=_KEPT)
def _library(files: _Files) -> Library:
    return library_of(_merged(files))


@lru_cache(maxsize=_KEPT)
def _checked(files: _Files, before: _Files) -> Checked:
    try:
        sources, library = _merged(files), _library(files)
    except FlowError as error:
        return Checked(library=None, faults=tuple(error.faults))
    base = _library(before) if files != before else None
    findings = lint(library, phrases=sources[PHRASES], faq=sources.get(FAQ, ""), base=base)
    return Checked(library=library, findings=findings)
