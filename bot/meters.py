"""Count what the process does, for programs that watch it; never who it was about."""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


@dataclass(slots=True)
class Meters:
    """The counters of one process, in a registry of their own."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    turns: Counter = field(init=False)
    outbound: Counter = field(init=False)
    tick_seconds: Histogram = field(init=False)
    ticked_at: Gauge = field(init=False)
    late: Gauge = field(init=False)
    #: Of ``outbound``, by its labels: to find one anew costs more than to count.
    _outbound: dict[tuple[str, str, str], Counter] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Make the counters."""
        self.turns = Counter(
            "peoplepower_inbound", "Messages that came in; each is a turn.", ["channel", "kind"], registry=self.registry
        )
        self.outbound = Counter(
            "peoplepower_outbound", "Messages decided about.", ["channel", "purpose", "status"], registry=self.registry
        )
        self.tick_seconds = Histogram(
            "peoplepower_tick_seconds",
            "How long one look at what is due takes.",
            buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 30),
            registry=self.registry,
        )
        self.ticked_at = Gauge(
            "peoplepower_last_tick_timestamp_seconds", "When what is due was last looked at.", registry=self.registry
        )
        self.late = Gauge(
            "peoplepower_tick_lag_seconds", "How much later than a second after the one before.", registry=self.registry
        )

    def count_outbound(self, channel: str, purpose: str, status: str, messages: int) -> None:
        """Count messages that were decided about."""
        key = (channel, purpose, status)
        counter = self._outbound.get(key)
        if counter is None:
            counter = self._outbound[key] = self.outbound.labels(*key)
        counter.inc(messages)
