"""Say what pydantic found wrong with a setting as a sentence for operators."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bot.config.faults import Fault
from bot.config.keys import is_secret, keys, table_of, variable
from bot.config.raw import Raw
from bot.config.settings import Settings
from bot.config.values import found


def explain(raw: Raw, error: ErrorDetails) -> Fault:
    """Say what pydantic found and what to write instead."""
    path = [str(part) for part in error["loc"] if not isinstance(part, int)]
    key, name, table = ".".join(path), path[-1], ".".join(path[:-1])
    secret = is_secret(key)
    shown = "the value" if secret else found(error["input"])
    match error["type"]:
        case "fault":
            context = error.get("ctx", {})
            wrong, fix = context["wrong"], context["fix"]
        case "missing":
            example = keys()[key].examples or ["…"]
            wrong, fix = "the key is missing", f'write {name} = "{example[0]}" under [{table}]'
            fix += f" or set {variable(key)}" if secret else ""
        case "extra_forbidden":
            wrong, fix = _unknown(path, is_table=isinstance(error["input"], Mapping))
        case "literal_error":
            wrong, fix = (
                f"{shown} is not possible here",
                f"write {error.get('ctx', {})['expected'].replace(chr(39), chr(34))}",
            )
        case "string_type":
            wrong, fix = f"{shown} is not a text", f'write one in quotes, like {name} = "…"'
        case "tuple_type":
            wrong, fix = f"{shown} is not a list", f'write one, like {name} = ["en", "es"]'
        case "model_type" | "model_attributes_type":
            wrong, fix = f"{shown} stands where a table is needed", f"write [{key}] and its keys below"
        case "int_type" | "int_parsing" | "int_from_float":
            wrong, fix = f"{shown} is not a whole number", f"write one, like {name} = {keys()[key].default}"
        case "float_type" | "float_parsing" | "finite_number":
            wrong, fix = f"{shown} is not a number", f"write one, like {name} = {keys()[key].default}"
        case _:
            wrong, fix = f"{shown} is out of range", error["msg"].replace("Input should be", "write a number")
    return raw.fault(key, wrong, fix)


def _unknown(path: Sequence[str], *, is_table: bool) -> tuple[str, str]:
    name, siblings = path[-1], list(_siblings(path))
    known = keys()
    wrong = f"there is no {'table' if is_table else 'key'} of this name"
    if near := difflib.get_close_matches(name, siblings, n=1, cutoff=0.6):
        return wrong, f"write {f'[{near[0]}]' if is_table else near[0]} instead"
    if elsewhere := [key.rpartition(".")[0] for key in known if key.endswith(f".{name}")]:
        return f"{wrong} here", f"move it to [{elsewhere[0]}]"
    return wrong, f"remove it, or write one of {', '.join(siblings)}"


def _siblings(path: Sequence[str]) -> Iterator[str]:
    model: type[BaseModel] = Settings
    for part in path[:-1]:
        table = table_of(model.model_fields[part])
        assert table is not None
        model = table
    yield from model.model_fields
