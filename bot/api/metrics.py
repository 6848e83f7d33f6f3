"""Numbers for Prometheus, shown to this machine, or to whoever has the token; nothing about anybody is among them."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Final

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.api.desk import Desk
from storage.measures import Measures, measure

#: Whoever sends one of these speaks for somebody else: a proxy on this machine must not make strangers locals.
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


def metrics_route(desk: Desk) -> APIRouter:
    """Return the page ``/metrics``."""
    router = APIRouter()

    @router.get("/metrics", include_in_schema=False)
    def metrics(request: Request) -> Response:
        if not _may_read(request, desk.metrics_token):
            return Response("not found\n", status_code=404, media_type="text/plain")
        with desk.database.reading() as session:
            measures = measure(session, desk.hub.id, desk.now())
        written = generate_latest(desk.meters.registry) + generate_latest(_as_gauges(measures))
        return Response(written, headers={"content-type": CONTENT_TYPE_LATEST, "cache-control": "no-store"})

    return router


def _may_read(request: Request, token: str) -> bool:
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return bool(token) and hmac.compare_digest(shown.strip().encode(), token.encode())
    return _is_local(request)


def _is_local(request: Request) -> bool:
    """Tell whether this machine itself asks, under a name of its own."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        here = ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
    name = (
        request.headers.get("host", "").rpartition("]")[0].strip("[")
        or request.headers.get("host", "").partition(":")[0]
    )
    return here and name in ("127.0.0.1", "localhost", "::1")


def _as_gauges(measures: Measures) -> CollectorRegistry:
    registry = CollectorRegistry()
    depth = Gauge(
        "peoplepower_outbox_messages", "Messages that are not done with.", ["channel", "status"], registry=registry
    )
    for (channel, status), messages in measures.outbox.items():
        depth.labels(channel, status).set(messages)
    oldest = Gauge("peoplepower_outbox_oldest_seconds", "Age of the oldest message not done with.", registry=registry)
    oldest.set(measures.oldest.total_seconds())
    tasks = Gauge("peoplepower_tasks_open", "Hand-offs and alerts that wait for a human.", ["kind"], registry=registry)
    tasks.labels("hand_off").set(0)
    for kind, number in measures.tasks.items():
        tasks.labels(kind).set(number)
    broadcasts = Gauge("peoplepower_broadcasts", "Broadcasts by how far they are.", ["status"], registry=registry)
    for status, number in measures.broadcasts.items():
        broadcasts.labels(status).set(number)
    Gauge("peoplepower_webhooks_pending", "News that programs have not been told yet.", registry=registry).set(
        measures.deliveries
    )
    return registry
