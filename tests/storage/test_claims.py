"""Four processes on one database: of two hundred who want five seats exactly five have one, and none lies idle."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from storage.database import Database
from tests.storage.cases import new_slot, value

ROOT = Path(__file__).parent.parent.parent
PROCESSES, EACH, SEATS = 4, 50, 5


@pytest.mark.parametrize("round_", range(2))
def test_two_hundred_claims_of_four_processes_fill_five_seats(url: str, database: Database, round_: int) -> None:
    slot = new_slot(database, capacity=SEATS)
    claimed = subprocess.run(
        [sys.executable, "-m", "tests.storage.claiming", url, slot, str(PROCESSES), str(EACH)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=True,
    )
    told = sum((Counter(json.loads(line)) for line in claimed.stdout.splitlines()), Counter[str]())

    assert told == {"Applied": SEATS, "refused": PROCESSES * EACH - SEATS}
    assert value(database, "SELECT taken FROM slot") == SEATS
    assert value(database, "SELECT count(*) FROM booking WHERE status = 'booked'") == SEATS
    assert value(database, "SELECT count(DISTINCT person_id) FROM booking") == SEATS
    print(f"{sum(told.values())} claims by {PROCESSES} processes tried on {url.partition(':')[0]}: {dict(told)}")
