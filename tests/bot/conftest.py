"""What the tests of settings write."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.configs import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a configuration file."""

    def write_file(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_file
