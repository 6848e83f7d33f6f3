"""A configuration that may serve, and what is told of one that may not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.config import read

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
SID = "0123456789abcdef" * 2
CANARY = "canary7f3a"

GOOD = f"""
[web]
public_url = "https://bot.springfield.org/"

[channels.sms]
account_sid = "AC{SID}"
auth_token = "{CANARY}"
from_number = "+12025550143"

[privacy]
key = "{CANARY}{SID}"

[hub]
id = "springfield"
name = "Springfield Tutors"
timezone = "America/Chicago"
"""

Write = Callable[[str], Path]


def faults_of(path: Path | None, **environ: str) -> list[str]:
    return [f"{fault.key}: {fault.wrong}; {fault.fix}" for fault in read(path, environ).faults]


def only_fault_of(path: Path | None, **environ: str) -> str:
    (fault,) = faults_of(path, **environ)
    return fault
