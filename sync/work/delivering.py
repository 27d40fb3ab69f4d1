"""Messages by every channel that wants them: decided from what was sent before, sent, and noted one by one."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import structlog
from sqlalchemy import Engine

from connectors.errors import Postponed, Refused, Retry, SourceError
from connectors.transport import Clock
from sync.config import Config
from sync.deliver.channel import Channel, Post
from sync.deliver.channels import channels
from sync.deliver.message import Message
from sync.lease import leased
from sync.store.messages import Sent, note, sent
from sync.work import holder

State: TypeAlias = Literal["new", "changed", "kept", "failed", "busy"]
Known: TypeAlias = dict[tuple[str, str], Sent]
SAID: Mapping[State, str] = {
    "new": "sent",
    "changed": "brought up to date",
    "kept": "has it already",
    "failed": "not sent, the next run tries again",
    "busy": "another run is sending there",
}


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """How it went with one post; of a rehearsal, how it would go."""

    channel: str
    state: State
    post: Post | None = None
    why: str = ""

    @property
    def arrived(self) -> bool:
        """Whether the reader has it."""
        return self.state in ("new", "changed", "kept")

    def __str__(self) -> str:
        about = f" {self.post.subject}:" if self.post else ""
        return f"{self.channel}:{about} {SAID[self.state]}{f' ({self.why})' if self.why else ''}"


def deliver(
    messages: Sequence[Message], *, config: Config, engine: Engine, clock: Clock, only: str | None = None
) -> list[Delivered]:
    """How it went, by channel. One that fails stops no other; `only` names the one to use."""
    return asyncio.run(delivered(messages, config=config, engine=engine, clock=clock, only=only))


async def delivered(
    messages: Sequence[Message], *, config: Config, engine: Engine, clock: Clock, only: str | None = None
) -> list[Delivered]:
    """`deliver`, for whoever has a loop running."""
    same: dict[type[Channel], list[Channel]] = defaultdict(list)
    for channel in _chosen(config, only, clock):
        same[type(channel)].append(channel)
    done = await asyncio.gather(*(_in_turn(alike, messages, engine=engine, clock=clock) for alike in same.values()))
    return [each for by_channel in done for each in by_channel]


def rehearsed(
    messages: Sequence[Message], *, config: Config, engine: Engine, clock: Clock, only: str | None = None
) -> list[Delivered]:
    """What `deliver` would do, having sent nothing."""
    known = sent(engine, subjects=[message.subject for message in messages])
    return [
        Delivered(channel=channel.name, post=post, state=_state(known.get((post.reader, post.subject)), post, channel))
        for channel in _chosen(config, only, clock)
        for post in _posts(channel, messages)
    ]


def _chosen(config: Config, only: str | None, clock: Clock) -> list[Channel]:
    return channels({name: each for name, each in config.deliver.items() if only in (None, name)}, clock=clock)


def _posts(channel: Channel, messages: Iterable[Message]) -> Iterator[Post]:
    return (post for message in messages if channel.wants(message) for post in channel.posts(message))


async def _in_turn(
    alike: Sequence[Channel], messages: Sequence[Message], *, engine: Engine, clock: Clock
) -> list[Delivered]:
    """By channels of one kind, which may have a reader in common: the second sees what the first sent."""
    return [each for channel in alike for each in await _by(channel, messages, engine=engine, clock=clock)]


async def _by(channel: Channel, messages: Sequence[Message], *, engine: Engine, clock: Clock) -> list[Delivered]:
    """All that this channel wants. What nobody foresaw ends this channel's, and no other's."""
    try:
        return await _all(channel, messages, engine=engine, clock=clock)
    except Exception as error:  # noqa: BLE001 - the outer edge of one channel: no channel fails a report
        structlog.get_logger().exception("failed", channel=channel.name)
        why = f"fingerpost itself failed here ({type(error).__name__}); the log says where"
        return [Delivered(channel=channel.name, state="failed", why=why)]
    finally:
        await channel.close()


async def _all(channel: Channel, messages: Sequence[Message], *, engine: Engine, clock: Clock) -> list[Delivered]:
    lease = f"channel {channel.name}"
    holder.free_the_dead(engine, lease)
    async with leased(lease, engine=engine, holder=holder.name(), clock=clock) as renew:
        if renew is None:
            return [Delivered(channel=channel.name, state="busy")]
        known = sent(engine, subjects=[message.subject for message in messages])
        sending = Sending(channel=channel, known=known, engine=engine, clock=clock)
        return [await sending.one(post) for post in _posts(channel, messages)]


@dataclass(kw_only=True)
class Sending:
    """One channel's posts, one after another."""

    channel: Channel
    known: Known
    engine: Engine
    clock: Clock
    broken: SourceError | None = None  #: why the channel takes nothing any more in this run

    async def one(self, post: Post) -> Delivered:
        """How it went with one post, which is noted."""
        before = self.known.get((post.reader, post.subject))
        state = _state(before, post, self.channel)
        if state == "kept":
            return self._ended(state, post)
        blank = before or Sent(post.reader, post.subject, remote="", digest="", sent_at=None)
        try:
            remote = await self._sent(post, remote=blank.remote)
        except SourceError as error:
            self.broken = error if isinstance(error, Retry | Postponed) else self.broken
            note(self.engine, blank._replace(error=error.in_full))
            return self._ended("failed", post, why=error.in_full)
        done = blank._replace(remote=remote, digest=post.digest, sent_at=self.clock.now(), error="")
        note(self.engine, done)
        self.known[post.reader, post.subject] = done
        return self._ended(state, post)

    async def _sent(self, post: Post, *, remote: str) -> str:
        """What it is known by. A channel that was waited for in vain is not waited for again."""
        if self.broken:
            raise self.broken
        above = self.known.get((post.reader, post.under)) if post.under else None
        if post.under and not (above and above.remote):
            raise Refused("what it belongs under is not there")
        return await self.channel.send(post, remote=remote, under=above.remote if above else "")

    def _ended(self, state: State, post: Post, *, why: str = "") -> Delivered:
        structlog.get_logger().info("message", channel=self.channel.name, subject=post.subject, state=state)
        return Delivered(channel=self.channel.name, post=post, state=state, why=why)


def _state(before: Sent | None, post: Post, channel: Channel) -> State:
    if before is None or before.sent_at is None:
        return "new"
    return "kept" if before.digest == post.digest or not channel.can_change else "changed"
