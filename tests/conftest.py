"""Shared by all tests; heavy fixtures live in the folders that need them."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

import pytest

#: Some hundred MB are used; containers often have no more than 64 there.
_ENOUGH_BYTES: Final = 4 * 1024**3
_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it

pytest_plugins = ["tests.browser.pages", "tests.databases"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let transcripts be written anew."""
    parser.addoption("--rewrite", action="store_true", help="write what the bot says now into tests/transcripts")


def pytest_configure(config: pytest.Config) -> None:
    """Put files and databases of tests into memory, where there is room: each commit would wait for the disk."""
    is_worker = hasattr(config, "workerinput")  # it is handed the folder by its environment
    if not is_worker and _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free > _ENOUGH_BYTES:
        folder = tempfile.tempdir = os.environ["TMPDIR"] = tempfile.mkdtemp(prefix="peoplepower-tests-", dir=_IN_MEMORY)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)  # behind whatever others leave at their end
