"""An identity provider (OpenID Connect) on this machine: discovery, authorize, token and keys, with real signatures.

Source: OpenID Connect Core 1.0 and Discovery 1.0, RFC 7636 (PKCE).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.vendors.server import Vendor

CLIENT_ID = "console"
CLIENT_SECRET = "shared-with-the-provider"


class IdentityVendor(Vendor):
    """Signs everybody in whom it is told to: what ``claims`` holds stands in the next token, whatever is right."""

    def __init__(self) -> None:
        super().__init__()
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        #: What signs; another one than ``key`` is a forgery.
        self.signs = self.key
        #: What stands in the token beside what is right; ``None`` leaves a claim out.
        self.claims: dict[str, Any] = {}
        self.issuer_shown = ""
        self.redirect_uris: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/.well-known/openid-configuration", self._discovery),
            web.get("/authorize", self._authorize),
            web.post("/token", self._token),
            web.get("/jwks", self._jwks),
        ]

    async def _discovery(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.issuer_shown or self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def _jwks(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": [self.key.as_dict(private=False)]})

    async def _authorize(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        self.record("/authorize", query)
        right = query.get("client_id") == CLIENT_ID and query.get("redirect_uri") in self.redirect_uris
        if not right or query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
            return web.Response(status=400, text="this client may not do that")
        code = secrets.token_urlsafe()
        self._codes[code] = query
        raise web.HTTPFound(f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}")

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        asked = self._codes.pop(form.get("code", ""), None)  # good once
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or request.headers.get("authorization") != f"Basic {basic}"
            or challenge.rstrip(b"=").decode() != asked["code_challenge"]
            or form.get("redirect_uri") != asked["redirect_uri"]
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = int(time.time())
        right = {
            "iss": self.url,
            "sub": "employee-7",
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            "email": "alex@example.org",
            "email_verified": True,
        }
        claims = {name: value for name, value in (right | self.claims).items() if value is not None}
        token = jwt.encode({"alg": "RS256", "kid": self.signs.kid}, claims, self.signs)
        return web.json_response({"access_token": "opaque", "token_type": "Bearer", "id_token": token})
