"""Find what is wrong with a library of flows before anybody meets it: ways, conditions, words and lengths."""

from __future__ import annotations

from flows.library import Library
from flows.lint import calls, cases, clashes, consent, showing, unset, ways, wording
from flows.lint.finding import Finding, Severity
from flows.lint.sight import open_library

__all__ = ["Finding", "Severity", "lint"]

#: Each looks at everything once.
_CHECKS = (
    ways.check,
    cases.check,
    unset.check,
    calls.check,
    clashes.check,
    wording.check,
    showing.check,
    consent.check,
)


def lint(library: Library, *, phrases: str = "") -> tuple[Finding, ...]:
    """Look through a library with every rule; findings come file by file, from top to bottom.

    Args:
        phrases: the text of the phrase file, to tell its lines.
    """
    sight = open_library(library, phrases=phrases)
    found = {finding: None for check in _CHECKS for finding in check(sight)}
    return tuple(sorted(found, key=lambda finding: (finding.file, finding.line, finding.severity, finding.rule)))
