"""What goes in and out of the API besides its resources: references, words, pages of a list."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Header, Path, Query
from pydantic import AfterValidator, BaseModel

from bot.api.door import ApiError

_CURSOR: Final = "v1:"


def _storable(text: str) -> str:
    """Refuse what no database keeps as text: NUL, and halves of characters."""
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("this cannot be kept as text: leave out NUL and halves of characters")
    return text


Words = Annotated[str, AfterValidator(_storable)]
Ref = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="The reference that a list shows.")]
Limit = Annotated[int, Query(ge=1, le=100, description="At most so many.")]
After = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_=-]{1,64}$", description="`next` of the page before.")]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,128}$",
        description="Of your choice, new for each wish: the same call with the same key is done once in 24 hours.",
    ),
]

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """A part of a list."""

    items: list[T]
    #: Ask again with it as ``after``; ``None`` on the last page.
    next: str | None = None


def read_cursor(after: str | None) -> int:
    """Return behind which number a page begins; 0 for the first.

    Raises:
        ApiError: it is none of ours.
    """
    if after is None:
        return 0
    try:
        text = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode("ascii")
        number = int(text.removeprefix(_CURSOR))
    except (ValueError, binascii.Error):
        number = -1
        text = ""
    if not text.startswith(_CURSOR) or not 0 <= number < 2**62:
        raise ApiError(422, "invalid", "A value cannot be read.", fields={"after": "take it from next of a page"})
    return number


def write_cursor(number: int) -> str:
    """Write where the next page begins."""
    return base64.urlsafe_b64encode(f"{_CURSOR}{number}".encode()).decode().rstrip("=")


def cut(rows: Sequence[T], limit: int) -> tuple[Sequence[T], bool]:
    """Part what a page shows from the one row more that was asked for, and tell whether there is more."""
    return rows[:limit], len(rows) > limit
