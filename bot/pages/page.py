"""What one purpose's page has to do; each purpose is one file beside this one, listed in ``registry``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.pages.desk import Desk
from flows.rules.links import LinkPurpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A link that somebody has opened with the right code."""

    person_id: int | None
    subject: str
    language: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown: a template beside ``templates/layout.html``, and its values."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The form was taken; what has come of it is shown by the page itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that the form asked for."""

    name: str
    type: str
    content: bytes


class LinkPage(Protocol):
    """The page of one purpose."""

    purpose: LinkPurpose
    #: Key of the words by which the code is sent; ``{code}`` stands in them.
    code_phrase: str

    def show(self, desk: Desk, session: Any, link: Opened) -> Shown | None:
        """Show what there is to decide, or what was decided; ``None`` when what it is about is gone."""

    def take(self, desk: Desk, session: Any, link: Opened, form: Mapping[str, str]) -> Shown | Taken | File | None:
        """Take what was sent, or show it again with what is wrong; ``None`` when what it is about is gone."""
