"""What the linter has to say: one finding names the place, what was found, why it matters and what to write."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"  #: somebody would get stuck, be misled, or the law be broken
    WARNING = "warning"  #: the flow works, and should be better


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to mend."""

    severity: Severity
    #: As below the folder of flows: ``catalog/screening.toml``.
    file: str
    line: int
    #: The step, or the phrase; empty for the file as a whole.
    step: str = ""
    rule: str
    found: str
    why: str
    write: str
