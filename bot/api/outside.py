"""Call addresses that somebody gave us, but never one of this machine or its network: no name may lead there either."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

#: Addresses that lead on to others which we cannot see. Source: RFC 6052 and RFC 8215, read 2026-11.
_TRANSLATED: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


class NotOutsideError(OSError):
    """The name leads into our own network."""


def is_outside(address: str) -> bool:
    """Tell whether an IP address is one of the public internet."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_outside(str(inner))
        if any(found in network for network in _TRANSLATED):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def fault_of(url: str, *, private: bool) -> str | None:
    """Say why an address must not be called; ``None`` when it may, as far as can be told without asking for its name."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "this is no address"
    if parts.scheme not in (("https", "http") if private else ("https",)):
        return "write an address that begins with https://"
    if not parts.hostname or parts.username or parts.password or parts.fragment or port == 0:
        return "write host and path alone, without a user name"
    try:
        ipaddress.ip_address(parts.hostname.partition("%")[0])
    except ValueError:
        return None
    return None if private or is_outside(parts.hostname) else "this is an address of a private network"


class _Outside(AbstractResolver):
    """Looks names up, and knows only those of their addresses that are public: what was looked at is what is called."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        if not (outside := list(_public(host, port, found))):
            raise NotOutsideError(f"{host} leads into a private network")
        return outside

    async def close(self) -> None:
        """Keep nothing open."""


def _public(host: str, port: int, found: Iterable[Any]) -> Iterable[ResolveResult]:
    for family, _, protocol, _, address in found:
        if is_outside(str(address[0])):
            yield ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=family,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )


def open_client(*, private: bool, timeout_s: float) -> aiohttp.ClientSession:
    """Open a client for such addresses: it follows no redirection, keeps no cookie and uses no proxy of the environment."""
    connector = aiohttp.TCPConnector(limit=10, use_dns_cache=False, resolver=None if private else _Outside())
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    )
