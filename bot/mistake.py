"""The error of a command that cannot be carried out as it was given."""


class MistakeError(Exception):
    """An operator can mend it; the message says what is wrong and what to do instead."""
