"""What can keep a store from being opened."""


class StoreError(Exception):
    """The store cannot be used. The message is one sentence that names it; `hint` says what to do about it."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint
