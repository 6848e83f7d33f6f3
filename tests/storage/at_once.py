"""Let several processes do something at the same moment: they are forked once all is imported, and wait at one line."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping


def in_processes(number: int, do: Callable[[int, Callable[[], None]], None]) -> None:
    """Fork processes of the same program, and end as one of them that failed did.

    Args:
        do: called in each process with its number and a way to wait until all of them stand at the line.
    """
    standing, gone = os.pipe(), os.pipe()

    def wait() -> None:
        os.write(standing[1], b".")
        os.read(gone[0], 1)

    sys.stdout.flush()
    children = [_fork(lambda at=at: do(at, wait)) for at in range(number)]  # type: ignore[misc]
    os.close(standing[1])  # so that a process which died before the line is not waited for
    here = b""
    while len(here) < number and (more := os.read(standing[0], number)):
        here += more
    os.write(gone[1], b"." * number)
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    sys.exit(max(map(abs, ends)))


def tell(counted: Mapping[str, int]) -> None:
    """Write what one of the processes counted as one line of JSON.

    In one piece: where the output is not buffered, ``print`` writes the end of a line by itself, and lines of others
    come between.
    """
    sys.stdout.write(f"{json.dumps(counted)}\n")
    sys.stdout.flush()


def _fork(do: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        do()
        sys.stdout.flush()
        os._exit(0)
    except BaseException:  # noqa: BLE001 - the process ends with it
        traceback.print_exc()
        os._exit(1)
