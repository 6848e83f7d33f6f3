"""Remember people, conversations, places and messages; the only package that knows SQL."""
