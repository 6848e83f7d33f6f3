"""The benchmarks still run; what they measure is never a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_turns_are_measured_and_shown() -> None:
    done = subprocess.run(
        [sys.executable, "bench/turns.py", "--turns", "40", "--rounds", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "engine alone" in done.stdout


def test_the_look_for_due_reminders_is_measured_and_reads_an_index() -> None:
    done = subprocess.run(
        [sys.executable, "bench/reminders.py", "--rows", "4000", "--jobs", "200", "--looks", "5", "--sqlite-only"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "nothing is due" in done.stdout
    assert "USING INDEX ix_reminder_due" in done.stdout


def test_every_page_of_the_console_is_measured() -> None:
    done = subprocess.run(
        [sys.executable, "bench/console.py", "--people", "300", "--messages", "1000", "--times", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "/console/people?words=" in done.stdout
    assert "ix_person_browse" in done.stdout or "SEARCH" in done.stdout


def test_a_broadcast_is_measured_beside_raw_sql() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "bench/broadcast.py",
            "--people",
            "1000",
            "--rounds",
            "1",
            "--seconds",
            "0.5",
            "--sqlite-only",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "ordered drain" in done.stdout
    assert "reply behind" in done.stdout
