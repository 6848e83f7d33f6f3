"""What a handler of a page answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A template under ``templates/console`` and its values.

    A template may extend ``layout.html``, or be a piece: then its name begins with an underscore.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    #: 422 shows a form again with what is wrong.
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """The browser is led to another page, which may say what was done."""

    to: str
    #: Key of the room's words, shown once on top of the next page.
    told: str = ""
    #: What stands in those words.
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to keep."""

    name: str
    type: str
    content: bytes


Answer = Page | Led | File


class NotThereError(Exception):
    """There is no such thing, or not for this user: both look the same from outside."""
