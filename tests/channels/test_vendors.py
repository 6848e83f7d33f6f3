"""The stand-ins can be run beside the program and told what to do over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from channels.base import PermanentError, WebRequest
from channels.sms import SmsChannel
from tests.channels import wire
from tests.channels.conftest import Delivered
from tests.vendors.twilio import TwilioServer

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def run(name: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-m", f"tests.vendors.{name}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield json.loads(read_line(process))["listening"], process
        finally:
            process.terminate()


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


async def control(url: str, what: Any) -> Any:
    async with aiohttp.ClientSession() as session, session.post(url, json=what) as answer:
        return await answer.json()


@pytest.mark.parametrize("name", ["slack", "telegram"])
def test_stand_in_says_where_it_listens(name: str) -> None:
    with run(name) as (url, _):
        assert url.startswith("http://127.0.0.1:")


async def test_stand_in_in_another_process_is_told_to_fail_and_prints_what_came(delivered: Delivered) -> None:
    with run("twilio") as (url, process):
        await control(f"{url}/_control/faults", ["21610"])
        channel = SmsChannel(wire.sms_settings(api_base=url))
        await channel.start(delivered)
        with pytest.raises(PermanentError):
            await channel.send(wire.outbound("sms", "+19375550123", "Hello"))
        await channel.close()

        assert json.loads(read_line(process))["Body"] == "Hello"


async def test_stand_in_calls_the_bot_with_a_genuine_signature(sms: Any) -> None:
    requests: list[WebRequest] = []

    class Recorder(TwilioServer):
        async def post(self, url: str, *, body: bytes, headers: Any) -> tuple[int, str]:
            path, lower = url.removeprefix(wire.PUBLIC_URL), {name.lower(): value for name, value in headers.items()}
            requests.append(WebRequest(path=path, headers=lower, body=body))
            return 200, ""

    recorder = Recorder()
    await recorder.inbound({"url": f"{wire.PUBLIC_URL}/webhooks/sms", "From": "+19375550123", "Body": "Hi"})

    (event,) = (await sms.channel.receive(requests[0])).events
    assert event.text == "Hi"
