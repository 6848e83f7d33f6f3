"""Read the token by which an identity provider says who somebody is: its signature, and all that must hold of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.base_client.async_openid import AsyncOpenIDMixin  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc.errors import JoseError

#: What is raised for a token that does not hold.
REFUSALS: Final = (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError)
#: How far the two clocks may be apart.
_LEEWAY_S: Final = 60


async def read_token(
    client: Any, token: Mapping[str, Any], metadata: dict[str, Any], *, issuer: str, client_id: str, nonce: str
) -> Mapping[str, Any]:
    """Return what a token says, once all of it holds: by this provider, for us, for this browser, and of now.

    Args:
        client: asks for the provider's keys.
        token: what the provider gave for a code.
        nonce: what this browser was sent there with.
    """
    claims = await _Reader(client, client_id, metadata).parse_id_token(
        token,
        nonce=nonce,
        claims_cls=CodeIDToken,
        claims_options={
            "iss": {"essential": True, "values": [issuer]},
            "aud": {"essential": True, "values": [client_id]},
            "nonce": {"essential": True, "value": nonce},
        },
        leeway=_LEEWAY_S,
    )
    if not claims or not claims.get("sub"):
        raise ValueError("no subject")
    found: Mapping[str, Any] = claims
    return found


class _Reader(AsyncOpenIDMixin):  # type: ignore[misc]
    """Lets the library read a token with the provider's keys, which are asked for anew when one is not known."""

    def __init__(self, client: Any, client_id: str, metadata: dict[str, Any]) -> None:
        self._client = client
        self.client_id = client_id
        self.server_metadata = metadata

    async def load_server_metadata(self) -> dict[str, Any]:
        return self.server_metadata

    def _get_session(self) -> Any:
        return _Open(self._client)


class _Open:
    """A client that somebody else closes."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def request(self, method: str, url: str, **_: Any) -> Any:
        """Ask without what only the library's own clients know."""
        return await self._client.request(method, url)
