"""The one error of this package that an operator or a caller can act on."""

from __future__ import annotations


class StorageError(Exception):
    """The database could not be used; the message says why in a sentence and never holds a password."""
