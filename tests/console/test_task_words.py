"""Every reason for which staff are asked about somebody has words in both languages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent
WORDS: Final = ROOT / "bot" / "console" / "words" / "common.toml"
#: How code and flows open a task.
_OPENED: Final = (
    r'HandOff\(reason="(\w+)"',
    r'Alert\(kind="(\w+)"',
    r'\bopen_task\([^)]*?kind="(\w+)"',
    r'_open_task\((?:scope|Scope\([^)]*\)), "(\w+)"',
    r'TaskRow\([^)]*?reason="(\w+)"',
    r"'(?:hand_off|shift_at_risk|silent)', '(\w+)",
    r'human = "(\w+)"',
)
#: What reaches a task by a variable.
_HANDED_ON: Final = frozenset(
    {"called_off", "consent_lapsed", "consent_lapses", "guardian_declined", "nobody_to_ask", "nobody_took_it"}
    | {"no_cover", "not_covered", "reminders_unanswered"}
)


def opened() -> set[str]:
    """Find every reason that stands in the code and the flows."""
    files = [one for folder in ("bot", "flows", "storage") for one in (ROOT / folder).rglob("*.*")]
    texts = [one.read_text("utf-8") for one in files if one.suffix in (".py", ".toml")]
    found = {reason for text in texts for way in _OPENED for reason in re.findall(way, text, re.DOTALL)}
    return found | _HANDED_ON


def test_each_reason_of_a_task_has_words_in_both_languages() -> None:
    reasons, words = opened(), tomllib.loads(WORDS.read_text("utf-8"))["task"]

    assert {"wrong_codes", "served_beyond_allowance", "reference_answered", "no_shift_fits", "harm"} <= reasons
    missing = {
        reason for reason in reasons if not all(words.get(reason, {}).get(language) for language in ("en", "es"))
    }
    assert missing == set()
