"""Settings that are refused: each fault in one sentence with its fix, all at once, and no secret repeated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.config import PLACEHOLDER, ConfigError, Settings, is_secret, keys, load, read
from tests.bot.configs import CANARY, GOOD, SID, Write, faults_of, only_fault_of


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        pytest.param(
            "web.port", '"x"', '"x" is not a whole number; write one, like port = 8000', id="port not a number"
        ),
        pytest.param(
            "web.port", "70000", "70000 is out of range; write a number less than or equal to 65535", id="port"
        ),
        pytest.param("web.port", "true", "true is no value for this key", id="true for a number"),
        pytest.param("web.host", "3", '3 is not a text; write one in quotes, like host = "…"', id="number for a text"),
        pytest.param(
            "web.public_url", '"http://hub.org"', "unencrypted; write the address", id="public address without TLS"
        ),
        pytest.param(
            "web.public_url", '"bot.hub.org"', "not the URL of a web server", id="public address without scheme"
        ),
        pytest.param(
            "web.public_url", '"https://hub.org?a=1"', "a user name, a query or a fragment", id="with a query"
        ),
        pytest.param("web.public_url", '"https://hub.org:port"', "this is not a URL", id="not a port"),
        pytest.param("database.url", '"sqlite://people.db"', "three slashes", id="two slashes"),
        pytest.param("database.url", '"sqlite:///:memory:"', "forgets everyone at each restart", id="in memory"),
        pytest.param("database.url", '"mysql://h/d"', "mysql:// is not a database PeoplePower knows", id="MySQL"),
        pytest.param(
            "database.url", '"postgresql+asyncpg://h/d"', 'write url = "postgresql://', id="a driver of one's own"
        ),
        pytest.param("database.url", '"sqlite+aiosqlite:///d"', 'write url = "sqlite:///', id="a driver for SQLite"),
        pytest.param("database.url", '"postgresql://u:p@host"', "names no database", id="no name"),
        pytest.param("database.url", '"postgresql:///name"', "names no host", id="no host"),
        pytest.param("database.url", '"people.db"', "has no scheme", id="a bare path"),
        pytest.param("database.url", '"postgresql://u:p@h:x/d"', "cannot be read", id="unreadable"),
        pytest.param("hub.timezone", '"chicago"', 'write timezone = "America/Chicago"', id="a city"),
        pytest.param("hub.timezone", '"New York"', 'write timezone = "America/New_York"', id="a city in two words"),
        pytest.param("hub.timezone", '"America/Los_Angles"', 'write timezone = "America/Los_Angeles"', id="a slip"),
        pytest.param("hub.timezone", '"EST"', 'write timezone = "America/New_York"', id="a fixed offset"),
        pytest.param("hub.timezone", '"America"', "is not a time zone", id="a folder of zones"),
        pytest.param("hub.timezone", '"../../etc/passwd"', "is not a time zone", id="a path"),
        pytest.param("hub.languages", "[]", "the list is empty", id="no language"),
        pytest.param(
            "hub.languages", '["english"]', '"english" is not a language the bot speaks', id="a language's name"
        ),
        pytest.param("hub.languages", '["en", "en"]', "stands there twice", id="a language twice"),
        pytest.param("hub.languages", "3", "3 is not a list", id="not a list"),
        pytest.param("hub.languages", "[3]", "3 is not a text", id="not a list of texts"),
        pytest.param("hub.id", '"Our Hub"', "small letters, digits and dashes", id="id"),
        pytest.param("hub.name", '" "', "the value is empty", id="empty name"),
        pytest.param("hub.help_phone", '"call us"', "is not a phone number", id="help phone"),
        pytest.param("hub.quiet_hours", '"9pm to 8am"', "is not a pair of times", id="quiet hours in words"),
        pytest.param("hub.quiet_hours", '"09:00-20:00"', "does not span the night", id="quiet hours upside down"),
        pytest.param("hub.quiet_until_sunday", '"noon"', '"noon" is not a time of day', id="noon"),
        pytest.param("logs.format", '"xml"', '"xml" is not possible here; write "text" or "json"', id="log format"),
        pytest.param(
            "logs.level", "3", '3 is not possible here; write "debug", "info", "warning" or "error"', id="level"
        ),
    ],
)
def test_a_wrong_value_is_told_in_one_sentence_with_its_fix(write: Write, key: str, value: str, sentence: str) -> None:
    table, _, name = key.rpartition(".")

    fault = only_fault_of(write(f"[{table}]\n{name} = {value}\n"))

    assert fault.startswith(f"{key}: ")
    assert sentence in fault


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        pytest.param(f'account_sid = "SK{SID}"', "the SID of an API key, not of an account", id="API key for account"),
        pytest.param('account_sid = "hello"', "this is no SID of an account", id="no SID"),
        pytest.param('account_sid = "AC123"', "has 5 characters instead of 34", id="short SID"),
        pytest.param(f'account_sid = "AC{"z" * 32}"', "only the digits 0-9 and the letters a-f", id="not hexadecimal"),
        pytest.param('account_sid = ""', "the value is empty", id="empty SID"),
        pytest.param('auth_token = ""', "the value is empty; fill it in, or remove the whole table", id="empty secret"),
        pytest.param(
            "auth_token = 12345", 'the value is not a text; write one in quotes, like auth_token = "…"', id="type"
        ),
        pytest.param('from_number = "(202) 555-0143"', "write + and the country first", id="national number"),
        pytest.param(f'messaging_service_sid = "AC{SID}"', "of an account, not of a messaging service", id="wrong SID"),
        pytest.param('api_base = "http://api.twilio.com"', "unencrypted", id="vendor without TLS"),
        pytest.param('api_base = "http://127.0.0.1.evil.org"', "unencrypted", id="looks like loopback"),
        pytest.param('api_base = "file:///etc"', "not the URL of a web server", id="no web server"),
        pytest.param("messages_per_second = 0", "0 is out of range; write a number greater than 0", id="no rate"),
        pytest.param('messages_per_second = "fast"', '"fast" is not a number', id="rate in words"),
        pytest.param("messages_per_second = nan", "nan is out of range", id="rate not a number"),
    ],
)
def test_a_wrong_key_of_sms_is_told(write: Write, line: str, sentence: str) -> None:
    name = line.partition(" ")[0]
    without = "".join(f"{kept}\n" for kept in GOOD.splitlines() if not kept.startswith(f"{name} "))
    path = write(without.replace("[channels.sms]", f"[channels.sms]\n{line}"))

    faults = [fault for fault in faults_of(path) if sentence in fault]

    assert len(faults) == 1
    assert faults[0].startswith(f"channels.sms.{name}: ")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8001", "http://127.9.9.9", "http://[::1]:8001/", "http://localhost:1/api", "https://x.org"],
)
def test_a_stand_in_on_this_machine_needs_no_tls(write: Write, url: str) -> None:
    path = write(GOOD.replace("[channels.sms]", f'[channels.sms]\napi_base = "{url}"'))

    assert load(path, {}).channels.opened()["sms"]["api_base"] == url.rstrip("/")


@pytest.mark.parametrize(
    ("table", "key", "sentence"),
    [
        pytest.param('bot_token = "xapp-1"\napp_token = "xapp-1"', "bot_token", "begins with xoxb-", id="swapped"),
        pytest.param('bot_token = "xoxb-1"\napp_token = "xoxb-1"', "app_token", "begins with xapp-", id="swapped back"),
        pytest.param('bot_token = "xoxb-1"', "signing_secret", "tell Slack's calls from forged ones", id="unsigned"),
        pytest.param('app_token = "xapp-1"', "bot_token", "the key is missing; write bot_token", id="no bot token"),
    ],
)
def test_a_wrong_key_of_slack_is_told(write: Write, table: str, key: str, sentence: str) -> None:
    path = write(f'[web]\npublic_url = "https://bot.hub.org"\n[channels.slack]\n{table}\n')

    fault = only_fault_of(path)

    assert fault.startswith(f"channels.slack.{key}: ")
    assert sentence in fault


@pytest.mark.parametrize(
    ("table", "key", "sentence"),
    [
        pytest.param('token = "hello"', "token", "from @BotFather", id="no token"),
        pytest.param(
            f'token = "123456789:{"A" * 35}"\nmode = "webhook"',
            "secret_token",
            "make one with: openssl rand -hex 32",
            id="anybody could call the webhook",
        ),
        pytest.param(
            f'token = "123456789:{"A" * 35}"\nsecret_token = "ä b"',
            "secret_token",
            "only letters, digits, - and _",
            id="letters that Telegram refuses",
        ),
        pytest.param(
            f'token = "123456789:{"A" * 35}"\nmode = "poll"', "mode", 'write "webhook" or "polling"', id="unknown mode"
        ),
    ],
)
def test_a_wrong_key_of_telegram_is_told(write: Write, table: str, key: str, sentence: str) -> None:
    path = write(f'[web]\npublic_url = "https://bot.hub.org"\n[channels.telegram]\n{table}\n')

    fault = only_fault_of(path)

    assert fault.startswith(f"channels.telegram.{key}: ")
    assert sentence in fault


def test_sms_needs_a_sender(write: Write) -> None:
    fault = only_fault_of(write(GOOD.replace('from_number = "+12025550143"\n', "")))

    assert "nothing says who texts are from; write messaging_service_sid" in fault


def test_webhooks_need_a_public_address(write: Write) -> None:
    fault = only_fault_of(write(GOOD.replace('public_url = "https://bot.springfield.org/"\n', "")))

    assert fault.startswith("web.public_url: sms must call us, but nothing says at which address; write public_url")


def test_a_missing_secret_names_its_variable(write: Write) -> None:
    fault = only_fault_of(write(GOOD.replace(f'auth_token = "{CANARY}"\n', "")))

    assert fault == (
        'channels.sms.auth_token: the key is missing; write auth_token = "…" under [channels.sms] '
        "or set PEOPLEPOWER_CHANNELS__SMS__AUTH_TOKEN"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("[web]\nprot = 1", "web.prot: there is no key of this name; write port instead", id="a slip"),
        pytest.param(
            "[chanels.sms]", "chanels: there is no table of this name; write [channels] instead", id="a table"
        ),
        pytest.param('[web]\ntimezone = "UTC"', "no key of this name here; move it to [hub]", id="the wrong table"),
        pytest.param("[web]\nzzzz = 1", "remove it, or write one of host, port, public_url", id="far from all"),
        pytest.param(
            "[channels.signal]", "remove it, or write one of sms, slack, telegram, email", id="an unknown channel"
        ),
        pytest.param("port = 1", "move it to [web]", id="outside all tables"),
        pytest.param("web = 3", "web: 3 stands where a table is needed; write [web]", id="not a table"),
        pytest.param("channels = 3", "channels: 3 stands where a table is needed", id="channels not a table"),
        pytest.param("_env_file = 'x'", "_env_file: there is no key of this name", id="a word of the library"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(write: Write, text: str, sentence: str) -> None:
    assert sentence in only_fault_of(write(text))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        pytest.param(
            "PEOPLEPOWER_WEB__PROT", "no setting has this name; write PEOPLEPOWER_WEB__PORT instead", id="a slip"
        ),
        pytest.param("PEOPLEPOWER_WEB_PORT", "write PEOPLEPOWER_WEB__PORT, with two underscores", id="one underscore"),
        pytest.param("PEOPLEPOWER_XXXX__YYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYY", "unset it", id="far from all"),
    ],
)
def test_an_unknown_variable_is_refused(name: str, sentence: str) -> None:
    fault = only_fault_of(None, **{name: CANARY})

    assert sentence in fault
    assert CANARY not in fault


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("PEOPLEPOWER_SERVICE_HOST", "10.0.0.1", id="Kubernetes service peoplepower"),
        pytest.param("PEOPLEPOWER_WEB_PORT", "tcp://10.0.0.1:80", id="Kubernetes service peoplepower-web"),
    ],
)
def test_variables_that_somebody_else_sets_are_left_alone(name: str, value: str) -> None:
    assert load(None, {name: value}) == Settings()


def test_a_fault_says_which_variable_it_came_from(write: Write) -> None:
    with pytest.raises(ConfigError, match=r"^environment variable PEOPLEPOWER_WEB__PORT, web\.port: "):
        load(write(GOOD), {"PEOPLEPOWER_WEB__PORT": "many"})


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.toml: there is no such file; copy config\.example\.toml"):
        load(tmp_path / "no.toml", {})


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the file cannot be read \(Is a directory\)"):
        load(tmp_path, {})


def test_broken_toml_is_told_with_its_line(write: Write) -> None:
    fault = only_fault_of(write("[web]\nport = 8000\nhost = 127.0.0.1\n"))

    assert "line 3, column" in fault
    assert "a text stands in quotes" in fault


def test_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes('[hub]\nname = "Peñasco"\n'.encode("latin-1"))

    assert "not UTF-8 text; save it again" in only_fault_of(path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes("[web]\nport = 9000\n".encode("utf-8-sig"))

    assert load(path, {}).web.port == 9000


def test_all_faults_are_told_at_once(write: Write) -> None:
    path = write('[web]\nport = "x"\n[channels.sms]\nauth_token = ""\n[hub]\ntimezone = "x"\n[wep]\n')

    faults = faults_of(path, PEOPLEPOWER_WEB__PROT="1")

    assert {fault.partition(":")[0] for fault in faults} == {
        "web.port",
        "channels.sms.account_sid",
        "channels.sms.auth_token",
        "channels.sms.messaging_service_sid",
        "web.public_url",
        "hub.timezone",
        "wep",
        "",
    }


def test_each_fault_is_one_line_that_ends_with_a_full_stop(write: Write) -> None:
    with pytest.raises(ConfigError) as refused:
        load(write("[web]\nprot = 1\nport = 'x'\n"), {})

    lines = str(refused.value).splitlines()
    assert len(lines) == 2
    assert all(line.endswith(".") for line in lines)


@pytest.mark.parametrize("key", [key for key in keys() if is_secret(key)])
@pytest.mark.parametrize(
    "value", [f'"{CANARY} ü"', f'["{CANARY}"]', f'{{ {CANARY} = "{CANARY}" }}'], ids=["text", "list", "table"]
)
def test_a_faulty_secret_is_never_repeated(write: Write, key: str, value: str) -> None:
    table, _, name = key.rpartition(".")

    faults = read(write(f"[{table}]\n{name} = {value}\n"), {}).faults

    assert CANARY not in "\n".join(map(str, faults))


def test_a_secret_in_the_wrong_place_is_not_repeated(write: Write) -> None:
    secret = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"

    fault = only_fault_of(write(f'[logs]\nformat = "{secret}"\n'))

    assert fault == 'logs.format: a text of 32 characters is not possible here; write "text" or "json"'


@pytest.mark.parametrize("key", ["hub.id", "hub.name", "hub.timezone"])
def test_nobody_serves_as_a_hub_without_a_name_of_its_own(write: Write, key: str) -> None:
    text = re.sub(rf"^{key.removeprefix('hub.')} = .*\n", "", GOOD, flags=re.MULTILINE)

    with pytest.raises(ConfigError, match=f"{key}: nobody can guess this for you"):
        load(write(text), {}, serving=True)


def test_nobody_serves_without_a_key_for_the_erased(write: Write) -> None:
    with pytest.raises(ConfigError, match=r"privacy\.key: without it nobody could be kept from writing to people"):
        load(write(GOOD.replace(f'key = "{CANARY}{SID}"', "")), {}, serving=True)


def test_a_short_key_is_refused(write: Write) -> None:
    assert "too short to be a key" in only_fault_of(write('[privacy]\nkey = "abc"\n'))


def test_the_password_of_an_example_does_not_serve(write: Write) -> None:
    path = write(GOOD + f'[database]\nurl = "postgresql://bot:{PLACEHOLDER}@db/people"\n')

    with pytest.raises(ConfigError, match=r"database\.url: the password is the one of an example"):
        load(path, {}, serving=True)
