"""How long until ``peoplepower demo`` and ``serve`` answer, whole processes from nothing, and what they import meanwhile.

uv run python bench/startup.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import IO, Final

#: Seconds until the demo answers, even at the very first start.
_MOST_DEMO_S: Final = 5.0
#: What only a channel that is switched on may import.
_VENDORS: Final = ("twilio", "slack_bolt", "slack_sdk", "telegram")
#: A library is named when its own modules take this long.
_NAMED_FROM_MS: Final = 20
_CONFIG: Final = """
[web]
port = 0
[database]
url = "sqlite:///{folder}/people.db"
[hub]
id = "bench"
name = "Bright Hub"
timezone = "America/Chicago"
"""
_PYTHON: Final = sys.executable
#: A line of ``python -X importtime``.
_IMPORTED: Final = re.compile(r"import time: +(?P<micros>\d+) \| +\d+ \| +(?P<library>\w+)")

Environ = Mapping[str, str]


def seconds_of(environ: Environ, *arguments: str) -> float:
    """Run Python to its end."""
    began = time.perf_counter()
    subprocess.run(  # noqa: S603 - our own program
        [_PYTHON, *arguments], check=True, env=environ, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began


def seconds_until(environ: Environ, sign: str, *arguments: str) -> float:
    """Start the program and wait for the line by which it says that it is ready."""
    began = time.perf_counter()
    with _running(environ, "-m", "bot", *arguments) as lines:
        _read_until(sign, lines)
        return time.perf_counter() - began


def imports(environ: Environ, sign: str, *arguments: str) -> dict[str, float]:
    """Return milliseconds by library, without what it brings in itself; counting makes them longer."""
    with _running(environ, "-X", "importtime", "-m", "bot", *arguments) as lines:
        told = _read_until(sign, lines)
    spent: dict[str, float] = defaultdict(float)
    for line in told:
        if found := _IMPORTED.match(line):
            spent[found["library"]] += int(found["micros"]) / 1000
    return spent


@contextmanager
def _running(environ: Environ, *arguments: str) -> Iterator[IO[str]]:
    process = subprocess.Popen(  # noqa: S603 - our own program
        [_PYTHON, *arguments], env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout
    try:
        yield process.stdout
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _read_until(sign: str, lines: IO[str]) -> Sequence[str]:
    seen = []
    for line in lines:
        seen.append(line)
        if sign in line:
            return seen
    raise AssertionError("it ended without being ready:\n" + "".join(seen[-5:]))


def _environs(folder: Path) -> tuple[Environ, Environ]:
    """Return an environment in which no module is compiled yet, and one that keeps what it compiled."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PEOPLEPOWER_")}
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    first = {**inherited, "PYTHONPYCACHEPREFIX": str(folder / "nothing"), "PYTHONDONTWRITEBYTECODE": "1"}
    return first, {**inherited, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}


def measure(folder: Path, *, rounds: int) -> None:
    """Measure in turns and print medians."""
    config = folder / "config.toml"
    config.write_text(_CONFIG.format(folder=folder), "utf-8")
    demo = ("The demo is at", "demo", "--port", "0")
    serve = ("serving", "serve", "--config", str(config))
    first, later = _environs(folder)
    measures: dict[str, partial[float]] = {
        "python alone": partial(seconds_of, later, "-c", ""),
        "peoplepower --help": partial(seconds_of, later, "-m", "bot", "--help"),
        "importing what the demo needs": partial(seconds_of, later, "-c", "import bot.demo"),
        "peoplepower serve, until it serves": partial(seconds_until, later, *serve),
        "peoplepower demo, until its page answers": partial(seconds_until, later, *demo),
        "the same at the first start ever": partial(seconds_until, first, *demo),
    }
    for run in measures.values():
        run()  # compiles, and warms the disk
    seen = {name: median(run() for _ in range(rounds)) for name, run in measures.items()}
    for name, seconds in seen.items():
        goal = f"  goal <= {_MOST_DEMO_S:.0f}" if "first" in name else ""
        print(f"{name:44} {seconds:6.2f} s{goal}")
    for what in (demo, serve):
        spent = imports(later, *what)
        vendors = [vendor for vendor in _VENDORS if vendor in spent]
        print(f"\nimports of {what[1]}: {sum(spent.values()):.0f} ms; of vendors: {', '.join(vendors) or 'none'}")
        for library, ms in sorted(spent.items(), key=lambda item: -item[1]):
            if ms >= _NAMED_FROM_MS:
                print(f"  {library:42} {ms:6.0f}")


def main() -> None:
    """Measure in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="peoplepower-bench-") as folder:
        measure(Path(folder), rounds=rounds)


if __name__ == "__main__":
    main()
