"""Say in words why a message waits, was not sent or did not arrive: the one place where a reason becomes a sentence."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Final

from flows.facts import LANGUAGES
from flows.phrases import Phrases, read_phrases

#: The file, beside the flows.
REASONS: Final = "reasons.toml"
_ANY_CODE: Final = "provider"


def say_reason(reason: str, language: str) -> str:
    """Say a reason of the outbox in a language; of a code that is not known, the code.

    Args:
        reason: as the outbox keeps it: ``quiet_hours``, ``30007``, ``gave_up:503``.
    """
    sentences = _shipped()
    kind, _, code = reason.partition(":")
    key = next((key for key in (reason, kind) if key in sentences and key != _ANY_CODE), None)
    return sentences.say(key, language) if key else sentences.say(_ANY_CODE, language, {"code": code or kind})


@lru_cache(maxsize=1)
def _shipped() -> Phrases:
    return read_phrases((files("flows") / REASONS).read_text("utf-8"), file=REASONS, languages=LANGUAGES)
