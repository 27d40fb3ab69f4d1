"""What is written back to the sources that ask for it."""

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.errors import SourceError
from connectors.source import Mirror, Written
from sync.config import Config
from sync.work.reading import of_each
from sync.work.reporting import Meaning
from sync.work.sources import Connected, Means, connected
from sync.write_back import Plan, carry_out, planned


@dataclass(frozen=True, kw_only=True)
class WroteBack:
    """What was to be written to a source, and how it went; `error` where the source could not be asked."""

    source: str
    plan: Plan | None = None
    done: tuple[Written, ...] = ()
    error: str = ""

    @property
    def failures(self) -> Iterator[str]:
        """A line for each thing that is not as it was to be."""
        if self.error:
            yield f"{self.source}: {self.error}"
        yield from (f"{each.writing.key}: {each.error}" for each in self.done if each.error)


def write_back(known: Meaning, *, config: Config, means: Means, dry_run: bool) -> list[WroteBack]:
    """Brings every mirror to show the tag that its item has; a rehearsal only plans it."""
    mirrors = config.mirrors

    async def one(name: str) -> WroteBack:
        async with connected(name, config=config, means=means) as source:
            try:
                return await _one(source, name, mirrors[name])
            except SourceError as error:
                return WroteBack(source=name, error=error.in_full)

    async def _one(source: Connected, name: str, mirror: Mirror) -> WroteBack:
        plan = await planned(
            source, source=name, mirror=mirror, engine=means.engine, tables=known.facts.tables, tags=known.tags
        )
        done = [] if dry_run else await carry_out(source, plan, engine=means.engine)
        return WroteBack(source=name, plan=plan, done=tuple(done))

    return of_each(mirrors, one)
