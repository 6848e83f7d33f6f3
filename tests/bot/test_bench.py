"""The benchmarks still run; what they measure is never a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def _run(script: str, *options: str) -> str:
    """Run a benchmark small, and return what it printed."""
    done = subprocess.run(
        [sys.executable, f"bench/{script}", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_turns_are_measured_and_shown() -> None:
    assert "engine alone" in _run("turns.py", "--turns", "40", "--rounds", "1")


def test_the_look_for_due_reminders_is_measured_and_reads_an_index() -> None:
    printed = _run("reminders.py", "--rows", "4000", "--jobs", "200", "--looks", "5", "--sqlite-only")

    assert "nothing is due" in printed
    assert "USING INDEX ix_reminder_due" in printed


def test_every_page_of_the_console_is_measured() -> None:
    printed = _run("console.py", "--people", "300", "--messages", "1000", "--times", "1")

    assert "/console/people?words=" in printed
    assert "ix_person_browse" in printed or "SEARCH" in printed


def test_a_broadcast_is_measured_beside_raw_sql() -> None:
    printed = _run("broadcast.py", "--people", "1000", "--rounds", "1", "--seconds", "0.5", "--sqlite-only")

    assert "ordered drain" in printed
    assert "reply behind" in printed
