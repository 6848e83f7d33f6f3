"""Do what a call asks once, however often it comes: deed and answer are kept in one transaction under the caller's key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from bot.api.desk import Desk
from bot.api.door import ApiError
from storage.programs import OtherCallError, Program, begin_call, end_call


def do_once(
    desk: Desk,
    program: Program,
    *,
    key: str,
    asked: tuple[str, BaseModel],
    status: int,
    work: Callable[[Any], BaseModel],
) -> tuple[Response, bool]:
    """Do the work, or give the answer of the first time; tell whether it was done now.

    A call that fails leaves nothing behind: it may be repeated with the same key.

    Args:
        asked: the path and the body of the call: what must be the same when it comes again.
        work: does it in the transaction, and returns what is answered.

    Raises:
        ApiError: the key stands for another call, or the work cannot be done.
    """
    path, body = asked
    asked_hash = hashlib.sha256(f"{path}\n{body.model_dump_json()}".encode()).hexdigest()
    with desk.database.session() as session:
        try:
            before = begin_call(session, desk.hub.id, program, key=key, asked_hash=asked_hash, now=desk.now())
        except OtherCallError:
            raise ApiError(422, "key_used", "This Idempotency-Key stands for another call. Take a new one.") from None
        if before is not None:
            return _answer(before.status, before.body, repeated=True), False
        written = work(session).model_dump_json()
        end_call(session, program, key=key, status=status, body=written)
    return _answer(status, written, repeated=False), True


def _answer(status: int, body: str, *, repeated: bool) -> Response:
    headers = {"idempotent-replayed": "true"} if repeated else {}
    return Response(body, status_code=status, media_type="application/json", headers=headers)
