"""Forms that people sign: their words in both languages, and the version that names exactly these words."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from flows.facts import LANGUAGES
from flows.files.shape import FlowError
from flows.templates import fill, placeholders


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What somebody signs."""

    #: Content hash of the file; kept with each signature.
    version: str
    title: Mapping[str, str]
    #: What is signed, point by point, by language.
    points: Mapping[str, tuple[str, ...]]

    def say(self, language: str, values: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
        """Return title and points in a language, their names filled."""
        return fill(self.title[language], values), tuple(fill(point, values) for point in self.points[language])


@cache
def shipped_form(name: str) -> Form:
    """Read a form that comes with the program."""
    return read_form((files(__package__) / f"{name}.toml").read_text("utf-8"), file=f"forms/{name}.toml")


def read_form(source: str, *, file: str) -> Form:
    """Read a form.

    Raises:
        FlowError: a language is missing, or says less than the other.
    """
    table = tomllib.loads(source)
    faults = [
        f"{file}: {key}: has no words in {language!r}"
        for key in ("title", "points")
        for language in LANGUAGES
        if not table.get(key, {}).get(language)
    ]
    if faults:
        raise FlowError(faults)
    form = Form(
        version=hashlib.sha256(source.encode()).hexdigest()[:16],
        title=table["title"],
        points={language: tuple(points) for language, points in table["points"].items()},
    )
    shapes = {tuple(map(placeholders, points)) for points in form.points.values()}
    if len(shapes) > 1:
        raise FlowError([f"{file}: points: the languages say different things; write each point in both"])
    return form
