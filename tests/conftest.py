"""Shared by all tests; heavy fixtures live in the folders that need them."""
