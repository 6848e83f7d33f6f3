"""Tell Python's garbage collector what stays as long as the program runs."""

from __future__ import annotations

import gc


def settle_in() -> None:
    """Take everything that is there now out of the collector's sight: modules, flows and words stay to the end.

    To walk through it takes some 70 ms each time, as measured by ``bench/broadcast.py`` within a transaction that other
    people wait for, and there are several in a minute while a broadcast runs.
    """
    gc.collect()
    gc.freeze()
