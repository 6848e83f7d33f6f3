"""Carry conversations over to flows that were edited under them."""
