"""Set up logging: events with fields, as text for people or as JSON for machines, with nothing private in them.

Nothing should log a message, a number or a token in the first place; a library or a traceback may do so all the same.
So each record is read once more before it leaves, and whatever looks private is replaced: in the text, its arguments,
the extra fields, and the exception with all its causes. Cost: some forty microseconds a line, and now and then a harmless
long number is hidden as well.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Literal, TextIO

#: What a record has before anybody adds a field to it, and what uvicorn adds to repeat its text in colour.
_NOT_FIELDS: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
#: A field whose name has one of these words is hidden whatever it holds.
_PRIVATE_WORDS: Final = frozenset(
    [
        "auth",
        "authorization",
        "answer",
        "answers",
        "birth",
        "body",
        "email",
        "password",
        "phone",
        "secret",
        "text",
        "token",
    ]
)
#: These write bodies and tokens at debug and a line for each request at info.
_TALKATIVE: Final = (
    "aiohttp",
    "alembic",
    "apscheduler",
    "asyncpg",
    "httpcore",
    "httpx",
    "slack_bolt",
    "slack_sdk",
    "telegram",
    "twilio",
)

_PATTERNS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        # What databases and pydantic quote of the values they were given.
        (r"\[parameters: .*\]", "[parameters: hidden]"),
        (r"\bDETAIL:.*", "DETAIL: [hidden]"),
        (r"\binput_value=.*?(?=, input_type=|$)", "input_value=[hidden]"),
        # The user of a URL, then its query.
        (r"(?<=://)[^\s/@]+@", "[user]@"),
        (r"(https?://[^\s?#\"'<>]+)[?#][^\s\"'<>)\]]*", r"\1?[query]"),
        (r"(?<=[\w/.])\?(?=[^\s=]*=)[^\s\"'<>)\]]*", "?[query]"),
        # Tokens by their shape: Telegram, Slack, HTTP; by the word before them; then any long mixture with three digits.
        # Twilio's SIDs name things and open nothing, so they stay; so do UUIDs.
        (r"(?:bot)?\d{5,}:[\w-]{20,}", "[token]"),
        (r"\b(?:xox[a-z]|xapp)[-.][\w.-]+", "[token]"),
        (r"\b(?:bearer|basic)\s+[\w.~+/=-]{8,}", "[token]"),
        (
            r"((?:token|secret|password|authorization|api[_-]?key|signature)[\"']?\s*[=:]\s*)(?!\[)[\"']?[^\s\"',;&)}\]]+",
            r"\1[token]",
        ),
        (
            r"\b(?!(?:AC|MG|SM|MM|PN)[0-9a-f]{32}\b|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)(?=(?:[A-Z_-]*\d){3})(?=[\d_-]*[A-Z])[\w-]{32,}",
            "[token]",
        ),
        (r"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", "[e-mail]"),
        # International numbers; North American ones in the usual spellings; any run of digits as long as one.
        (r"(?:\+|%2B)\d[\d ().-]{5,18}\d", "[phone]"),
        (r"(?<![A-Z\d])(?:1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]?\d{4}(?![A-Z\d])", "[phone]"),
        (r"(?<![A-Z\d.])\d{10,15}(?![A-Z\d])(?!\.\d)", "[phone]"),
    )
)


def redact(text: str) -> str:
    """Replace what looks like a phone number, an e-mail address, a token or the query of a URL."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class Redact(logging.Filter):
    """Rewrites each record so that nothing private is left in it, whichever way it is formatted afterwards."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; always keep it."""
        if record.name == "uvicorn.access" and isinstance(record.args, tuple):
            record.args = tuple(arg.partition("?")[0] if isinstance(arg, str) else arg for arg in record.args)
        record.msg, record.args = redact(_text(record)), None
        if record.exc_info:
            record.exc_text = record.exc_text or _FORMATTER.formatException(record.exc_info)
            record.exc_info = None
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        for name, value in _fields(record).items():
            setattr(record, name, _redact_value(name, value))
        return True


_FORMATTER: Final = logging.Formatter()


def _text(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):  # arguments that do not fit must not break whoever logs
        return str(record.msg)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _NOT_FIELDS}


def _redact_value(name: str, value: object) -> Any:
    if not _PRIVATE_WORDS.isdisjoint(name.lower().split("_")):
        return "[hidden]"
    match value:
        case None | bool() | float():
            return value
        case int():
            text = redact(str(value))
            return value if text == str(value) else text
        case Mapping():
            return {redact(str(key)): _redact_value(str(key), item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_redact_value("", item) for item in value]
        case _:
            return redact(str(value))


class TextFormatter(logging.Formatter):
    """One line an event: time, level, logger, event, fields; a traceback below."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record for people to read."""
        fields = "".join(f" {name}={_quoted(value)}" for name, value in _fields(record).items())
        line = f"{_at(record)} {record.levelname.lower():<8} {record.name}: {_one_line(record.getMessage())}{fields}"
        return "\n".join([line, *_tracebacks(record)])


def _quoted(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if not text or re.search(r"[\s\"=]", text) else text


def _one_line(text: str) -> str:
    """Keep whoever can put text into a log from making up a line of it."""
    return text.replace("\r", "\\r").replace("\n", "\\n")


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record for machines to read."""
        own = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if tracebacks := _tracebacks(record):
            own["traceback"] = "\n".join(tracebacks)
        return json.dumps({**own, **_fields(record), **own}, default=str, ensure_ascii=False)


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _tracebacks(record: logging.LogRecord) -> list[str]:
    text = record.exc_text or (_FORMATTER.formatException(record.exc_info) if record.exc_info else "")
    return [part for part in (text, record.stack_info) if part]


def configure(
    format: Literal["text", "json"] = "text",
    level: str = "info",
    *,
    stream: TextIO | None = None,
) -> None:
    """Send every line of the program and its libraries through one redacting handler; may be called again.

    Uvicorn must be started with ``log_config=None``, or it would put its own handlers back.

    Args:
        format: ``text`` for people, ``json`` for one object a line.
        level: the least severe level that is shown, in small letters.
        stream: where to write; standard error by default.
    """
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _Handler)]:
        root.removeHandler(old)
    handler = _Handler(stream or sys.stderr)
    handler.addFilter(Redact())
    handler.setFormatter(JsonFormatter() if format == "json" else TextFormatter())
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


class _Handler(logging.StreamHandler[TextIO]):
    """Ours, as told apart from those that others may add."""


def _log_uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    logging.getLogger("bot").critical("uncaught error", exc_info=(kind, error, traceback))


def _log_uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
