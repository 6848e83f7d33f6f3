"""What the clock does when its time has come: one file a kind of work."""
