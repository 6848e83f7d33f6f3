"""Read what a coordinator writes to many: its variables, what to say where one is not known, and how it is filled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

#: What differs from person to person, and what is the same for everybody of a hub.
PERSONAL: Final = ("first_name", "site")
SHARED: Final = ("hub", "help_phone")
VARIABLES: Final = (*PERSONAL, *SHARED)

#: ``{first_name}``, or ``{first_name|friend}`` with what to say to whoever has none.
_VARIABLE: Final = re.compile(r"\{([^{}|]*)(?:\|([^{}|]*))?\}")


class WrongTextError(ValueError):
    """A text that cannot be sent; ``kind`` names the fault for whoever words it, the message says it in English."""

    def __init__(self, kind: str, language: str, message: str) -> None:
        """Keep what is wrong, and in which language's text."""
        super().__init__(f"The text ({language}) {message}")
        self.kind = kind
        self.language = language


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text that was read: plain variables, and what stands in for those that are not known of somebody."""

    body: str
    #: By variable; an empty one says nothing.
    instead: Mapping[str, str]

    @property
    def is_personal(self) -> bool:
        """Whether people read different words."""
        return any(f"{{{name}}}" in self.body for name in PERSONAL)

    def fill(self, values: Mapping[str, str | None]) -> str:
        """Say it to one person."""
        text = self.body
        for name in PERSONAL:
            text = text.replace(f"{{{name}}}", values.get(name) or self.instead.get(name, ""))
        return text


def read_text(text: str, language: str, *, shared: Mapping[str, str], max_chars: int) -> Text:
    """Read a text as a coordinator wrote it.

    Args:
        shared: values of ``SHARED``.
        max_chars: what the narrowest channel takes.

    Raises:
        WrongTextError: it is empty or too long, names an unknown variable, has two words for the same missing value, or
            a personal variable without any.
    """
    if not text.strip():
        raise WrongTextError("empty", language, "is empty.")
    instead: dict[str, str] = {}

    def plain(match: re.Match[str]) -> str:
        name, otherwise = match[1].strip(), match[2]
        if name not in VARIABLES:
            known = ", ".join(f"{{{variable}}}" for variable in VARIABLES)
            raise WrongTextError("unknown_variable", language, f"names {{{name}}}; there are {known}.")
        if name in SHARED:
            return shared.get(name, "")
        if otherwise is not None and instead.setdefault(name, otherwise.strip()) != otherwise.strip():
            raise WrongTextError("two_words", language, f"has two words in place of {{{name}}}; write one.")
        return f"{{{name}}}"

    body = _VARIABLE.sub(plain, text.strip())
    for name in PERSONAL:
        if f"{{{name}}}" in body and name not in instead:
            wrong = (
                f"names {{{name}}} without saying what to write to people who have none; write {{{name}}}".rstrip("}")
                + "|friend}, or nothing behind the bar."
            )
            raise WrongTextError("no_word", language, wrong)
    if len(body) > max_chars:
        raise WrongTextError("too_long", language, f"has {len(body)} characters; {max_chars} fit in one message.")
    return Text(body=body, instead=instead)
