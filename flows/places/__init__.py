"""Hear what people say about places they have or are offered: shifts, seats, cover, hours."""
