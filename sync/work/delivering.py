"""Messages by every channel that wants them: decided from what was sent before, sent, and noted one by one."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import structlog
from sqlalchemy import Engine

from connectors.errors import SourceError
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
        return [await _one(channel, post, known, engine=engine, clock=clock) for post in _posts(channel, messages)]


async def _one(channel: Channel, post: Post, known: Known, *, engine: Engine, clock: Clock) -> Delivered:
    """One post, and that it was noted."""
    before = known.get((post.reader, post.subject))
    state = _state(before, post, channel)
    if state == "kept":
        return Delivered(channel=channel.name, state=state, post=post)
    above = known.get((post.reader, post.under)) if post.under else None
    if post.under and not (above and above.remote):
        return Delivered(channel=channel.name, state="failed", post=post, why="what it belongs under is not there")
    blank = before or Sent(post.reader, post.subject, remote="", digest="", sent_at=None)
    try:
        remote = await channel.send(post, remote=blank.remote, under=above.remote if above else "")
    except SourceError as error:
        note(engine, blank._replace(error=error.in_full))
        return Delivered(channel=channel.name, state="failed", post=post, why=error.in_full)
    done = blank._replace(remote=remote, digest=post.digest, sent_at=clock.now(), error="")
    note(engine, done)
    known[post.reader, post.subject] = done
    structlog.get_logger().info("delivered", channel=channel.name, subject=post.subject, state=state)
    return Delivered(channel=channel.name, state=state, post=post)


def _state(before: Sent | None, post: Post, channel: Channel) -> State:
    if before is None or before.sent_at is None:
        return "new"
    return "kept" if before.digest == post.digest or not channel.can_change else "changed"
