"""The hot path, each operation written once for both databases; see ``storage.statements``."""
