"""Settings: what an operator writes, what the program reads, and what it says when the two do not meet."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.config import PLACEHOLDER, ConfigError, Settings, is_secret, keys, load, read, variable
from channels import NAMES
from channels.capabilities import CAPABILITIES
from channels.settings import SETTINGS
from flows.facts import QuietHours
from tests.bot.configs import CANARY, EXAMPLE, GOOD, SID, Write

# --- what is read -----------------------------------------------------------------------------------------------------


def test_a_laptop_needs_no_file_at_all() -> None:
    settings = load(None, {})

    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8000)
    assert settings.channels.opened() == {}


def test_a_complete_file_may_serve(write: Write) -> None:
    settings = load(write(GOOD), {}, serving=True)

    assert settings.web.public_url == "https://bot.springfield.org"
    assert settings.channels.slack is None
    assert settings.channels.opened()["sms"]["auth_token"] == CANARY


def test_the_environment_wins_over_the_file(write: Write) -> None:
    path = write(GOOD + '[logs]\nlevel = "debug"\n')

    settings = load(path, {"PEOPLEPOWER_LOGS__LEVEL": "error", "PEOPLEPOWER_WEB__PORT": "9000", "HOME": "/root"})

    assert (settings.logs.level, settings.web.port) == ("error", 9000)


def test_a_secret_alone_may_come_from_the_environment(write: Write) -> None:
    path = write(GOOD.replace(f'auth_token = "{CANARY}"\n', ""))

    settings = load(path, {"PEOPLEPOWER_CHANNELS__SMS__AUTH_TOKEN": "from-outside"})

    assert settings.channels.opened()["sms"]["auth_token"] == "from-outside"
    assert settings.channels.opened()["sms"]["account_sid"] == f"AC{SID}"


def test_every_key_can_be_set_by_its_variable() -> None:
    table = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))

    def at(key: str) -> str:
        value: object = table
        for part in key.split("."):
            assert isinstance(value, dict)
            value = value[part]
        return ",".join(value) if isinstance(value, list) else str(value)

    settings = load(None, {variable(key): at(key) for key in keys()})

    assert settings == load(EXAMPLE, {})


def test_names_of_variables_may_be_small() -> None:
    assert load(None, {"peoplepower_web__port": "9000"}).web.port == 9000


def test_languages_in_the_environment_are_separated_by_commas() -> None:
    assert load(None, {"PEOPLEPOWER_HUB__LANGUAGES": "es, en"}).hub.languages == ("es", "en")


def test_a_blank_around_a_copied_secret_is_dropped() -> None:
    settings = load(None, {"PEOPLEPOWER_CHANNELS__TELEGRAM__TOKEN": f" 123456789:{'A' * 35}\n"})

    assert settings.channels.opened()["telegram"]["token"] == f"123456789:{'A' * 35}"


def test_an_empty_optional_secret_is_none(write: Write) -> None:
    settings = load(write('[channels.slack]\nbot_token = "xoxb-1"\napp_token = "xapp-1"\nsigning_secret = ""\n'), {})

    assert settings.channels.slack is not None
    assert settings.channels.slack.signing_secret is None
    assert "signing_secret" not in settings.channels.opened()["slack"]


@pytest.mark.parametrize(
    ("table", "mode"),
    [
        pytest.param('app_token = "xapp-1"', "socket", id="app token"),
        pytest.param('app_token = "xapp-1"\nsigning_secret = "s"', "socket", id="both"),
        pytest.param('signing_secret = "s"', "webhook", id="signing secret"),
    ],
)
def test_an_app_token_makes_slack_use_a_socket(write: Write, table: str, mode: str) -> None:
    path = write(f'[web]\npublic_url = "https://bot.hub.org"\n[channels.slack]\nbot_token = "xoxb-1"\n{table}\n')

    slack = load(path, {}).channels.slack

    assert slack is not None
    assert slack.mode == mode


@pytest.mark.parametrize(
    "table",
    [
        pytest.param('[channels.telegram]\ntoken = "123456789:{token}"\nmode = "polling"', id="telegram by polling"),
        pytest.param('[channels.slack]\nbot_token = "xoxb-1"\napp_token = "xapp-1"', id="slack by socket"),
    ],
)
def test_a_channel_without_webhooks_needs_no_public_address(write: Write, table: str) -> None:
    assert load(write(table.replace("{token}", "A" * 35)), {}).web.public_url == ""


def test_settings_are_frozen() -> None:
    settings = load(None, {})

    with pytest.raises(ValidationError, match="frozen"):
        settings.web.port = 1  # type: ignore[misc]


def test_settings_show_no_secret_when_printed(write: Write) -> None:
    path = write(GOOD + f'[database]\nurl = "postgresql://bot:{CANARY}@db/people"\n')

    settings = load(path, {})

    assert CANARY not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert settings.database.shown == "postgresql, db/people"


def test_a_relative_database_counts_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert load(None, {}).database.sqlite_path == tmp_path / "peoplepower.db"
    absolute = load(None, {"PEOPLEPOWER_DATABASE__URL": "sqlite:////var/lib/people.db"})
    assert absolute.database.sqlite_path == Path("/var/lib/people.db")


@pytest.mark.parametrize(
    ("quiet", "sunday", "expected"),
    [
        pytest.param(
            "20:00-09:00",
            "12:00",
            QuietHours(),
            id="the defaults of the file are those of the rules",
        ),
        pytest.param(
            "00:00-07:30",
            "07:30",
            QuietHours(opens=(450,) * 7, closes=(1440,) * 7),
            id="from midnight on",
        ),
    ],
)
def test_quiet_hours_become_opening_times(quiet: str, sunday: str, expected: QuietHours) -> None:
    environ = {"PEOPLEPOWER_HUB__QUIET_HOURS": quiet, "PEOPLEPOWER_HUB__QUIET_UNTIL_SUNDAY": sunday}

    assert load(None, environ).hub.facts().quiet_hours == expected


def test_the_hub_reaches_the_flows_unchanged(write: Write) -> None:
    hub = load(write(GOOD), {}).hub.facts()

    assert (hub.id, hub.name, hub.zone) == ("springfield", "Springfield Tutors", "America/Chicago")


# --- the example ------------------------------------------------------------------------------------------------------


def test_the_example_can_be_read_as_it_is() -> None:
    reading = read(EXAMPLE, {})

    assert reading.faults == ()
    assert reading.settings is not None


def test_the_example_may_not_serve_as_it_is() -> None:
    with pytest.raises(ConfigError) as refused:
        load(EXAMPLE, {}, serving=True)

    left = EXAMPLE.read_text(encoding="utf-8").count(f'= "{PLACEHOLDER}"')
    assert [fault.wrong for fault in refused.value.faults].count(f'"{PLACEHOLDER}" still stands here') == left
    assert "web.public_url" in {fault.key for fault in refused.value.faults}


def test_the_example_has_every_key_of_the_model_in_its_order_and_no_other() -> None:
    written, table = [], ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if header := re.match(r"\[(.+)\]", line):
            table = header[1]
        elif key := re.match(r"(\w+) = ", line):
            written.append(f"{table}.{key[1]}")

    assert written == list(keys())


def test_the_example_shows_the_defaults() -> None:
    mine, default = read(EXAMPLE, {}).settings, Settings()
    assert mine is not None

    assert mine.database == default.database
    assert mine.logs == default.logs
    assert mine.hub.model_copy(update={"id": "hub", "name": "Our hub"}) == default.hub


def test_the_secrets_are_known_by_name() -> None:
    assert [key for key in keys() if is_secret(key)] == [
        "database.url",
        "channels.sms.auth_token",
        "channels.slack.bot_token",
        "channels.slack.app_token",
        "channels.slack.signing_secret",
        "channels.telegram.token",
        "channels.telegram.secret_token",
        "channels.email.password",
        "privacy.key",
        "api.metrics_token",
        "console.oidc.client_secret",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_each_channel_takes_what_the_settings_hold(name: str) -> None:
    opened = load(EXAMPLE, {"PEOPLEPOWER_CHANNELS__TELEGRAM__TOKEN": f"123456789:{'A' * 35}"}).channels.opened()[name]

    settings = SETTINGS[name](**opened, public_url="https://bot.hub.org")

    assert settings.messages_per_second == CAPABILITIES[name].messages_per_second
