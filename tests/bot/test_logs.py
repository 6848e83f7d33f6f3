"""Logs: events with fields, and no canary gets out, whichever way it got in."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest

from bot.logs import configure, redact

PHONE = "+12025550143"
EMAIL = "ann.lee@example.org"
SECRET = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
SID = f"SM{SECRET}"
CANARIES = ("2025550143", "555-0143", "5550143", "ann.lee", SECRET, "canary")

log = logging.getLogger("test_logs")


@pytest.fixture
def restored() -> Iterator[None]:
    """Put logging back as it was."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("httpx", "slack_sdk", "telegram", "twilio")}
    yield
    logging.captureWarnings(capture=False)
    sys.excepthook, threading.excepthook = hooks
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


@pytest.fixture
def text(restored: None) -> io.StringIO:
    """Log as text into memory."""
    stream = io.StringIO()
    configure("text", "debug", stream=stream)
    return stream


@pytest.fixture
def lines(restored: None) -> io.StringIO:
    """Log as JSON into memory."""
    stream = io.StringIO()
    configure("json", "debug", stream=stream)
    return stream


def assert_no_canary(output: str) -> None:
    assert [canary for canary in CANARIES if canary in output] == []


@pytest.mark.parametrize(
    "private",
    [
        PHONE,
        "2025550143",
        "12025550143",
        "202-555-0143",
        "(202) 555-0143",
        "1 202 555 0143",
        "202.555.0143",
        f"sms:AC{'1a' * 16}:{PHONE}",
        f"tel:{PHONE}",
        f"{PHONE}x",
        "%2B12025550143",
        "+44 20 2025550143",
        EMAIL,
        "ann.lee%40example.org",
        f"Ann <{EMAIL}>",
        SECRET,
        "xoxb-1-canary",
        "xapp-1-canary",
        "xoxe.xoxb-1-canary",
        "123456789:AAcanary_canary-canarycanarycanary12",
        "https://api.telegram.org/bot123456789:AAcanary_canary-canarycanarycanary12/getMe",
        "Bearer canary.canary",
        "Authorization: Basic canarycanary=",
        "token=canary",
        "auth_token: 'canary'",
        '{"secret": "canary"}',
        "X-Telegram-Bot-Api-Secret-Token: canary",
        "postgresql://bot:canary@db/people",
        "https://hub.org/webhooks/sms?ref=canary&x=1",
        "https://hub.org/?canary",
        "/webhooks/sms/status?ref=canary",
        "/people/?q=canary HTTP/1.1",
        "(sqlite3.IntegrityError) [SQL: INSERT] [parameters: ('canary', 1)]",
        'duplicate key\nDETAIL:  Key (given_name)=(canary) already exists.',
        "Input should be 1 [type=literal_error, input_value='canary', input_type=str]",
    ],
)  # fmt: skip
def test_what_looks_private_is_hidden(private: str) -> None:
    assert_no_canary(redact(f"before {private} after"))


@pytest.mark.parametrize(
    "harmless",
    [
        "message sent",
        SID,
        f"AC{SECRET}",
        "2026-11-22T02:30:29.123+00:00",
        "1700000000.123456",
        "took 0.123456789012 s",
        "127.0.0.1:8000",
        "person 1234567, 42 segments, code 21610",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "reminder:k3Xy9-_aQ2:day_before",
        "What now? Nothing.",
        "https://hub.org/webhooks/sms",
        'File "/srv/bot/sender.py", line 120, in send',
        "test_a_very_long_name_of_a_function_that_means_no_harm",
    ],
)
def test_what_is_harmless_stays(harmless: str) -> None:
    assert redact(harmless) == harmless


def test_an_event_is_one_line_with_its_fields(text: io.StringIO) -> None:
    log.info("message sent", extra={"person_id": 3, "channel": "sms", "provider_id": SID, "reason": "two words"})

    stamp, rest = text.getvalue().split(" ", maxsplit=1)
    assert stamp.endswith("Z")
    assert rest == f'info     test_logs: message sent person_id=3 channel=sms provider_id={SID} reason="two words"\n'


