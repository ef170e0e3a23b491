"""The root of the errors that a user can mend."""


class DataMasterError(Exception):
    """An error told in one sentence, with what to do about it.

    Args:
        message: what is wrong, and where.
        hint: what to do, a sentence; empty if the message says it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
