"""Addresses of the console's pages with real references in them, made from the registry of its rooms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import text

from bot.console.registry import ROOMS
from storage.reports import all_reports

_PERSON: Final = "SELECT ref FROM person WHERE hub = :hub AND audience IS NOT NULL ORDER BY id"
_DRAFT: Final = "SELECT ref FROM broadcast WHERE hub = :hub AND status = 'draft' ORDER BY id"
_GONE: Final = "SELECT ref FROM broadcast WHERE hub = :hub AND status <> 'draft' ORDER BY id"
_SLOT: Final = "SELECT ref FROM slot WHERE hub = :hub ORDER BY taken DESC, id"
_NUMBER: Final = "SELECT id FROM {table} WHERE hub = :hub ORDER BY id"
#: How what stands in braces is found, by the beginning of the path and the name; the first that fits.
_FOUND_BY: Final = (
    ("/people/{ref}/notes/", "note", "SELECT ref FROM note WHERE hub = :hub ORDER BY id"),
    ("/people/", "ref", _PERSON),
    ("/inbox/", "ref", _PERSON),
    ("/replies/", "ref", "SELECT ref FROM canned_reply WHERE hub = :hub ORDER BY id"),
    ("/calendar/", "ref", _SLOT),
    ("/users/", "ref", "SELECT ref FROM console_user WHERE hub = :hub ORDER BY id"),
    ("/broadcasts/{ref}/audience", "ref", _DRAFT),
    ("/broadcasts/{ref}/message", "ref", _DRAFT),
    ("/broadcasts/{ref}/check", "ref", _DRAFT),
    ("/broadcasts/{ref}/confirm", "ref", _DRAFT),
    ("/broadcasts/{ref}/people", "ref", _DRAFT),
    ("/broadcasts/", "ref", _GONE),
    ("/settings/sites/", "number", _NUMBER.format(table="site")),
    ("/settings/partners/", "number", _NUMBER.format(table="partner")),
    ("/settings/organisations/", "number", _NUMBER.format(table="organisation")),
)
#: What is named by words of ours, not by rows.
_WORDS: Final = {"kind": "background_check"}
_FLOW: Final = {"kind": "catalog", "name": "screening", "step": "zip"}
_PHRASE: Final = {"kind": "faq", "key": "cost"}
#: What a report is asked for besides what it shows at first.
_ALL_TIME: Final = "?period=all"


def references(session: Any, hub: str, path: str, name: str) -> Sequence[str]:
    """List what may stand in braces in a route's path, of one hub; empty when nothing is known of it."""
    if path.startswith("/flows"):
        words = _PHRASE if path.startswith("/flows/words") else _FLOW
        return [words[name]] if name in words else []
    if path.startswith("/reports"):
        return ["csv"] if name == "kind" else sorted(all_reports())
    for beginning, braces, query in _FOUND_BY:
        if path.startswith(beginning) and braces == name:
            return [str(value) for (value,) in session.connection().execute(text(query), {"hub": hub})]
    return [_WORDS[name]] if name in _WORDS else []


def in_braces(path: str) -> Sequence[str]:
    """List the names that stand in braces in a path."""
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def paths(session: Any, hub: str) -> Iterator[str]:
    """List the address of every page once, of reports each, and over all time as well; one without anything to show, like a code that is over, is left out."""
    for room in ROOMS:
        for route in room.routes:
            if route.method != "GET" or route.stream is not None:
                continue
            path = route.path
            for name in in_braces(route.path):
                if found := references(session, hub, route.path, name):
                    path = path.replace(f"{{{name}}}", found[0])
            if "{" not in path:
                yield f"/console{path}"
    _, *others = sorted(all_reports())
    yield from (f"/console/reports/{name}" for name in others)
    yield from (f"/console/reports/{name}{_ALL_TIME}" for name in sorted(all_reports()))
