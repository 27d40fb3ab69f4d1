"""Deployments as records, and which of them are still going to change."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from connectors.github import items
from connectors.github.accounts import Accounts
from connectors.github.parse import Parsed, rows_of
from connectors.records import ChildSet, Deployment, DeploymentStatus, Record
from connectors.remembered import recalled

#: States after which a deployment says nothing more that matters.
ENDED = ("abandoned", "active", "destroyed", "error", "failure", "inactive", "success")
WATCHED_FOR = timedelta(days=30)  # a deployment that says nothing for so long says nothing more
HOURLY = timedelta(hours=1)


def deployment(found: items.Deployment, accounts: Accounts) -> Parsed:
    """The deployment with its statuses, and the first success among them, whatever came after (apache/devlake#8302).

    GraphQL does not say whether it is for production, nor whether it was made to be thrown away.
    """
    ref = f"{accounts.source}:deployment:{found.id}"
    succeeded = [status.created_at for status in rows_of(found.statuses) if status.state == "SUCCESS"]
    record = Deployment(
        ref=ref,
        source=accounts.source,
        repository=found.repository.name_with_owner,
        environment=found.environment or found.latest_environment or "",
        production=None,
        sha=found.commit_oid,
        git_ref=found.ref.name if found.ref else None,
        state=(found.state or "pending").lower(),
        created_at=found.created_at,
        updated_at=found.updated_at,
        succeeded_at=min(succeeded, default=None),
        author=accounts.ref(found.creator),
    )
    return Parsed(record=record, children=(_statuses(found, ref),))


def _statuses(found: items.Deployment, ref: str) -> ChildSet:
    """Complete only where the server showed every one of them (apache/devlake#8615)."""
    rows = [
        DeploymentStatus(item_ref=ref, id=status.id, state=status.state.lower(), at=status.created_at)
        for status in rows_of(found.statuses)
    ]
    return ChildSet(
        item_ref=ref,
        kind="deployment_statuses",
        version_at=found.updated_at,
        complete=found.statuses is not None and found.statuses.whole,
        rows=tuple(rows),
    )


class Watch(Struct, frozen=True, kw_only=True):
    """Deployments that have not ended. Their statuses come later, and may move them nowhere (github.md §1a)."""

    at: datetime | None = None  #: when all of them were last read
    created_at: Mapping[str, datetime] = {}  #: by id

    @classmethod
    def recall(cls, written: str | None) -> "Watch":
        return recalled(written, cls) or cls()

    def due(self, now: datetime) -> tuple[str, ...]:
        """Ids to be read again, every hour."""
        return tuple(self.created_at) if self.at is None or now - self.at >= HOURLY else ()

    def seeing(self, records: Iterable[Record], now: datetime) -> "Watch":
        """With those among the records that have not ended, without those that have."""
        watched = dict(self.created_at)
        for record in records:
            if isinstance(record, Deployment):
                watched.pop(identity := record.ref.rpartition(":")[2], None)
                watched |= {identity: record.created_at} if _goes_on(record, now) else {}
        return Watch(at=self.at, created_at=watched)

    def read(self, ids: Iterable[str], now: datetime) -> "Watch":
        """Watching only these any longer, of those that were due."""
        return Watch(at=now, created_at={one: self.created_at[one] for one in ids if one in self.created_at})


def _goes_on(record: Deployment, now: datetime) -> bool:
    return record.state not in ENDED and now - record.created_at <= WATCHED_FOR
