"""A flow file says when somebody who does not answer is asked again; what cannot be meant is refused."""

from __future__ import annotations

from datetime import time

import pytest

from flows.files.names import Sets
from flows.files.reader import read_flow
from flows.files.shape import FlowError
from flows.library import shipped
from flows.model import Flow, Nudge, Silence

HEAD = 'id = "pets"\nlanguages = ["en", "es"]\n'
STEP = """
[step.bye]
say.en = '''Bye!'''
say.es = '''Adios!'''
end = "done"
"""


def read(settings: str) -> Flow:
    return read_flow(HEAD + settings + STEP, file="pets.toml", sets=Sets())


def test_settings_are_read() -> None:
    flow = read('nudge = [{ days = 1, at = "17:00" }, { days = 3, at = 11:30:00 }]\nclose = { days = 7 }\n')

    nudges = (Nudge(days=1, at=time(17)), Nudge(days=3, at=time(11, 30)))
    assert flow.silence == Silence(nudges=nudges, close_after_days=7)


def test_tables_may_stand_below_each_other() -> None:
    flow = read('[[nudge]]\ndays = 2\nat = "09:00"\n[close]\ndays = 4\n')

    assert flow.silence == Silence(nudges=(Nudge(days=2, at=time(9)),), close_after_days=4)


def test_close_may_stand_alone_and_all_may_be_left_out() -> None:
    assert read("close = { days = 2 }\n").silence == Silence(nudges=(), close_after_days=2)
    assert read("").silence is None


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        (
            'nudge = [{ days = 1, at = "17:00" }]\n',
            "pets.toml:3: nudge: never ends; say when we stop writing, like close = { days = 5 }",
        ),
        (
            'nudge = [{ days = 1, at = "5pm" }]\nclose = { days = 7 }\n',
            "pets.toml:3: nudge.0.at: found '5pm'; write a time of day, like at = \"17:00\"",
        ),
        (
            'nudge = [{ days = 1, at = "24:00" }]\nclose = { days = 7 }\n',
            "pets.toml:3: nudge.0.at: found '24:00'; write a time of day, like at = \"17:00\"",
        ),
        (
            'nudge = [{ days = 3, at = "17:00" }, { days = 3, at = "18:00" }]\nclose = { days = 7 }\n',
            "pets.toml:3: nudge: found days = 3 after days = 3; the second comes later: write days = 4 or more",
        ),
        (
            'close = { days = 3 }\nnudge = [{ days = 3, at = "17:00" }]\n',
            "pets.toml:3: close.days: found days = 3, but a nudge comes after 3; write days = 4 or more",
        ),
        (
            "nudge = [" + ", ".join(f'{{ days = {n}, at = "17:00" }}' for n in (1, 2, 3)) + "]\nclose = { days = 7 }\n",
            "pets.toml:3: nudge: found 3 nudges; more than two drive people away, keep two",
        ),
        (
            'nudge = [{ days = 0, at = "17:00" }]\nclose = { days = 7 }\n',
            "pets.toml:3: nudge.0.days: found 0; input should be greater than or equal to 1",
        ),
        (
            'nudge = [{ day = 1, at = "17:00" }]\nclose = { days = 7 }\n',
            "pets.toml:3: nudge.0.day: unknown key; did you mean 'days'?",
        ),
        ("close = { day = 7 }\n", "pets.toml:3: close.day: unknown key; did you mean 'days'?"),
        ("closed = { days = 7 }\n", "pets.toml:3: closed: unknown key; did you mean 'close'?"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_write(settings: str, fault: str) -> None:
    with pytest.raises(FlowError) as refused:
        read(settings)

    assert fault in refused.value.faults


def test_every_shipped_dialogue_knows_when_to_let_go() -> None:
    flows = shipped().flows

    assert {name for name, flow in flows.items() if flow.silence} >= {"screening", "training", "shifts"}
