"""Gather the settings as they stand in file and environment, before any of them is checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from bot.config.faults import Fault
from bot.config.keys import ENV_PREFIX, keys, variable
from bot.config.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A configuration before it is validated, and where each of its values came from."""

    path: Path | None
    environ: Mapping[str, str]
    table: Mapping[str, Any]

    def get(self, key: str) -> Any:
        """Return what stands under a dotted key; ``None`` when nothing does."""
        value: Any = self.table
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def fault(self, key: str, wrong: str, fix: str) -> Fault:
        """Make a fault of a key that says which of the two the value came from."""
        names = self.environ if key in keys() else ()
        name = next((name for name in names if name.upper() == variable(key)), None)
        source = f"environment variable {name}" if name else str(self.path or "settings")
        return Fault(source=source, key=key, wrong=wrong, fix=fix)


def gather(path: Path | None, environ: Mapping[str, str]) -> tuple[Raw, tuple[Fault, ...]]:
    """Read the file, lay the environment over it, and list why the file could not be read."""
    table, faults = _read_file(path)
    return Raw(path=path, environ=environ, table=_override(table, environ)), faults


def _read_file(path: Path | None) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    if path is None:
        return {}, ()
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig")), ()
    except FileNotFoundError:
        wrong, fix = "there is no such file", "copy config.example.toml to that place and fill it in"
    except UnicodeDecodeError:
        wrong, fix = "the file is not UTF-8 text", "save it again with the encoding UTF-8"
    except OSError as error:
        wrong, fix = f"the file cannot be read ({error.strerror})", "name a file that this user may read"
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rstrip(")").rpartition(" (at ")
        wrong = f"{place} is not TOML ({reason or place})" if reason else f"the file is not TOML ({place})"
        fix = "mend that line: a text stands in quotes, a table's name in [brackets]"
    return {}, (Fault(source=str(path), key="", wrong=wrong, fix=fix),)


class _Environment(Settings, BaseSettings):
    """How pydantic-settings finds the keys in an environment; never made."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, env_nested_delimiter="__")


def _override(table: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    known = {variable(key).lower() for key in keys()}
    source = EnvSettingsSource(_Environment)
    source.env_vars = {name.lower(): value for name, value in environ.items() if name.lower() in known}
    return _merge(table, source())


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        beneath = merged.get(name)
        merged[name] = _merge(beneath, value) if isinstance(beneath, Mapping) and isinstance(value, Mapping) else value
    return merged
