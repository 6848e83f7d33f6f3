"""The demo as a process of its own."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

#: Begins on a Monday, ten in the morning in Chicago.
_RUN: Final = """
from datetime import UTC, datetime
from bot.demo import run_demo
from bot.serve import run
begins_at = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
run(run_demo({port}, announce=lambda text: print(text, flush=True), begins_at=begins_at))
"""


@dataclass(slots=True)
class DemoProcess:
    """A running demo."""

    process: subprocess.Popen[str]
    url: str


def start(port: int = 0) -> subprocess.Popen[str]:
    """Start the demo."""
    return subprocess.Popen(
        [sys.executable, "-c", _RUN.format(port=port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@contextmanager
def running_demo() -> Iterator[DemoProcess]:
    """Start the demo and wait until it tells its address; it is ended with the block."""
    with start() as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"http://[\d.]+:\d+", line)
            assert found, line + process.stdout.read()
            yield DemoProcess(process=process, url=found[0])
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                assert process.wait(timeout=5) == 0
