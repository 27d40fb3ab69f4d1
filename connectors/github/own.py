"""Our own writings, known again when they come back."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from connectors.errors import Refused
from connectors.github.board_field import BoardField
from connectors.github.mirror import mirrors
from connectors.github.reader import Reader
from connectors.github.wire import Wire
from connectors.github.write_back import Labels
from connectors.own import SELF, Selves, marked, met
from connectors.records import Batch
from connectors.remembered import recalled, written
from connectors.source import Mirror
from connectors.transport import Clock


class Node(Wire):
    id: str = ""


class Viewer(Wire):
    viewer: Node


class Own:
    """Knows what we wrote by who did it; with no mirror we write nothing, and nothing is ours."""

    def __init__(self, *, source: str, mirror: Mirror | None) -> None:
        self._source = source
        self._mirror = mirror

    async def learned(self, reader: Reader, capabilities: Mapping[str, str], *, now: datetime) -> dict[str, str]:
        """The capability of who we are, looked up once a day; nothing where that is known, or of no use."""
        known = recalled(capabilities.get(SELF), Selves)
        if self._mirror is None or (known and known.fresh(now)):
            return {}
        graph = await reader.ask("query viewer { viewer { id } }", {}, Viewer, label="viewer")
        return {SELF: written(met(known, f"{self._source}:account:{graph.data.viewer.id}", now=now))}

    def marked(self, batch: Batch, capabilities: Mapping[str, str]) -> Batch:
        """The batch, in which our own writings are said to be ours."""
        known = recalled(capabilities.get(SELF), Selves)
        if self._mirror is None or known is None:
            return batch
        return marked(batch, accounts=known.accounts, mirrors=partial(mirrors, self._mirror))

    def writer(self, reader: Reader, *, clock: Clock) -> Labels | BoardField:
        """What writes the mirror; `Refused` where none is configured."""
        if self._mirror and self._mirror.field:
            return BoardField(reader, field=self._mirror.field, clock=clock)
        if self._mirror and self._mirror.label_prefix:
            return Labels(reader, prefix=self._mirror.label_prefix, clock=clock)
        raise Refused(f"{self._source} is not to be written to", hint="Set its `write_back`.")
