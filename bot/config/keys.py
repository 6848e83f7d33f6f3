"""Which settings there are: every key, dotted, its environment variable and whether it is secret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bot.config.settings import Settings

#: Every key may come from the environment: ``web.port`` is ``PEOPLEPOWER_WEB__PORT``.
ENV_PREFIX: Final = "PEOPLEPOWER_"


def keys() -> dict[str, FieldInfo]:
    """Return every key, dotted, with what its model says about it, in the model's order."""
    return dict(_keys(Settings, ()))


def variable(key: str) -> str:
    """Return the environment variable of a dotted key."""
    return ENV_PREFIX + key.upper().replace(".", "__")


def is_secret(key: str) -> bool:
    """Tell whether the value of a dotted key must never be shown."""
    found = keys().get(key)
    return found is not None and (found.annotation is SecretStr or SecretStr in get_args(found.annotation))


def _keys(model: type[BaseModel], above: tuple[str, ...]) -> Iterator[tuple[str, FieldInfo]]:
    for name, info in model.model_fields.items():
        if table := table_of(info):
            yield from _keys(table, (*above, name))
        else:
            yield ".".join((*above, name)), info


def table_of(info: FieldInfo) -> type[BaseModel] | None:
    for kind in (info.annotation, *get_args(info.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None
