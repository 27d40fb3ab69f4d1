"""GitHub does what every source must."""

from datetime import datetime
from typing import Any

from connectors.records import ItemRef
from connectors.source import Source
from connectors.twin.github import github_app
from tests.connectors.contract import SourceContract, Stage, Stored
from tests.connectors.github import hosts
from tests.connectors.github.hosts import NOW, deployment, event, host_of, issue, pull, repository


class TestGitHub(SourceContract):
    def app(self) -> Any:
        """Several pages of everything, and one pull request with more of each than a page holds."""
        much = pull(
            99,
            reviews=[hosts.review(n) for n in range(101)],
            commits=[hosts.commit(n) for n in range(55)],
            timelineItems=[event("LabeledEvent", n, label={"name": f"label {n}"}) for n in range(70)],
            labels=[{"name": f"label {n}"} for n in range(30)],
        )
        shop = repository(
            pullRequests=[*(pull(n) for n in range(1, 21)), much],
            issues=[issue(n) for n in range(101, 139)],
            deployments=[deployment(1, "SUCCESS"), deployment(2, "PENDING")],
        )
        return github_app(host_of(shop, repository("web", pullRequests=[pull(200)])))

    def now(self) -> datetime:
        return NOW

    def connect(self, stage: Stage, *, token: str = "right") -> Source:
        return hosts.connect(stage, token=token)

    def item(self, stored: Stored) -> ItemRef:
        return ItemRef.parse(stored.records["github:pull_request:PR_99"].ref)