def test_an_event_is_one_json_object(lines: io.StringIO) -> None:
    log.warning("message sent", extra={"person_id": 3, "seconds": 0.25, "dry": True, "level": "mine", "code": None})

    event = json.loads(lines.getvalue())
    assert event.pop("at").endswith("Z")
    assert event == {
        "level": "warning",
        "logger": "test_logs",
        "event": "message sent",
        "person_id": 3,
        "seconds": 0.25,
        "dry": True,
        "code": None,
    }


def fail_to_send() -> None:
    try:
        fail(f"no answer from {PHONE}")
    except ValueError as error:
        error.add_note(f"wrote {EMAIL}")
        raise RuntimeError(f"token={SECRET}") from error


def fail(why: str) -> None:
    raise ValueError(why)


@pytest.mark.parametrize("format", ["text", "json"])
def test_nothing_private_leaves_by_any_part_of_a_record(restored: None, format: str) -> None:
    stream = io.StringIO()
    configure("json" if format == "json" else "text", "debug", stream=stream)
    fields = {
        "address": f"sms:{PHONE}",
        "user": 12025550143,
        "body": "canary",
        "auth_token": ["canary"],
        "phone_number": "canary",
        "nested": {"email": "canary", "list": [EMAIL, {PHONE}], PHONE: 1},
    }

    try:
        fail_to_send()
    except RuntimeError:
        log.exception("sent to %s for %s", PHONE, {"to": EMAIL}, extra=fields, stack_info=True)

    output = stream.getvalue()
    assert "RuntimeError" in output
    assert "ValueError" in output
    assert_no_canary(output)


def test_a_traceback_follows_its_event(text: io.StringIO) -> None:
    try:
        fail("no")
    except ValueError:
        log.exception("turn failed")

    first, second, *_, last = text.getvalue().splitlines()
    assert first.endswith("error    test_logs: turn failed")
    assert (second, last) == ("Traceback (most recent call last):", "ValueError: no")


def test_nobody_can_make_up_a_line(text: io.StringIO) -> None:
    log.info("said %s", "hello\n2026-11-22T00:00:00Z error root: all is lost")

    assert len(text.getvalue().splitlines()) == 1


def test_arguments_that_do_not_fit_break_nothing(text: io.StringIO) -> None:
    log.info("two %s %s", PHONE)

    assert text.getvalue().endswith("two %s %s\n")


@pytest.mark.parametrize("query", ["?q=canary", "?canary", "?From=%2B12025550143"])
def test_an_access_log_shows_no_query(text: io.StringIO, query: str) -> None:
    access = logging.getLogger("uvicorn.access")

    access.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:5000", "GET", f"/people{query}", "1.1", 200)

    assert_no_canary(text.getvalue())
    assert '127.0.0.1:5000 - "GET /people HTTP/1.1" 200' in text.getvalue()


def test_uvicorn_has_no_handler_of_its_own_left(restored: None) -> None:
    access = logging.getLogger("uvicorn.access")
    access.addHandler(logging.NullHandler())
    access.propagate = False

    configure(stream=io.StringIO())

    assert access.handlers == []
    assert access.propagate


@pytest.mark.parametrize("library", ["httpx", "slack_sdk", "telegram", "twilio"])
def test_libraries_that_tell_bodies_stay_silent_even_at_debug(text: io.StringIO, library: str) -> None:
    logging.getLogger(f"{library}.client").info("POST body canary")

    assert text.getvalue() == ""


def test_a_second_set_up_replaces_the_first(restored: None) -> None:
    first, second = io.StringIO(), io.StringIO()
    configure(stream=first)
    configure("json", "warning", stream=second)

    log.info("quiet")
    log.warning("loud")

    assert first.getvalue() == ""
    assert json.loads(second.getvalue())["event"] == "loud"


def test_warnings_are_events_as_well(text: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(f"deprecated {PHONE}", stacklevel=1)
        logging.captureWarnings(capture=False)

    assert "deprecated [phone]" in text.getvalue()


def test_an_uncaught_error_is_redacted(text: io.StringIO) -> None:
    thread = threading.Thread(target=fail, args=(PHONE,))
    thread.start()
    thread.join()
    try:
        fail(PHONE)
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)

    assert text.getvalue().count("critical bot: uncaught error") == 2
    assert_no_canary(text.getvalue())
