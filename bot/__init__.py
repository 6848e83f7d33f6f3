"""Wire flows, channels and storage into one program, and run it."""
