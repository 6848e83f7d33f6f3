"""The steps, oldest first; a published one is never changed."""
