"""What can be wrong with a configuration: one fault a mistake, and the error that carries them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with a configuration; reads as one sentence."""

    #: The file, or the environment variable.
    source: str
    #: Dotted, as in ``channels.sms.auth_token``; empty when the fault is not a key's.
    key: str
    #: What was found; never a secret.
    wrong: str
    #: What to write or do instead.
    fix: str

    def __str__(self) -> str:
        place = f"{self.source}, {self.key}" if self.key else self.source
        return f"{place}: {self.wrong}; {self.fix}."


class ConfigError(Exception):
    """The configuration cannot be used; ``faults`` holds all that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        assert faults, "an error needs a fault"
        super().__init__("\n".join(map(str, faults)))
        self.faults: Final = tuple(faults)
