"""Find what is wrong with a library of flows before anybody meets it: ways, conditions, words and lengths."""

from __future__ import annotations

from flows.library import Library
from flows.lint import calls, cases, clashes, consent, hours, misheard, names, showing, stale, unset, ways, wording
from flows.lint.finding import Finding, Severity
from flows.lint.sight import Rule, open_library

__all__ = ["RULES", "Finding", "Severity", "lint"]

#: Each looks at everything once.
_MODULES = (ways, cases, unset, calls, clashes, misheard, names, wording, stale, showing, consent, hours)
#: Every rule once; a message as a whole is asked one question by the same rule as a text.
RULES = tuple(
    {rule.id: rule for module in _MODULES for rule in vars(module).values() if isinstance(rule, Rule)}.values()
)


def lint(library: Library, *, phrases: str = "", faq: str = "", base: Library | None = None) -> tuple[Finding, ...]:
    """Look through a library with every rule; findings come file by file, from top to bottom.

    Args:
        phrases: the text of the phrase file, to tell its lines.
        faq: the same of the FAQ.
        base: what was there before, to tell whose translation stayed behind.
    """
    sight = open_library(library, phrases=phrases, faq=faq, base=base)
    found = {finding: None for module in _MODULES for finding in module.check(sight)}
    return tuple(sorted(found, key=lambda finding: (finding.file, finding.line, finding.severity, finding.rule)))
