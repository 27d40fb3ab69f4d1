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

from mappings.document import Path
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.rows import Row, rows_of

KIND, SLUG = "M38", "dangling-reference"
OPTIONS = (
    Option(says="Name what took its place", cost="a line, a minute"),
    Option(says="Take the rule or the label away", cost="what it took is untagged"),
)
DEFAULT = "Whatever it takes counts as untagged."


def ask(facts: Facts) -> list[Row]:
    labelled = _labelled(facts) if facts.label_prefixes else []
    return [*(_line(path, name, objective, facts) for path, name, objective in _named(facts)), *labelled]


def _named(facts: Facts) -> Iterator[tuple[Path, str, str]]:
    """Each line of the mappings that names an objective which is not there: its path, its own name, the objective."""
    known, today = facts.strategy.rank, facts.today
    for place, rule in enumerate(facts.mappings.rules):
        for objective in sorted(rule.weights.keys() - known.keys()):
            yield ("rules", place, "id"), f"rule:{rule.id}", objective
    for place, override in enumerate(facts.mappings.overrides):
        if override.objective not in known and override.on <= today:
            yield ("overrides", place, "item"), f"override:{override.item}", override.objective


def _line(path: Path, name: str, objective: str, facts: Facts) -> Row:
    subject = {"ref": f"mappings:{name}", "key": name.partition(":")[2], "url": None, "title": name.replace(":", " ")}
    return subject | {"names": objective, "line": facts.mappings.problem(path, "").line}


def _labelled(facts: Facts) -> list[Row]:
    """Open records with such a label: with the label's objective, `names`."""
    import ibis

    standing = facts.relations.standing
    items, pulls = facts.snapshot["work_items"], facts.snapshot["pull_requests"]
    going = items.semi_join(standing.filter(standing.category != "done"), "ref")
    every = ibis.union(
        *(each.select("ref", "source", "labels") for each in (going, pulls.filter(pulls.state == "open")))
    )
    told = every.unnest("labels").rename(label="labels")
    prefix = told.source.cases(*sorted(facts.label_prefixes.items()), else_=None)
    told = told.filter(told.label.startswith(prefix)).select("ref", names=told.label.substr(prefix.length()))
    return rows_of(told.filter(~told.names.isin(list(facts.strategy.rank))).order_by("ref", "names"))


def finding(row: Row, facts: Facts) -> Finding:
    where = f"Line {row['line']}" if "line" in row else "Its label"
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high",
        evidence=(Evidence(says=f"{where} names {row['names']}, which the strategy in force lacks"),),
        place_to_fix="mappings.yaml, or strategy.yaml" if "line" in row else "The item's label",
        action="Name an objective of the strategy in force",
        since=None,
        against=row["names"],
    )
