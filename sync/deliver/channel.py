"""What a channel can do: say what it would send to whom, and send it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from sync.channels import ChannelConfig
from sync.deliver.message import Message, digest_of
from sync.report.model import Masthead


@dataclass(frozen=True, kw_only=True)
class Post:
    """A message to one reader, in the form that its channel sends."""

    reader: str  #: a place where somebody reads, the same whatever the configuration calls the channel
    subject: str
    text: str  #: what the reader sees, for a rehearsal
    content: Any
    under: str | None = None  #: subject of the post in whose thread this one stands

    @property
    def digest(self) -> str:
        """Tells one content from another."""
        return digest_of(msgspec.json.encode(self.content, order="deterministic"))


class Channel(ABC):
    """One configured channel. It is asked in the order of the messages, one post after another."""

    can_change = True  #: whether what was sent can be changed; else it is sent once

    def __init__(self, name: str, config: ChannelConfig) -> None:
        self.name = name
        self._config = config

    def wants(self, message: Message) -> bool:
        """Whether the configuration has such a message sent here."""
        if message.about not in self._config.about:
            return False
        return message.report is None or span(message.report.masthead) in self._config.periods

    @abstractmethod
    def posts(self, message: Message) -> Iterator[Post]:
        """What it would send, decided before anything is; nothing for what this channel has no place for."""

    @abstractmethod
    async def send(self, post: Post, *, remote: str, under: str) -> str:
        """By what the channel knows the post from now on.

        `remote` is by what it knows the one to change, `under` the one that this belongs to; empty where there is none.
        Raises `SourceError`.
        """

    async def close(self) -> None:  # noqa: B027 - most have something to let go of, not all
        """Lets go of connections."""


def span(masthead: Masthead) -> str:
    """Of which kind a period is: week, month, quarter, or days."""
    _, _, part = masthead.period.partition("-")
    if ".." in masthead.period:
        return "days"
    return {"W": "week", "Q": "quarter"}.get(part[:1], "month")
