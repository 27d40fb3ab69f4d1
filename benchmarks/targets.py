"""What the design promises, by measure and by the words of the row."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, kw_only=True)
class Target:
    most: float = inf
    least: float = -inf
    needs: str = ""  #: the option without which this is not measured

    def reached(self, result: float) -> bool:
        return self.least <= result <= self.most

    def __str__(self) -> str:
        return f"≤ {self.most:,g}" if self.most < inf else f"≥ {self.least:,g}"


FLAT = Target(most=1.25)

TARGETS: Mapping[str, Mapping[str, Target]] = {
    "backfill": {
        "GitHub: requests per 1,000 pull requests": Target(most=60),
        "GitHub: requests per 1,000 issues": Target(most=30),
        "Jira Cloud: requests per 1,000 issues": Target(most=5),
        "Jira OAuth: requests per 1,000 issues": Target(most=12),
        "Jira Data Center: requests per 1,000 issues": Target(most=12),
        "GitHub: questions of GraphQL at a time, pull requests": Target(most=2),
        "GitHub: questions of GraphQL at a time, issues": Target(most=2),
        "GitHub: peak memory as the pull requests grow": FLAT,
        "GitHub: peak memory as the issues grow": FLAT,
        "Jira Cloud: peak memory as the issues grow": FLAT,
        "Jira OAuth: peak memory as the issues grow": FLAT,
        "Jira Data Center: peak memory as the issues grow": FLAT,
    },
    "later": {
        "GitHub: a poll with nothing new, 50 repositories": Target(most=1),
        "GitHub: a webhook on one item": Target(most=1),
        "GitHub: webhooks on 20 pull requests at once": Target(most=1),
        "GitHub: webhooks on 20 pull requests and issues at once": Target(most=1),
        **{
            f"Jira {site}: {what}": Target(most=most)
            for site, burst in (("Cloud", 2), ("OAuth", 2), ("Data Center", 3))  # which has no bulk reads
            for what, most in (
                ("a poll with nothing new, all projects", 1),
                ("a poll with 100 changed issues", 2),
                ("a webhook on one issue", 1),
                ("webhooks on 300 issues at once", burst),
            )
        },
        "Jira Cloud: a census of 100,000 issues": Target(most=20),
    },
    "ingest": {
        f"{items}, parsed and applied in a second of processor time, SQLite": Target(least=2_000)
        for items in ("Jira issues", "GitHub issues and pull requests")
    },
    "rules": {
        "200 rules": Target(most=5),
    },
    "report": {
        "10,000 items, once imported": Target(most=3),
        "time of 100,000 items over that of 10,000": Target(most=10),
        "1,000,000 items, 10,000,000 changes, 1,000,000 pull requests": Target(most=60, needs="--large"),
        "1,000,000 items, 10,000,000 changes, 1,000,000 pull requests: peak memory": Target(most=4096, needs="--large"),
    },
    "effort": {
        "1,000,000 items, 20,000,000 signs, 60 objectives, 52 weeks": Target(most=30, needs="--large"),
        "1,000,000 items, 20,000,000 signs, 60 objectives, 52 weeks: peak memory": Target(most=4096, needs="--large"),
    },
    "hooks": {
        "durable 202 a second": Target(least=1_000),
        "until the 202, p99": Target(most=50),
        "answered with 202 and not in the inbox": Target(most=0),
    },
    "hosts": {
        "a source done twice at once": Target(most=0),
        "sources without a turn": Target(most=0),
        "most turns of a source over the fewest": Target(most=2),
        "until a killed worker's source had its turn": Target(most=60),
    },
    "idle": {
        "idle, SQLite: serve": Target(most=1),
        "idle, PostgreSQL: serve": Target(most=1),
        "idle, PostgreSQL: worker": Target(most=1),
    },
    "jira_agile_metrics": {
        "cycle times that jira-agile-metrics gives otherwise": Target(most=0),
    },
    "help_time": {
        "fingerpost --help": Target(most=0.3),
    },
}
