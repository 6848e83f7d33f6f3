"""Read a way to reach somebody: a telephone number or an e-mail address."""

from __future__ import annotations

from flows.answers.context import AnswerContext
from flows.answers.email import read_email
from flows.answers.outcome import Match, NoMatch, Outcome, Reason
from flows.answers.phone import read_phone


def read_contact(text: str, context: AnswerContext) -> Outcome:
    """Read an e-mail address, else a telephone number; the value is text, and an ``@`` tells which."""
    email = read_email(text, context)
    if isinstance(email, Match):
        return email
    phone = read_phone(text, context)
    if not isinstance(phone, NoMatch):
        return phone
    if isinstance(email, NoMatch) and email.reason is Reason.NOT_UNDERSTOOD:
        return phone
    return email
