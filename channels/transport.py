"""Say what a broken connection means for a message; the same for every provider that is reached by aiohttp."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp

from channels.base import TemporaryError, UnknownOutcomeError

CONNECT_TIMEOUT_S: Final = 5.0


def deadline(timeout_s: float) -> aiohttp.ClientTimeout:
    """Return the time one call may take, connecting included."""
    return aiohttp.ClientTimeout(total=timeout_s, sock_connect=min(CONNECT_TIMEOUT_S, timeout_s / 2))


@contextmanager
def connection_errors(provider: str) -> Iterator[None]:
    """Tell apart a message that never left from one whose answer was lost."""
    try:
        yield
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise TemporaryError(f"{provider} could not be reached", code="no_connection") from error
    except TimeoutError as error:
        raise UnknownOutcomeError(f"{provider} did not answer in time", code="timeout") from error
    except aiohttp.ClientError as error:
        raise UnknownOutcomeError(f"the connection to {provider} broke", code="broken_connection") from error


@contextmanager
def nothing_sent() -> Iterator[None]:
    """Around calls that reach no person: a lost answer only means asking again."""
    try:
        yield
    except UnknownOutcomeError as error:
        raise TemporaryError(str(error), code=error.code) from error


def retry_after_s(header: str | None) -> float | None:
    """Read a Retry-After header in seconds; the other form, a date, is not used by our providers."""
    return float(header) if header and header.isdecimal() else None
