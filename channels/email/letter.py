"""Write one message as an e-mail: plain text, the same as simple HTML where there is a link, and how to be left alone."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import localtime
from html import escape
from typing import Final

from channels.base import PermanentError
from channels.settings import EmailSettings
from flows.messages import Attachment, Consequence, Outbound

_LINK: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
#: A page for one outsider; its lower part is taken by ``bot.pages``.
_OUTSIDERS_LINK: Final = re.compile(r"/l/[A-Za-z0-9_-]+")
_METHOD: Final = re.compile(rb"^METHOD:([A-Z]+)\r?$", re.MULTILINE)
#: What fits into a list of mails.
_MAX_SUBJECT: Final = 78
_STYLE: Final = "font:18px/1.5 sans-serif;color:#1d2422;max-width:36em"


def compose(message: Outbound, settings: EmailSettings) -> EmailMessage:
    """Write one e-mail.

    The Message-ID is made of our own reference: if an answer of the server is lost and the mail is sent once more, the
    reader's program sees that it is the same one.

    Raises:
        PermanentError: the address is none.
    """
    letter = EmailMessage()
    letter["From"] = _address(settings.from_address, settings.from_name)
    letter["To"] = _address(message.to.user)
    if settings.reply_to:
        letter["Reply-To"] = _address(settings.reply_to)
    letter["Subject"] = _one_line(message.subject or _first_sentence(message.text))[:_MAX_SUBJECT]
    letter["Date"] = localtime()
    letter["Message-ID"] = f"<{message.reference}@{settings.from_address.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday note answers a machine
    _say_how_to_leave(letter, message.text, settings)
    letter.set_content(_written(message))
    if _LINK.search(message.text):
        letter.add_alternative(_html(message), subtype="html")
    if attached := message.attachment:
        kind, _, subkind = attached.content_type.partition("/")
        letter.add_attachment(
            attached.content, maintype=kind, subtype=subkind, filename=attached.name, params=_params(attached)
        )
    return letter


def _params(attached: Attachment) -> dict[str, str]:
    """Repeat what a calendar file wants done, as programs look for it before they open the file. Source: RFC 6047, 2.4."""
    method = _METHOD.search(attached.content) if attached.content_type == "text/calendar" else None
    return {"method": method[1].decode("ascii"), "charset": "utf-8"} if method else {}


def _address(user: str, name: str = "") -> Address:
    try:
        user.encode("ascii")  # other letters need a server that speaks SMTPUTF8
        return Address(display_name=_one_line(name), addr_spec=user)
    except (ValueError, IndexError, MessageError):
        raise PermanentError(
            "this is no e-mail address", code="bad_address", consequence=Consequence.UNREACHABLE
        ) from None


def _say_how_to_leave(letter: EmailMessage, text: str, settings: EmailSettings) -> None:
    """Let a mail program offer a button for it. Source: RFC 2369, RFC 8058."""
    by_mail = f"<mailto:{settings.reply_to or settings.from_address}?subject=STOP>"
    link = next(
        (found[0] for found in _LINK.finditer(text) if settings.public_url and _is_ours(found[0], settings)), ""
    )
    page = _OUTSIDERS_LINK.search(link)
    if page is None:
        letter["List-Unsubscribe"] = by_mail
        return
    letter["List-Unsubscribe"] = f"<{link[: page.end()]}/stop>, {by_mail}"
    letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _is_ours(link: str, settings: EmailSettings) -> bool:
    return link.startswith(f"{settings.public_url.rstrip('/')}/l/")


def _first_sentence(text: str) -> str:
    first = text.strip().splitlines()[0]
    return re.split(r"(?<=[.!?])\s", first, maxsplit=1)[0]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _written(message: Outbound) -> str:
    choices = (f"- {choice.label}" for choice in message.choices)
    return "\n".join((message.text, *choices))


def _html(message: Outbound) -> str:
    lines = "<br>\n".join(_linked(line) for line in _written(message).splitlines())
    return f'<!doctype html>\n<html><body style="{_STYLE}"><p>{lines}</p></body></html>\n'


def _linked(line: str) -> str:
    written, end = [], 0
    for found in _LINK.finditer(line):
        url = escape(found[0])
        written += [escape(line[end : found.start()]), f'<a href="{url}">{url}</a>']
        end = found.end()
    return "".join([*written, escape(line[end:])])
