"""What can go wrong with a source, sorted by what the caller does next."""

from datetime import datetime


class SourceError(Exception):
    """A source could not be read. The message is one sentence for a person; `hint` says what to do about it."""

    def __init__(self, message: str, *, source: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.source = source
        self.hint = hint

    @property
    def in_full(self) -> str:
        """The message and the hint, without a full stop at the end."""
        return f"{str(self).rstrip(' .')}. {self.hint}".strip(" .")


class Retry(SourceError):
    """Try again: at `until` if the source named an instant, else when the caller's own back-off says so.

    `bucket` names the limit that was hit, so that every task that shares it waits; `counts` is False where the
    wait is the source's ordinary quota and not a failed attempt.
    """

    def __init__(
        self,
        message: str,
        *,
        source: str = "",
        hint: str = "",
        until: datetime | None = None,
        bucket: str = "",
        counts: bool = True,
    ) -> None:
        super().__init__(message, source=source, hint=hint)
        self.until = until
        self.bucket = bucket
        self.counts = counts


class TooLarge(Retry):
    """The answer was too much for the source: ask for a smaller page, at the same cursor."""


class Postponed(SourceError):
    """The source asks to be left alone until `until`, longer than a pass waits: the next pass goes on."""

    def __init__(self, message: str, *, source: str = "", hint: str = "", until: datetime) -> None:
        super().__init__(message, source=source, hint=hint)
        self.until = until


class Refused(SourceError):
    """The source knows us and says no, or does not know us: nothing will change by asking again."""


class Gone(SourceError):
    """The source says that this thing is not there, for us, now. Not yet a deletion."""


class Malformed(SourceError):
    """The answer is not what the source's own description promises; the message names the path in it."""
