"""The files that a library is read from, as texts by path: those shipped, and those that a hub put in their place."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from flows.files.shape import FlowError, did_you_mean

#: Source by path: ``{"catalog/screening.toml": "…"}``.
Sources = Mapping[str, str]

#: The one file that is merged key by key: a hub rewords sentences, and still has those that a newer program brings.
PHRASES: Final = "phrases.toml"
FAQ: Final = "faq.toml"
_COURSES: Final = "courses.toml"
_REQUIREMENTS: Final = "requirements.toml"
_SUFFIX: Final = ".toml"
#: Files of which there is one each.
_SINGLE: Final = (PHRASES, "commands.toml", FAQ, _COURSES, _REQUIREMENTS)
_INTENTS: Final = tuple(f"intents/{name}.toml" for name in ("words", "rules", "shift_replies"))
#: Files without which there is no library.
NEEDED: Final = (PHRASES, "commands.toml", *_INTENTS)
#: Folders that hold any number of files.
_FOLDERS: Final = ("catalog", "audiences", "roles")


def shipped_sources() -> Sources:
    """Read the files that come with the program."""
    return sources_in(files("flows"))


def sources_in(folder: Traversable) -> Sources:
    """Read all files of a folder that a library may be made of; a hub's folder may hold but a few of them."""
    return {path: file.read_text("utf-8") for path, file in _toml_files(folder)}


def check_places(sources: Sources) -> None:
    """Refuse files that stand where nobody looks for them.

    Raises:
        FlowError: with every such file.
    """
    faults = [f"{path}: {_belongs(path)}" for path in sources if not _has_place(path)]
    if faults:
        raise FlowError(faults)


def _toml_files(folder: Traversable, within: str = "") -> Iterator[tuple[str, Traversable]]:
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.is_file() and path.name.endswith(_SUFFIX):
            yield f"{within}{path.name}", path
        elif not within and path.is_dir() and path.name in (*_FOLDERS, "intents"):
            yield from _toml_files(path, f"{path.name}/")


def _has_place(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return path in (*_SINGLE, *_INTENTS) or (folder in _FOLDERS and bool(name))


def _belongs(path: str) -> str:
    if path.startswith("intents/"):
        return f"nobody reads it; {did_you_mean(path, list(_INTENTS))}"
    return f"nobody reads it here; put a flow into catalog/, or {did_you_mean(path, list(_SINGLE))}"


def overlaid(shipped: Sources, published: Sources) -> Sources:
    """Put a hub's files in the place of the shipped ones, or beside them; phrases key by key."""
    merged = {**shipped, **published}
    if PHRASES in published and PHRASES in shipped:
        merged[PHRASES] = merge_phrases(shipped[PHRASES], published[PHRASES])
    return merged


def changed(shipped: Sources, wanted: Sources) -> Sources:
    """Keep the files that differ from the shipped ones: the others follow the program as it grows."""
    return {path: text for path, text in wanted.items() if shipped.get(path) != text}


def merge_phrases(shipped: str, own: str) -> str:
    """Add to a hub's phrase file the sentences that it does not have.

    Raises:
        FlowError: one of them is not TOML.
    """
    has = set(_tables(own))
    missing = [text for key, text in _tables(shipped).items() if key not in has]
    return "\n\n".join([own, *missing])


def _tables(source: str) -> dict[str, str]:
    """Return a phrase file's sentences, each as it is written there, by key."""
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise FlowError([f"{PHRASES}: this is not TOML: {error}; texts go between ''' and '''"]) from error
    return {".".join(key): _written(key, by_language) for key, by_language in _leaves(data, ())}


def _leaves(table: Mapping[str, Any], key: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    inner = {name: value for name, value in table.items() if isinstance(value, dict)}
    if key and len(inner) < len(table):
        yield key, table
        return
    for name, value in inner.items():
        yield from _leaves(value, (*key, name))


def _written(key: tuple[str, ...], by_language: Mapping[str, Any]) -> str:
    lines = [f"{language} = '''{text}'''" for language, text in by_language.items()]
    return "\n".join([f"[{'.'.join(key)}]", *lines])
