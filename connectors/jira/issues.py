"""Readings of issues → batches, with all that belongs to them."""

from collections.abc import Iterator
from datetime import datetime

from connectors.jira.apart import Apart
from connectors.jira.dialect import Dialect, Reading
from connectors.jira.fields import Roles
from connectors.jira.parse import Parsed, Parser
from connectors.jira.sprints import ForeignSprints
from connectors.jira.survey import Scope
from connectors.jira.worklogs import TOLD_BY
from connectors.records import Batch, Change, Gap, ItemRef

AGAIN = "It is tried again at each poll"


class Issues:
    """Makes the batches of one walk. `time_entered_at` is the newest instant at which histories tell of worklogs."""

    def __init__(self, dialect: Dialect, *, scope: Scope, roles: Roles, apart: Apart, sprints: ForeignSprints) -> None:
        self.time_entered_at: datetime | None = None
        self._dialect = dialect
        self._scope = scope
        self._roles = roles
        self._apart = apart
        self._sprints = sprints

    async def batch(self, reading: Reading, *, read_at: datetime) -> tuple[Batch, set[str]]:
        """What becomes of the reading, and the ids of the issues in it that are not whole."""
        await self._apart.complete(reading)
        parents = await self._dialect.parents(reading.found, self._roles)
        parser = Parser(
            source=self._scope.source,
            url=self._scope.url,
            roles=self._roles,
            parents=parents,
            development=self._scope.development,
        )
        parsed = parser.read(reading.found)
        sprints = await self._sprints.read(parsed.sprints)
        unread = reading.missed | parsed.unread
        self._note(parsed)
        batch = Batch(
            source=self._scope.source,
            read_at=read_at,
            records=(*parser.accounts.records(), *sprints, *parsed.items),
            children=tuple(parsed.children),
            gaps=(*parsed.gaps, *self._gaps(reading, unread), *self._noted()),
            capabilities={**self._dialect.learned(), **self._sprints.learned()},
        )
        return batch, set(unread)

    def _gaps(self, reading: Reading, unread: dict[str, str]) -> Iterator[Gap]:
        """What could not be read, in our words beside Jira's."""
        source = self._scope.source
        gone = dict.fromkeys(reading.gone, "the search shows it, and where it is read it is not there or not shown")
        for identity, why in {**unread, **gone}.items():
            cause = f"{why}. {AGAIN}." if identity in unread else why
            yield Gap(stream="issues", cause=cause, ref=str(ItemRef(source, "issue", identity)))
        for why in reading.holes:
            hint = "An administrator may re-index the project"
            yield Gap(stream="issues", cause=f"{why}. {AGAIN}. {hint}.")

    def _noted(self) -> list[Gap]:
        gaps = [*self._apart.gaps, *self._sprints.gaps]
        self._apart.gaps.clear()
        self._sprints.gaps.clear()
        return gaps

    def _note(self, parsed: Parsed) -> None:
        told = [
            row.at for rows in parsed.children for row in rows.rows if isinstance(row, Change) and row.field in TOLD_BY
        ]
        self.time_entered_at = max([*told, *([self.time_entered_at] if self.time_entered_at else [])], default=None)
