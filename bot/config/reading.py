"""Read a configuration in one pass: its settings, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bot.config.completeness import missing, strange_variables, unready
from bot.config.explaining import explain
from bot.config.faults import ConfigError, Fault
from bot.config.raw import Raw, gather
from bot.config.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading a configuration."""

    #: ``None`` when there are faults.
    settings: Settings | None
    #: What nobody can start with.
    faults: tuple[Fault, ...]
    #: What is readable, but not fit to serve people: placeholders, and what only the operator can choose.
    unready: tuple[Fault, ...]


def load(path: Path | None, environ: Mapping[str, str], *, serving: bool = False) -> Settings:
    """Return the settings of a file and an environment, the environment winning key by key.

    Args:
        path: the TOML file; without one, defaults and environment alone.
        serving: also refuse placeholders and a hub nobody has named.

    Raises:
        ConfigError: with every fault at once.
    """
    reading = read(path, environ)
    faults = reading.faults + (reading.unready if serving else ())
    if faults:
        raise ConfigError(faults)
    assert reading.settings is not None
    return reading.settings


def read(path: Path | None, environ: Mapping[str, str]) -> Reading:
    """Read a configuration and list all that is wrong with it; never raises."""
    raw, faults = gather(path, environ)
    if faults:
        return Reading(settings=None, faults=faults, unready=())
    settings, faults = _validate(raw)
    faults += (*missing(raw), *strange_variables(environ))
    return Reading(settings=None if faults else settings, faults=faults, unready=tuple(unready(raw)))


def _validate(raw: Raw) -> tuple[Settings | None, tuple[Fault, ...]]:
    try:
        return Settings.model_validate(raw.table), ()
    except ValidationError as error:
        return None, tuple(explain(raw, details) for details in error.errors(include_url=False))
