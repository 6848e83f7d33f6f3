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
