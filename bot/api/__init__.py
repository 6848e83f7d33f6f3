"""Doors for other programs: numbers about the process, and a JSON API."""

from __future__ import annotations

from fastapi import FastAPI

from bot.api.desk import Desk
from bot.api.metrics import metrics_route

__all__ = ["Desk", "add_doors"]


def add_doors(web: FastAPI, desk: Desk) -> None:
    """Let other programs in."""
    web.include_router(metrics_route(desk))
