"""What was acknowledged survives ``kill -9``, once."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from storage.database import Database
from tests.storage.cases import rows, value

_KILLS = 3
_SECONDS = 0.6


def run_until_killed(url: str, run: str) -> list[str]:
    """Let a process take turns for a while after its first one; return what it acknowledged."""
    command = [sys.executable, "-m", "tests.storage.endless_turns", url, run]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        acknowledged = [process.stdout.readline()]
        time.sleep(_SECONDS)  # the one thing to wait for is that it is in the middle of something
        process.kill()
        acknowledged += process.stdout.readlines()
    return [line.strip() for line in acknowledged if line.endswith("\n")]


def test_acknowledged_turns_survive_being_killed(url: str, database: Database) -> None:
    acknowledged = [line for number in range(_KILLS) for line in run_until_killed(url, f"run{number}")]

    kept = [row["provider_id"] for row in rows(database, "SELECT provider_id FROM inbound")]
    assert len(acknowledged) > _KILLS * 2
    assert set(acknowledged) - set(kept) == set()
    assert len(kept) == len(set(kept))
    assert value(database, "SELECT sum(version) FROM conversation") == len(kept)
    assert value(database, "SELECT count(*) FROM outbox") == 2 * len(kept)
    if url.startswith("sqlite"):
        assert value(database, "PRAGMA integrity_check") == "ok"
