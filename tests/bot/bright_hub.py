"""The hub of the tests, for processes that need no whole house: importing that takes a second and a half."""

from __future__ import annotations

from flows.facts import Hub

HUB = Hub(
    id="test",
    name="Bright Hub",
    zone="America/Chicago",
    help_phone="312-555-0100",
    public_url="https://bright.example.org",
)
