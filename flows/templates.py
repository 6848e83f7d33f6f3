"""Fill the ``{names}`` of a text; there is nothing else to a template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def placeholders(text: str) -> frozenset[str]:
    """List the names that a text wants filled."""
    return frozenset(_PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values into a text; a name without one is a bug of the flow's reader."""
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)
