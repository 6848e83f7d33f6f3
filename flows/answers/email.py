"""Read an e-mail address, typed or spelt out: ``jane dot doe at gmail dot com``, ``ana arroba gmail punto com``."""

from __future__ import annotations

import re
from typing import Final

from flows.answers.context import AnswerContext
from flows.answers.outcome import CERTAIN, GUESS, LIKELY, Ambiguous, Match, NoMatch, Option, Outcome, Reason
from flows.answers.words import Reply, fold

#: Longest address. Source: RFC 5321, 4.5.3.1.
_MAX_CHARS: Final = 254
_LOCAL: Final = r"[a-z0-9](?:[a-z0-9!#$%&*/=?^_{|}~+'-]|\.(?=[a-z0-9_+-])){0,63}"
_DOMAIN: Final = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}[a-z]{2,18}"
_ADDRESS: Final = re.compile(rf"(?<![\w.+-])(?:mailto:)?(?P<address>{_LOCAL}@{_DOMAIN})(?![\w-]|\.\w)")
_AT: Final = re.compile(r" ?(?:\(at\)|\[at\]|<at>|(?<= )at(?= )|(?<= )arroba(?= )|(?<= )aroba(?= )|@) ?")
_DOT: Final = re.compile(r" ?(?:\(dot\)|\[dot\]|(?<= )dot(?= )|(?<= )punto(?= )) ?")
_SIGNS: Final = (
    (re.compile(r" (?:underscore|under score|guion bajo) "), "_"),
    (re.compile(r" (?:dash|hyphen|guion medio|guion) "), "-"),
    (re.compile(r" plus "), "+"),
)
#: A name said before the sign in several words: "it's ruth baker 1948 at aol dot com".
_IN_PIECES: Final = re.compile(
    r"(?:^|(?:\b(?:is|it's|its|es|email|e-mail|correo|mail|address)|:) ?)(?P<local>(?!(?:it|it's|its|es|is|my|mi|me|you|reach|write|use|email|the|i|check)\b)[a-z0-9._+-]{1,20}(?: (?!(?:it|is|my|mi|me|you|at|the|home|i)\b)[a-z0-9._+-]{1,20}){1,4})$"
)
_COMMA: Final = re.compile(r"(?<=[a-z]),(?=(?:com|net|org|edu|gov)\b)")
_SPACED_DOT: Final = re.compile(r" ?\. ?(?=(?:com|net|org|edu|gov|us|co|mx|es)\b)")
#: Slips of the thumb in the commonest domains.
_SLIPS: Final = {
    "gmial.com": "gmail.com",
    "gmai.com": "gmail.com",
    "gamil.com": "gmail.com",
    "gmal.com": "gmail.com",
    "gmail.co": "gmail.com",
    "gmail.con": "gmail.com",
    "gmail.cm": "gmail.com",
    "gmaill.com": "gmail.com",
    "gnail.com": "gmail.com",
    "yaho.com": "yahoo.com",
    "yahoo.con": "yahoo.com",
    "yahooo.com": "yahoo.com",
    "hotmial.com": "hotmail.com",
    "hotmai.com": "hotmail.com",
    "hotmail.con": "hotmail.com",
    "outlok.com": "outlook.com",
    "outlook.con": "outlook.com",
    "iclod.com": "icloud.com",
    "icloud.con": "icloud.com",
}


def read_email(text: str, context: AnswerContext) -> Outcome:
    """Read an e-mail address; the value is in small letters."""
    reply = fold(text)
    if not reply.text:
        return NoMatch(reason=Reason.EMPTY)
    typed = _addresses(reply)
    spelled = reply if typed else _spelled_out(reply)
    found = typed or _addresses(spelled)
    if len(found) > 1:
        options = tuple(Option(value=address, label={"email": address}) for address in found)
        return Ambiguous(options=options, reason=Reason.WHICH_EMAIL)
    for address, (start, end) in found.items():
        return _match(address, start, end, spelled, CERTAIN if typed else LIKELY)
    return NoMatch(reason=Reason.INVALID_EMAIL if re.search("@|arroba", reply.text) else Reason.NOT_UNDERSTOOD)


def _match(address: str, start: int, end: int, reply: Reply, confidence: float) -> Match:
    """Take the address; where its domain looks like a slip, offer the other and ask to be confirmed."""
    local, _, domain = address.partition("@")
    right = _SLIPS.get(domain)
    return Match(
        value=address,
        span=reply.span(start, end),
        confidence=GUESS if right else confidence,
        alternatives=(Option(value=f"{local}@{right}", label={"email": f"{local}@{right}"}),) if right else (),
        rest=reply.rest(start, end),
    )


def _addresses(reply: Reply) -> dict[str, tuple[int, int]]:
    return {
        found["address"]: found.span("address")
        for found in _ADDRESS.finditer(reply.text)
        if len(found["address"]) <= _MAX_CHARS
    }


def _spelled_out(reply: Reply) -> Reply:
    """Exchange spoken signs: the last "at" is the sign, since people also write "reach me at"."""
    for pattern, sign in _SIGNS:
        reply = reply.replaced([(f.start(), f.end(), sign) for f in pattern.finditer(reply.text)])
    reply = reply.replaced([(f.start(), f.end(), ".") for f in _COMMA.finditer(reply.text)])
    reply = reply.replaced([(f.start(), f.end(), ".") for f in _DOT.finditer(reply.text)])
    reply = reply.replaced([(f.start(), f.end(), ".") for f in _SPACED_DOT.finditer(reply.text)])
    signs = list(_AT.finditer(reply.text))
    if not signs:
        return reply
    local = _IN_PIECES.search(reply.text, 0, signs[-1].start())
    gaps = re.finditer(" ", local["local"]) if local else ()
    pieces = (
        [(local.start("local") + gap.start(), local.start("local") + gap.end(), "") for gap in gaps] if local else []
    )
    return reply.replaced([*pieces, (signs[-1].start(), signs[-1].end(), "@")])
