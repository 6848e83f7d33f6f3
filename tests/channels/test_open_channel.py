"""A channel is opened by its name, and what is not opened is not imported."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from channels import NAMES, open_channel
from channels.capabilities import CAPABILITIES
from channels.settings import SETTINGS, SmsSettings
from tests.channels import wire

VENDORS = ("twilio", "slack_bolt", "slack_sdk", "telegram", "aiohttp", "httpx")

SETTINGS_OF = {
    "sms": {"account_sid": "AC1", "auth_token": "t", "from_number": "+19375550100"},
    "slack": {"bot_token": "xoxb-1", "signing_secret": "s"},
    "telegram": {"token": "1:t"},
    "email": {"host": "localhost", "from_address": "hello@hub.example.org"},
}


def imported_after(statement: str) -> list[str]:
    script = f"import json, sys\n{statement}\nprint(json.dumps([name for name in {VENDORS} if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    names: list[str] = json.loads(done.stdout)
    return names


def test_no_vendor_is_imported_before_its_channel_is_opened() -> None:
    modules = "channels, channels.base, channels.capabilities, channels.render, channels.settings, channels.simulator"

    assert imported_after(f"import {modules}") == []


def test_opening_a_channel_imports_its_own_vendor_alone() -> None:
    opened = f"from channels import open_channel; open_channel('telegram', {SETTINGS_OF['telegram']}, public_url='')"

    assert set(imported_after(opened)) & {"twilio", "slack_bolt", "slack_sdk"} == set()


@pytest.mark.parametrize("name", NAMES)
def test_channel_is_opened_by_its_name(name: str) -> None:
    channel = open_channel(name, SETTINGS_OF[name], public_url=wire.PUBLIC_URL)

    assert channel.name == name
    assert channel.capabilities == CAPABILITIES[name]


@pytest.mark.parametrize("name", NAMES)
def test_operator_may_set_the_pace(name: str) -> None:
    channel = open_channel(name, {**SETTINGS_OF[name], "messages_per_second": 3.5}, public_url=wire.PUBLIC_URL)

    assert channel.capabilities.messages_per_second == 3.5


def test_every_channel_has_settings_and_capabilities() -> None:
    assert set(NAMES) == set(SETTINGS) == set(CAPABILITIES)


def test_unknown_channel_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="sms, slack, telegram"):
        open_channel("fax", {}, public_url="")


def test_sms_needs_a_sender() -> None:
    with pytest.raises(ValueError, match="messaging_service_sid"):
        SmsSettings(account_sid="AC1", auth_token="t", public_url="")


def test_slack_needs_a_way_in() -> None:
    with pytest.raises(ValueError, match="app_token"):
        wire.slack_settings(signing_secret="")
