"""Ask the hub's identity provider who somebody is (OpenID Connect, the code flow with PKCE)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx

_TIMEOUT_S: Final = 10.0
#: By a key that only the provider has; never "none", nor a secret that we share.
_SIGNED_BY: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_RANDOM_BYTES: Final = 32
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class IdentityError(Exception):
    """The provider cannot be reached, or what it says does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """One way to the provider and back; all but the address stays in the browser's cookie."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Who the provider says that somebody is."""

    #: The issuer and its name for them, which stays the same when their e-mail address changes.
    subject: str
    #: Empty unless the provider has made sure that it is theirs.
    email: str


@dataclass(slots=True, kw_only=True)
class IdentityProvider:
    """The one provider of a hub."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    _metadata: dict[str, Any] = field(default_factory=dict)

    async def begin(self, redirect_uri: str) -> Begun:
        """Say where a browser is sent to, and what it must bring back.

        Raises:
            IdentityError: the provider does not answer.
        """
        metadata = await self._read_metadata()
        state, nonce, verifier = (secrets.token_urlsafe(_RANDOM_BYTES) for _ in range(3))
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid email",
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        address = str(metadata["authorization_endpoint"])
        url = f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"
        return Begun(url=url, state=state, nonce=nonce, verifier=verifier)

    async def finish(self, redirect_uri: str, *, code: str, nonce: str, verifier: str) -> Claimed:
        """Exchange a code for who it stands for.

        Raises:
            IdentityError: the provider refuses it, or the token is not by it, for us, for this browser and of now.
        """
        from bot.console.id_token import REFUSALS, read_token  # what it needs takes a while to load

        metadata = await self._read_metadata()
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
                # RFC 6749, 2.3.1: both are encoded as in a form before they are joined.
                answer = await client.post(
                    metadata["token_endpoint"],
                    data=given,
                    auth=httpx.BasicAuth(quote_plus(self.client_id), quote_plus(self.client_secret)),
                )
                claims = await read_token(
                    client,
                    answer.raise_for_status().json(),
                    metadata,
                    issuer=self.issuer,
                    client_id=self.client_id,
                    nonce=nonce,
                )
        except (httpx.HTTPError, *REFUSALS) as error:
            raise IdentityError(type(error).__name__) from error
        email = claims.get("email") if claims.get("email_verified") is True else ""
        return Claimed(subject=f"{self.issuer} {claims['sub']}", email=email if isinstance(email, str) else "")

    async def _read_metadata(self) -> dict[str, Any]:
        """Read where the provider has what, once; it must call itself as the settings do."""
        if not self._metadata:
            try:
                async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
                    answer = await client.get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
                    metadata = answer.raise_for_status().json()
                _check(metadata, self.issuer)
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                raise IdentityError(type(error).__name__) from error
            allowed = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
            metadata["id_token_signing_alg_values_supported"] = [name for name in allowed if name in _SIGNED_BY]
            metadata.pop("jwks", None)  # keys are asked for at their own address
            self._metadata = metadata
        return self._metadata


def _check(metadata: Mapping[str, Any], issuer: str) -> None:
    if metadata["issuer"] != issuer:
        raise ValueError("another issuer")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        parts = urlsplit(metadata[name])
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError(f"{name} is not encrypted")


def _challenge(verifier: str) -> str:
    """Return what the provider keeps of a secret that is shown to it later (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
