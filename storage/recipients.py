"""Whom a broadcast is for: one filter, read the same by the count, the preview and the outbox."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

#: Persons ``p`` whom a filter means. The parameters are those of ``Recipients.params``.
MEANT: Final = """
    p.hub = :hub
    AND (CAST(:role AS TEXT) IS NULL OR p.role = CAST(:role AS TEXT))
    AND (CAST(:audience AS TEXT) IS NULL OR p.audience = CAST(:audience AS TEXT))
    AND (CAST(:stage AS TEXT) IS NULL OR p.stage = CAST(:stage AS TEXT))
    AND (CAST(:language AS TEXT) IS NULL OR COALESCE(p.language, 'en') = CAST(:language AS TEXT))
"""
#: Addresses ``a``, of persons who are meant, that a broadcast may be written to.
MAY_BE_WRITTEN_TO: Final = (
    "a.consented_at IS NOT NULL AND a.opted_out_at IS NULL AND a.reachable AND a.paused_at IS NULL"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Everybody of a hub who fits all that is given; ``None`` leaves a question open."""

    role: str | None = None
    audience: str | None = None
    stage: str | None = None
    #: Who has not chosen a language is written to in English.
    language: str | None = None

    def to_json(self) -> str:
        """Write the filter as a broadcast keeps it."""
        return json.dumps({name: value for name, value in asdict(self).items() if value is not None})

    @staticmethod
    def from_json(text: str) -> Recipients:
        """Read a filter back."""
        return Recipients(**json.loads(text))

    def params(self, hub: str) -> dict[str, str | None]:
        """Return the parameters of ``MEANT``."""
        return {"hub": hub, **asdict(self)}
