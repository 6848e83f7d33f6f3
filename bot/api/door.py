"""Who stands at the door: the token of a call, what it may do, and how often; mistakes are told the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import Depends, FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from bot.api.desk import Desk
from bot.pages.limits import Misses
from flows.rules.programs import Scope
from storage.programs import Program, let_in

_MINUTE: Final = timedelta(minutes=1)
_bearer: Final = HTTPBearer(auto_error=False, description="A token made by `peoplepower tokens add`.")


class Problem(BaseModel):
    """What is wrong with a call."""

    #: For programs.
    code: str
    #: For people.
    message: str
    #: Which value is meant, and what to write.
    fields: dict[str, str] = {}


class Problems(BaseModel):
    """The body of every answer that is no success."""

    error: Problem


class ApiError(Exception):
    """The call cannot be answered as it was meant."""

    def __init__(
        self, status: int, code: str, message: str, *, fields: dict[str, str] | None = None, retry_after_s: int = 0
    ) -> None:
        """Say what is wrong."""
        super().__init__(message)
        self.status = status
        self.problem = Problem(code=code, message=message, fields=fields or {})
        self.retry_after_s = retry_after_s


def not_found() -> ApiError:
    """Say that nothing of that reference is in this hub; the same for what belongs to another one."""
    return ApiError(404, "not_found", "There is nothing of that reference.")


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe what a route answers beside its success."""
    return {status: {"model": Problems} for status in (401, 403, 422, 429, *statuses)}


def add_handlers(api: FastAPI) -> None:
    """Tell every mistake in the same words."""

    async def known(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ApiError)
        headers = {"retry-after": str(error.retry_after_s)} if error.retry_after_s else {}
        if error.status == 401:
            headers["www-authenticate"] = "Bearer"
        return _answer(error.status, error.problem, headers)

    async def refused(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        # what was sent is not repeated: it may be private
        fields = {".".join(str(part) for part in one["loc"][1:]): str(one["msg"]) for one in error.errors()}
        return _answer(422, Problem(code="invalid", message="A value cannot be read.", fields=fields))

    async def other(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        return _answer(error.status_code, Problem(code="refused", message=str(error.detail)), headers)

    api.add_exception_handler(ApiError, known)
    api.add_exception_handler(RequestValidationError, refused)
    api.add_exception_handler(HTTPException, other)


def _answer(status: int, problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(jsonable_encoder(Problems(error=problem)), status_code=status, headers=headers)


@dataclass(slots=True)
class Door:
    """Lets programs in, one call at a time."""

    desk: Desk
    misses: Misses = field(init=False)
    _calls: dict[int, tuple[datetime, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin to count."""
        self.misses = Misses(self.desk.now)

    def needs(self, scope: Scope) -> Callable[..., Program]:
        """Return what a route depends on that only programs with this scope may call."""

        def program(
            request: Request, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
        ) -> Program:
            client = request.client.host if request.client else ""
            if self.misses.are_too_many(client):
                raise ApiError(429, "too_many_misses", "Too many wrong tokens. Wait ten minutes.", retry_after_s=600)
            with self.desk.database.reading() as session:
                found = let_in(session, self.desk.hub.id, shown.credentials, self.desk.now()) if shown else None
            if found is None:
                if shown:
                    self.misses.note(client)
                raise ApiError(401, "no_token", "Show a token that is valid: Authorization: Bearer pp_…")
            self._count(found)
            if scope not in found.scopes:
                raise ApiError(403, "no_scope", f"This token may not do that: it lacks {scope.value}.")
            return found

        return program

    def _count(self, program: Program) -> None:
        now = self.desk.now()
        began, calls = self._calls.get(program.token_id, (now, 0))
        if not timedelta() <= now - began < _MINUTE:
            began, calls = now, 0
        if calls >= self.desk.calls_a_minute:
            wait_s = int((began + _MINUTE - now).total_seconds()) + 1
            raise ApiError(429, "too_many_calls", "Too many calls in a minute.", retry_after_s=wait_s)
        self._calls[program.token_id] = (began, calls + 1)
