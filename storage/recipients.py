"""Whom a broadcast is for: one filter, read the same by the count, the preview and the outbox."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from flows.facts import ContactPolicy
from flows.messages import Purpose
from storage.operations.outbox import CROWDED, crowded_params
from storage.operations.preferences import is_open, people_reached
from storage.operations.rows import write_json
from storage.statements import Value

#: People ``p``, each with the address ``a`` that a broadcast goes to, where they want news, or ``NULL``.
PEOPLE: Final = people_reached(Purpose.BROADCAST)
#: Whether a person ``p`` has got the broadcast ``e`` of the reference ``{ref}``. Their own messages are looked through, not
#: those of the broadcast, of which there may be a quarter million: ``+ 0`` keeps a planner from that index.
_GOT: Final = """
    EXISTS (SELECT 1 FROM outbox AS o JOIN broadcast AS e ON e.id = o.broadcast_id + 0
        WHERE o.person_id = p.id AND o.hub = p.hub AND o.status IN (3, 4, 5)
            AND e.hub = p.hub AND e.ref = CAST({ref} AS TEXT){and_answered})
"""
#: Anything that a person wrote or pressed since a message ``o`` left to them counts as their answer. Only their last word is
#: looked at: looking through all that somebody wrote takes six times as long.
ANSWERED: Final = """
    COALESCE((SELECT i.received_at FROM inbound AS i WHERE i.person_id = o.person_id AND i.kind IN ('message', 'tap')
        ORDER BY i.id DESC LIMIT 1) > o.settled_at, FALSE)
"""


def _got(ref: str, and_answered: str) -> str:
    return _GOT.replace("{ref}", ref).replace("{and_answered}", and_answered)


#: Those of ``PEOPLE`` whom a filter means. The parameters are those of ``Recipients.params``.
MEANT: Final = f"""
    p.hub = :hub
    AND (CAST(:role AS TEXT) IS NULL OR p.role = CAST(:role AS TEXT))
    AND (CAST(:audience AS TEXT) IS NULL OR p.audience = CAST(:audience AS TEXT))
    AND (CAST(:stage AS TEXT) IS NULL OR p.stage = CAST(:stage AS TEXT))
    AND (CAST(:language AS TEXT) IS NULL OR COALESCE(p.language, 'en') = CAST(:language AS TEXT))
    AND (CAST(:channel AS TEXT) IS NULL OR a.channel = CAST(:channel AS TEXT))
    AND (CAST(:site AS INTEGER) IS NULL OR EXISTS (
        SELECT 1 FROM booking AS k JOIN slot AS s ON s.id = k.slot_id
        WHERE k.person_id = p.id AND k.status IN ('booked', 'confirmed', 'attended')
            AND s.site_id = CAST(:site AS INTEGER)))
    AND (CAST(:organisation AS INTEGER) IS NULL OR EXISTS (
        SELECT 1 FROM membership AS m
        WHERE m.person_id = p.id AND m.organisation_id = CAST(:organisation AS INTEGER) AND m.status = 'confirmed'))
    AND (CAST(:answered AS TEXT) IS NULL OR {_got(":answered", f" AND {ANSWERED}")})
    AND (CAST(:not_answered AS TEXT) IS NULL OR {_got(":not_answered", f" AND NOT {ANSWERED}")})
"""  # noqa: S608 - constants
#: Whether a phone is one where phones are written to: no short code, no sender's name. 8 digits or more.
_IS_PHONE: Final = """a."user" LIKE '+________%'"""
_IS_AT_HOME: Final = "(CAST(:has_countries AS INTEGER) = 0 OR COALESCE(a.country IN ({countries}), FALSE))"
IS_CROWDED: Final = f"({CROWDED.replace('{person}', 'p.id')}) IS NOT NULL"
#: Addresses ``a`` of those who are meant that a broadcast may be written to; the contact rule says the same of
#: each of them, and asks again before it leaves.
MAY_BE_WRITTEN_TO: Final = f"""
    {is_open("a")} AND a.no_broadcasts_at IS NULL
    AND (a.channel <> 'sms' OR {_IS_PHONE} AND {_IS_AT_HOME}) AND NOT {IS_CROWDED}
"""
#: Why somebody who is meant is left out, in the order of the contact rule; ``NULL`` for nobody else.
LEFT_OUT: Final = f"""
    CASE
        WHEN a.id IS NULL THEN 'no_address'
        WHEN a.opted_out_at IS NOT NULL THEN 'opted_out'
        WHEN NOT a.reachable THEN 'unreachable'
        WHEN a.channel = 'sms' AND NOT {_IS_PHONE} THEN 'short_code'
        WHEN a.channel = 'sms' AND NOT {_IS_AT_HOME} THEN 'country'
        WHEN a.consented_at IS NULL THEN 'no_consent'
        WHEN a.no_broadcasts_at IS NOT NULL THEN 'no_broadcasts'
        WHEN a.paused_at IS NOT NULL THEN 'paused'
        WHEN {IS_CROWDED} THEN 'too_often'
    END
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Everybody of a hub who fits all that is given; ``None`` leaves a question open."""

    role: str | None = None
    audience: str | None = None
    stage: str | None = None
    #: Who has not chosen a language is written to in English.
    language: str | None = None
    #: Where a broadcast is written to them: ``sms``, ``slack``, ``telegram``.
    channel: str | None = None
    #: Number of the site at which they have, or had, a place.
    site: int | None = None
    #: Number of the employer, college or district that knows them as its own.
    organisation: int | None = None
    #: Reference of an earlier broadcast that they got and have written since.
    answered: str | None = None
    #: Reference of an earlier broadcast that they got and have not written since.
    not_answered: str | None = None

    def to_json(self) -> str:
        """Write the filter as a broadcast keeps it."""
        return json.dumps({name: value for name, value in asdict(self).items() if value is not None})

    @staticmethod
    def from_json(text: str) -> Recipients:
        """Read a filter back."""
        return Recipients(**json.loads(text))

    def params(self, hub: str, policy: ContactPolicy, now: datetime) -> Mapping[str, Value]:
        """Return the parameters of ``MEANT`` and ``MAY_BE_WRITTEN_TO``."""
        return {
            "hub": hub,
            **asdict(self),
            "countries": write_json(list(policy.countries)),
            "has_countries": int(bool(policy.countries)),
            **crowded_params(now, policy),
        }
