"""Deployments as records, and which of them are still going to change."""

from datetime import datetime, timedelta

from connectors.github import items
from connectors.github.accounts import Accounts
from connectors.github.parse import Parsed, rows_of
from connectors.records import Deployment

#: States after which a deployment says nothing more that matters.
ENDED = ("abandoned", "active", "destroyed", "error", "failure", "inactive", "success")
UNFINISHED_FOR = timedelta(days=30)  # a deployment that says nothing for so long says nothing more


def deployment(found: items.Deployment, accounts: Accounts) -> Parsed:
    """The deployment, with the first success among its statuses. GraphQL does not say whether it is for production."""
    succeeded = [status.created_at for status in rows_of(found.statuses) if status.state == "SUCCESS"]
    record = Deployment(
        ref=f"{accounts.source}:deployment:{found.id}",
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
    )
    return Parsed(record=record)


def unfinished(found: items.Item, *, at: datetime) -> bool:
    """Whether it is going to change without showing it."""
    if not isinstance(found, items.Deployment) or at - found.created_at > UNFINISHED_FOR:
        return False
    return (found.state or "").lower() not in ENDED
