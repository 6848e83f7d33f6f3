"""``peoplepower check``: broken configurations, each told in one plain sentence with its fix."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.commands.check import Finding, Severity, check, exit_code, report
from storage.database import migrate

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
SID = "0123456789abcdef" * 2
CANARY = "canary7f3a"
TELEGRAM_TOKEN = f"123456789:{'A' * 35}"

GOOD = f"""
[web]
public_url = "https://bot.springfield.org"

[channels.sms]
account_sid = "AC{SID}"
auth_token = "{CANARY}"
messaging_service_sid = "MG{SID}"

[privacy]
key = "{CANARY}{SID}"

[hub]
id = "springfield"
name = "Springfield Tutors"
timezone = "America/Chicago"
help_phone = "(202) 555-0143"
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a configuration that only its owner may read, in the working directory."""
    monkeypatch.chdir(tmp_path)

    def write_file(text: str) -> Path:
        path = Path("config.toml")
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    return write_file


def of(findings: list[Finding], *severities: Severity) -> list[Finding]:
    return [finding for finding in findings if finding.severity in severities]


def problems(findings: list[Finding]) -> list[Finding]:
    return of(findings, Severity.ERROR, Severity.WARNING)


def test_a_good_configuration_has_no_problem(write: Write) -> None:
    findings = check(write(GOOD), {})

    assert problems(findings) == []
    assert exit_code(findings) == 0
    assert report(findings, as_json=False).endswith("no errors, no warnings")


@pytest.mark.parametrize(
    ("old", "new", "severity", "key", "what", "fix"),
    [
        pytest.param(
            'public_url = "https://bot.springfield.org"', "", "error", "web.public_url",
            "sms must call us, but nothing says at which address", "write public_url", id="no public address",
        ),
        pytest.param(
            "springfield.org", "example.org", "error", "web.public_url",
            "the address of an example", "your own server", id="the example's address",
        ),
        pytest.param(
            "springfield.org", "springfield.org/bot", "warning", "web.public_url",
            "it has a path, and Twilio signs the whole address", 'write public_url = "https://bot.springfield.org"', id="path",
        ),
        pytest.param(
            "bot.springfield.org", "192.168.1.5", "warning", "web.public_url",
            "which no vendor can reach", "the public name of the server", id="private address",
        ),
        pytest.param(
            f'"{CANARY}"', '"change-me"', "error", "channels.sms.auth_token",
            '"change-me" still stands here', "remove the whole table", id="placeholder",
        ),
        pytest.param(
            f"AC{SID}", f"SK{SID}", "error", "channels.sms.account_sid",
            "the SID of an API key", "begins with AC", id="wrong SID",
        ),
        pytest.param(
            "[channels.sms]", "[channels.smss]", "error", "channels.smss",
            "no table of this name", "write [sms] instead", id="unknown table",
        ),
        pytest.param(
            "America/Chicago", "America/Chcago", "error", "hub.timezone",
            "is not a time zone", 'write timezone = "America/Chicago"', id="unknown zone",
        ),
        pytest.param(
            'help_phone = "(202) 555-0143"', "", "warning", "hub.help_phone",
            "whoever texts HELP is told no phone number", "write the number", id="nobody to call",
        ),
        pytest.param(
            'help_phone = "(202) 555-0143"', 'help_phone = "1-202-555-0143"\nquiet_hours = "22:00-07:00"',
            "warning", "hub.quiet_hours", "when federal law bars", 'write quiet_hours = "20:00-09:00"', id="short nights",
        ),
        pytest.param(
            "[hub]", '[database]\nurl = "sqlite:///no/such/folder/people.db"\n[hub]', "error", "database.url",
            "no/such/folder does not exist", "make it, or write another path", id="no folder",
        ),
        pytest.param(
            "[hub]", '[database]\nurl = "sqlite:///."\n[hub]', "error", "database.url",
            "is a folder", "write the path of a file", id="folder for a database",
        ),
        pytest.param(
            "[hub]", '[database]\nurl = "sqlite:///config.toml"\n[hub]', "error", "database.url",
            "config.toml is not a SQLite database", "nothing was changed in this file", id="another file",
        ),
        pytest.param(
            "[hub]", f'[database]\nurl = "postgresql://bot:{CANARY}@127.0.0.1:1/people"\n[hub]', "error", "database.url",
            "cannot be used", "start the database", id="PostgreSQL is down",
        ),
        pytest.param(
            "[hub]", f'[channels.telegram]\ntoken = "{TELEGRAM_TOKEN}"\nmode = "webhook"\nsecret_token = "x"\n[hub]',
            "error", "web.public_url", "Telegram does not call port 8000", "use port 443, 80, 88 or 8443", id="port",
        ),
    ],
)  # fmt: skip
def test_a_broken_configuration_gets_one_sentence_and_its_fix(
    write: Write, old: str, new: str, severity: str, key: str, what: str, fix: str
) -> None:
    text = GOOD.replace("springfield.org", "springfield.org:8000") if "telegram" in new else GOOD
    assert old in text

    findings = check(write(text.replace(old, new)), {})

    (found,) = [finding for finding in problems(findings) if finding.key == key]
    assert found.severity == severity
    assert what in found.what
    assert fix in found.fix
    assert exit_code(findings) == (2 if severity == "error" else 0)
    assert CANARY not in report(findings, as_json=False) + report(findings, as_json=True)


def test_a_missing_file_is_one_error(tmp_path: Path) -> None:
    findings = check(tmp_path / "no.toml", {})

    assert [(finding.severity, finding.what) for finding in findings] == [("error", "there is no such file")]
    assert findings[0].key.endswith("no.toml")


def test_an_error_from_the_environment_names_its_variable(write: Write) -> None:
    findings = check(write(GOOD), {"PEOPLEPOWER_WEB__PORT": "many"})

    assert '"many" is not a whole number (environment variable PEOPLEPOWER_WEB__PORT)' in report(
        findings, as_json=False
    )


def test_the_example_tells_each_placeholder() -> None:
    findings = of(check(EXAMPLE, {}), Severity.ERROR)

    assert {finding.key for finding in findings} == {
        "web.public_url",
        "channels.email.from_address",
        "channels.email.host",
        "channels.sms.account_sid",
        "channels.sms.auth_token",
        "channels.sms.messaging_service_sid",
        "channels.slack.bot_token",
        "channels.slack.signing_secret",
        "channels.telegram.token",
        "channels.telegram.secret_token",
        "privacy.key",
        "hub.id",
        "hub.name",
    }


def test_secrets_in_a_file_that_all_may_read_are_a_warning(write: Write) -> None:
    path = write(GOOD)
    path.chmod(0o644)

    (warning,) = problems(check(path, {}))

    assert (warning.what, warning.fix) == (
        "every user of this machine may read channels.sms.auth_token",
        "run: chmod 600 config.toml",
    )


def test_a_file_without_secrets_may_be_read_by_all(write: Write) -> None:
    path = write(GOOD.replace(f'auth_token = "{CANARY}"\n', "").replace(f'key = "{CANARY}{SID}"\n', ""))
    path.chmod(0o644)
    environ = {"PEOPLEPOWER_CHANNELS__SMS__AUTH_TOKEN": CANARY, "PEOPLEPOWER_PRIVACY__KEY": CANARY + SID}

    assert problems(check(path, environ)) == []


def test_no_channel_at_all_is_a_warning(write: Write) -> None:
    findings = check(write(GOOD.partition("[channels.sms]")[0] + "[privacy]" + GOOD.partition("[privacy]")[2]), {})

    assert [(finding.severity, finding.key) for finding in problems(findings)] == [("warning", "channels")]
    off = [finding.key for finding in findings if finding.what.startswith("off")]
    assert off == ["channels.sms", "channels.slack", "channels.telegram", "channels.email"]


@pytest.mark.parametrize(
    ("table", "line"),
    [
        pytest.param("", "channels.sms: is called at https://bot.springfield.org/webhooks/sms", id="sms"),
        pytest.param(
            '[channels.slack]\nbot_token = "xoxb-1"\nsigning_secret = "s"\n',
            "channels.slack: is called at https://bot.springfield.org/webhooks/slack",
            id="slack",
        ),
        pytest.param(
            '[channels.slack]\nbot_token = "xoxb-1"\napp_token = "xapp-1"\n',
            "channels.slack: reached by a socket; nothing to paste",
            id="slack by socket",
        ),
        pytest.param(
            f'[channels.telegram]\ntoken = "{TELEGRAM_TOKEN}"\nmode = "webhook"\nsecret_token = "x"\n',
            "channels.telegram: Telegram is told https://bot.springfield.org/webhooks/telegram",
            id="telegram",
        ),
        pytest.param(
            f'[channels.telegram]\ntoken = "{TELEGRAM_TOKEN}"\n',
            "channels.telegram: asks Telegram (polling); nothing to paste",
            id="telegram by polling",
        ),
    ],
)
def test_each_channel_says_what_to_paste_where(write: Write, table: str, line: str) -> None:
    assert line in report(check(write(GOOD + table), {}), as_json=False)


# --- the database -----------------------------------------------------------------------------------------------------


def test_a_check_makes_no_database(write: Write) -> None:
    findings = check(write(GOOD), {})

    assert not Path("peoplepower.db").exists()
    assert any(finding.what.endswith("peoplepower.db will be made on the first start") for finding in findings)


def test_a_migrated_database_is_good(write: Write) -> None:
    path = write(GOOD)
    migrate("sqlite:///peoplepower.db")

    findings = check(path, {})

    assert problems(findings) == []
    assert any(finding.what.endswith("peoplepower.db answers and can be written") for finding in findings)


def test_a_database_of_another_version_is_left_as_it_is(write: Write) -> None:
    path = write(GOOD)
    with sqlite3.connect("peoplepower.db") as connection:
        connection.execute("CREATE TABLE old (id INTEGER)")
    connection.close()

    (warning,) = problems(check(path, {}))

    assert warning.what.endswith("peoplepower.db does not have this version's schema")
    connection = sqlite3.connect("peoplepower.db")
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("old",)]
    connection.close()


def test_a_database_that_another_program_writes_to_for_long_is_an_error(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.BUSY_TIMEOUT_MS", 50)
    path = write(GOOD)
    migrate("sqlite:///peoplepower.db")
    connection = sqlite3.connect("peoplepower.db", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")

    (error,) = problems(check(path, {}))
    connection.close()

    assert (error.key, error.severity) == ("database.url", "error")
    assert "locked" in error.what


# --- the report -------------------------------------------------------------------------------------------------------


def test_errors_come_first_and_are_counted(write: Write) -> None:
    text = GOOD.replace("(202) 555-0143", "").replace(f'"{CANARY}"', '"change-me"')

    lines = report(check(write(text), {}), as_json=False).splitlines()

    assert lines[0] == 'error    channels.sms.auth_token: "change-me" still stands here'
    assert lines[1].strip().startswith("-> set it")
    assert lines[-1] == "1 error, 1 warning"


def test_the_json_report_holds_the_same(write: Write) -> None:
    findings = check(write(GOOD.replace("(202) 555-0143", "")), {})

    table = json.loads(report(findings, as_json=True))

    assert (table["ok"], table["errors"], table["warnings"]) == (True, 0, 1)
    assert table["findings"][0] == {
        "severity": "warning",
        "key": "hub.help_phone",
        "what": "whoever texts HELP is told no phone number",
        "fix": "write the number that a person answers",
    }
