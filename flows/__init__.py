"""Decide what a conversation says and does next: pure functions over values, with no clock, chance or input/output."""
