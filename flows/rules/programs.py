"""What another program may do with a hub, by the scopes of its token."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """One thing that a token may be allowed."""

    READ_PEOPLE = "people:read"  #: search and read people
    WRITE_PEOPLE = "people:write"  #: bring people in, with how they agreed to be written to
    READ_SCHEDULE = "schedule:read"  #: read places, trainings, shifts, and who is booked
    SEND_MESSAGES = "messages:send"  #: write to one person, as far as the contact rule allows
    READ_MESSAGES = "messages:read"  #: read what became of a message
    READ_REPORTS = "reports:read"  #: read reports: numbers, nobody's name
