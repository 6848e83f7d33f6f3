"""The demo's life: ready soon, and gone soon though a page listens."""

from __future__ import annotations

import json
import re
import signal
import time

import httpx

from tests.console.demo_process import DemoProcess, running_demo, start

_READY_S = 10.0
_GONE_S = 5.0


def test_it_is_ready_soon_and_ends_soon_though_a_page_listens() -> None:
    began = time.monotonic()
    with running_demo() as demo:
        assert httpx.get(f"{demo.url}/readyz").status_code == 200
        assert time.monotonic() - began < _READY_S

        with httpx.stream("GET", f"{demo.url}/simulator/events") as stream:
            state = json.loads(next(line for line in stream.iter_lines() if line.startswith("data:"))[5:])
            assert {"talk", "people", "now"} <= set(state)

            asked = time.monotonic()
            demo.process.send_signal(signal.SIGINT)
            assert demo.process.wait(timeout=_GONE_S) == 0
            assert time.monotonic() - asked < _GONE_S
        assert demo.process.stdout is not None
        assert re.fullmatch(r"Coordinators sign in once by this link: \S+\n", demo.process.stdout.read())


def test_only_this_machine_is_served(running: DemoProcess) -> None:
    answer = httpx.get(f"{running.url}/simulator", headers={"host": "hub.example"})

    assert answer.status_code == 403


def test_a_port_that_is_taken_is_said_at_once(running: DemoProcess) -> None:
    port = int(running.url.rpartition(":")[2])

    with start(port) as second:
        assert second.wait(timeout=_READY_S) == 1
        assert second.stdout is not None
        assert f"Cannot listen on 127.0.0.1, port {port}" in second.stdout.read()
