"""Keep what coordinators text about broadcasts: a draft with the hash of its code, and what they decided."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from flows.effects import BroadcastAct, DecideBroadcast, DraftBroadcast
from flows.rules.links import CODE_DIGITS, CODE_LIFETIME
from storage.operations import audit
from storage.operations.scope import Scope
from storage.statements import Keyed, Operation, Refused, Statement, Value
from storage.store import Stale
from storage.tables import from_micros, new_ref, to_micros

#: Whom it has not reached by then does not get it.
_USEFUL_FOR: Final = timedelta(days=3)
#: Only the latest text of somebody waits for a code.
_FORGET_CODES: Final = """
    UPDATE broadcast SET code_hash = NULL WHERE hub = :hub AND author = :author AND code_hash IS NOT NULL
"""
_DRAFT: Final = """
    INSERT INTO broadcast (hub, ref, name, author, recipients, body, first_name_else, site_else, status, last_person_id,
        written, is_written, is_open, total, code_hash, code_expires_at, expires_at, created_at)
    VALUES (:hub, :ref, :name, :author, :recipients, :body, '{{}}', '{{}}', 'draft', 0, 0, FALSE, FALSE, 0, :code_hash,
        :code_expires_at, :expires_at, :now)
"""
_FIND: Final = """
    SELECT ref FROM broadcast
    WHERE hub = :hub AND status = 'draft' AND code_hash = :code_hash AND code_expires_at > :now
"""
_CONFIRM: Final = """
    UPDATE broadcast SET status = 'confirmed', is_open = TRUE, total = :people, body = :body,
        first_name_else = :first_name_else, site_else = :site_else, confirmed_at = :now, code_hash = NULL,
        up_to_person_id = (SELECT COALESCE(max(p.id), 0) FROM person AS p WHERE p.hub = :hub)
    WHERE hub = :hub AND ref = :ref AND author = :author AND status = 'draft' AND code_hash = :code_hash
        AND code_expires_at > :now
    RETURNING total
"""
_SET: Final = {
    BroadcastAct.STOP: """
        UPDATE broadcast SET status = 'stopped', is_open = TRUE, ended_at = CAST(:now AS BIGINT)
        WHERE hub = :hub AND ref = :ref AND status IN ('confirmed', 'sending', 'paused') RETURNING total
    """,
    BroadcastAct.PAUSE: """
        UPDATE broadcast SET status = 'paused', is_open = TRUE
        WHERE hub = :hub AND ref = :ref AND status IN ('confirmed', 'sending') RETURNING total
    """,
    BroadcastAct.RESUME: """
        UPDATE broadcast SET status = 'sending', is_open = TRUE
        WHERE hub = :hub AND ref = :ref AND status = 'paused' RETURNING total
    """,
}
_DECIDED: Final = {
    BroadcastAct.CONFIRM: "confirmed",
    BroadcastAct.STOP: "stopped",
    BroadcastAct.PAUSE: "paused",
    BroadcastAct.RESUME: "sending",
}


def draft(scope: Scope, effect: DraftBroadcast) -> Operation[str]:
    """Keep a draft; return the code that sends it."""
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    yield Statement(_FORGET_CODES, {"hub": scope.hub, "author": effect.author})
    now = from_micros(scope.now)
    yield Statement(
        _DRAFT,
        {
            "hub": scope.hub,
            "ref": new_ref(),
            "name": effect.name,
            "author": effect.author,
            "recipients": effect.recipients,
            "body": effect.body,
            "code_hash": (yield from _hash(scope.hub, effect.user, code)),
            "code_expires_at": to_micros(now + CODE_LIFETIME),
            "expires_at": to_micros(now + _USEFUL_FOR),
            "now": scope.now,
        },
    )
    return code


def find(hub: str, user: str, code: str, now: datetime) -> Operation[str | None]:
    """Find the draft that a code of a user's sends."""
    code_hash = yield from _hash(hub, user, code)
    rows = yield Statement(_FIND, {"hub": hub, "code_hash": code_hash, "now": to_micros(now)})
    return rows[0]["ref"] if rows else None


def decide(scope: Scope, effect: DecideBroadcast) -> Operation[None]:
    """Carry out what was decided, and write down by whom.

    Raises:
        Refused: somebody has decided otherwise meanwhile; the turn is thought anew.
    """
    if effect.act is BroadcastAct.CONFIRM:
        rows = yield Statement(
            _CONFIRM,
            {
                "hub": scope.hub,
                "ref": effect.ref,
                "author": effect.author,
                "people": effect.people,
                "body": effect.body,
                "first_name_else": effect.first_name_else,
                "site_else": effect.site_else,
                "code_hash": (yield from _hash(scope.hub, effect.user, effect.code)),
                "now": scope.now,
            },
        )
    else:
        key: dict[str, Value] = {"hub": scope.hub, "ref": effect.ref}
        if effect.act is BroadcastAct.STOP:
            key["now"] = scope.now
        rows = yield Statement(_SET[effect.act], key)
    if not rows:
        raise Refused(Stale())
    yield from audit.note(
        scope.hub,
        person_ref=None,
        author=effect.author,
        what="broadcast",
        detail={"broadcast": effect.ref, "decided": _DECIDED[effect.act], "people": rows[0]["total"], "by": "text"},
        now=from_micros(scope.now),
    )


def _hash(hub: str, user: str, code: str) -> Operation[str]:
    (row,) = yield Keyed(f"broadcast\n{hub}\n{user}\n{code}")
    return str(row["hash"])
