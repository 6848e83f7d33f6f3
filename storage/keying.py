"""Hash what must be recognised again, but must not be read by whoever reads the database: with a secret key of the hub."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final

#: Where a session of pages and commands keeps the key.
KEY: Final = "privacy_key"


def keyed_hash(key: str, text: str) -> str:
    """Return the hash of a text under a key, as hexadecimal digits."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def answer(key: str, text: str) -> list[Mapping[str, Any]]:
    """Answer ``storage.statements.Keyed``."""
    return [{"hash": keyed_hash(key, text)}]
