"""Shared by all tests; heavy fixtures live in the folders that need them."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.browser.pages", "tests.databases"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let transcripts be written anew."""
    parser.addoption("--rewrite", action="store_true", help="write what the bot says now into tests/transcripts")
