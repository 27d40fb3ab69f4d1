"""M38 dangling reference: something names an objective that the strategy in force does not have.

Definition: a rule or an override in force that names an objective which is absent from the strategy of the day; or an
open work item or pull request with a label that says an objective (`write_back.label_prefix`) which is not there.
Severity: high.
Evidence: the name, and where it stands.
Decision: what took its place?
Suggested action: name an objective of the strategy in force.
Against false alarms: none is known; files that are wrong when they are loaded are refused then.
"""

from collections.abc import Iterator
from typing import Any

from mappings.document import Path
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option

KIND, SLUG = "M38", "dangling-reference"
OPTIONS = (
    Option(says="Name what took its place", cost="a line, a minute"),
    Option(says="Take the rule or the label away", cost="what it took is untagged"),
)
DEFAULT = "Whatever it takes counts as untagged."


def find(facts: Facts) -> list[Finding]:
    labelled = [_of_label(row, facts) for row in _labelled(facts)] if facts.label_prefixes else []
    return [*(_of_line(path, name, objective, facts) for path, name, objective in _named(facts)), *labelled]


def _named(facts: Facts) -> Iterator[tuple[Path, str, str]]:
    """Each line of the mappings that names an objective which is not there: its path, its own name, the objective."""
    known, today = facts.strategy.rank, facts.today
    for place, rule in enumerate(facts.mappings.rules):
        for objective in sorted(rule.weights.keys() - known.keys()):
            yield ("rules", place, "id"), f"rule:{rule.id}", objective
    for place, override in enumerate(facts.mappings.overrides):
        if override.objective not in known and override.on <= today:
            yield ("overrides", place, "item"), f"override:{override.item}", override.objective


def _labelled(facts: Facts) -> list[dict[str, Any]]:
    """Open records with such a label: with the label's objective, `names`."""
    import ibis

    standing = facts.relations.standing
    items, pulls = facts.snapshot["work_items"], facts.snapshot["pull_requests"]
    going = items.semi_join(standing.filter(standing.category != "done"), "ref")
    columns = ("ref", "source", "key", "url", "title", "repository", "labels", "created_us")
    every = ibis.union(
        going.select(*columns, "project"),
        pulls.filter(pulls.state == "open").select(*columns, project=ibis.null("string")),
    )
    told = every.unnest("labels").rename(label="labels")
    prefix = told.source.cases(*sorted(facts.label_prefixes.items()), else_=None)
    told = told.filter(told.label.startswith(prefix)).mutate(names=told.label.substr(prefix.length()))
    told = told.filter(~told.names.isin(list(facts.strategy.rank)))
    teamed = told.left_join(facts.relations.item_teams, "ref").drop("ref_right")
    rows: list[dict[str, Any]] = teamed.order_by("ref", "names").to_pyarrow().to_pylist()
    return rows


def _of_label(row: dict[str, Any], facts: Facts) -> Finding:
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high",
        evidence=(Evidence(says=f"Its label names {row['names']}, which the strategy lacks", ref=row["ref"]),),
        place_to_fix="The item's label",
        action="Name an objective of the strategy in force",
        since=None,
        against=row["names"],
    )


def _of_line(path: Path, name: str, objective: str, facts: Facts) -> Finding:
    place = facts.mappings.problem(path, "")
    return facts.finding(
        KIND,
        SLUG,
        {"ref": f"mappings:{name}", "key": name.partition(":")[2], "url": None, "title": name.replace(":", " ")},
        severity="high",
        evidence=(Evidence(says=f"Line {place.line} names {objective}, which the strategy in force lacks"),),
        place_to_fix="mappings.yaml, or strategy.yaml",
        action="Name an objective of the strategy in force",
        since=None,
        against=objective,
    )
