"""Say what a page says, in the user's language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from markupsafe import Markup

from flows.facts import LANGUAGES
from flows.phrases import Phrases, read_phrases

#: Words that every room uses.
_COMMON: Final = "common"


@cache
def read_words(room: str) -> Phrases:
    """Read a room's words; both languages are complete, or it does not load.

    Raises:
        FlowError: a language is missing, or its placeholders differ.
    """
    name = f"words/{room}.toml"
    text = (files("bot.console") / "words" / f"{room}.toml").read_text("utf-8")
    return read_phrases(text, file=f"bot/console/{name}", languages=LANGUAGES)


@dataclass(frozen=True, slots=True)
class Words:
    """A room's words in one language; what it lacks is looked for among those of all rooms."""

    room: str
    language: str
    hub: str

    def __call__(self, key: str, **values: object) -> str:
        """Say something.

        Args:
            values: fill the placeholders; with ``n`` of 1, the words under ``KEY_one`` are taken if there are any.
        """
        room, common = read_words(self.room), read_words(_COMMON)
        if values.get("n") == 1 and (f"{key}_one" in room or f"{key}_one" in common):
            key = f"{key}_one"
        phrases = room if key in room else common
        return phrases.say(
            key, self.language, {"hub": self.hub, **{name: str(value) for name, value in values.items()}}
        )

    def has(self, key: str) -> bool:
        """Tell whether there are words for a key: what comes from the database may be new to us."""
        return key in read_words(self.room) or key in read_words(_COMMON)

    def name_of(self, kind: str, value: str | None) -> str:
        """Name a stage, a role, an audience ... in words: ``stage``, ``in_review`` is said by ``stage.in_review``."""
        if not value:
            return self("nothing")
        key = f"{kind}.{value}"
        return self(key) if self.has(key) else value.replace("_", " ")


def broken(text: str) -> Markup:
    """Keep the line ends of a message, escaped."""
    return Markup("<br>").join(text.split("\n"))
