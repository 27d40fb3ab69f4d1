"""M04 shadow project: several people work on something that is on no map.

Definition: five or more (`shadow_records`) untagged work items and pull requests, touched in the last 14 days
(`shadow_days`) by two people or more, that share a label, a word of their branch names, or a folder of changed files.
Severity: high.
Evidence: how many share it, how many people they are of, and some of them.
Decision: what is it?
Suggested action: name it: give it an objective, exempt it, or stop it.
Against false alarms: what is tagged or exempt shares it less often; words that every branch may have, and folders at
the top, say nothing; what shares two things is told once; bots are silent. Where no rule knows the whole project or
repository, that is the finding (M02). It is a question: a clean-up looks the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from mappings.rows import of_refs
from sync.reconcile.balance import bots
from sync.reconcile.days import number_of
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import day_of, instant
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M04", "shadow-project"
OPTIONS = (
    Option(says="Give it an objective", cost="a rule, and a plan that says what it is to get"),
    Option(says="Exempt it with a reason", cost="its effort counts as sanctioned"),
    Option(says="Stop it", cost="what was done so far"),
)
DEFAULT = "It goes on, and nobody planned for it."
FEWEST_PEOPLE = 2
MOST_NAMED = 3
SHORTEST = 4  #: letters of a word
FOLDER = r"^([^/]+/[^/]+/)"  #: two deep
GENERAL = (
    *("bugfix", "chore", "clean", "cleanup", "develop", "docs", "feature", "from", "hotfix", "into", "main", "master"),
    *("minor", "patch", "refactor", "release", "revert", "test", "tests", "this", "update", "with"),
)  #: words that a branch may have whatever it is for
FEATURE = ("attribute", "value", "place")


class Feature(NamedTuple):
    attribute: str  #: label, branch word, folder
    value: str
    place: str | None  #: the repository, for a folder


def ask(facts: Facts) -> list[Row]:
    rows = rows_of(_shared(facts).order_by(*FEATURE, "ref"))
    members: dict[Feature, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        members[Feature(row["attribute"], row["value"], row["place"])][row["ref"]] = row
    found = [_row(*each) for each in _apart(members, facts.thresholds.shadow_records)]
    effort = _effort([ref for row in found for ref in row["refs"]], facts) if found else {}
    return [row | {"effort": float(sum(effort.get(ref, 0) for ref in row["refs"]))} for row in found]


def _apart(members: Mapping[Feature, dict[str, Row]], fewest: int) -> Iterator[tuple[Feature, dict[str, Row]]]:
    """What most share first; what it tells of counts for no other."""
    left = dict(members)
    while left:
        feature = min(left, key=lambda each: (-len(left[each]), each.attribute, each.value, each.place or ""))
        told = left.pop(feature)
        if len(told) < fewest:
            return
        yield feature, told
        left = {other: {ref: rows[ref] for ref in rows if ref not in told} for other, rows in left.items()}


def _row(feature: Feature, told: Mapping[str, Row]) -> Row:
    rows, called = list(told.values()), f"{feature.attribute} {feature.value}"
    within, latest = {row["within"] for row in rows}, sorted(rows, key=lambda row: (-row["touched_us"], row["ref"]))
    source, where = rows[0]["ref"].partition(":")[0], feature.place or ""
    return {
        "ref": f"{source}:cluster:{feature.attribute}:{where}:{feature.value}",
        "key": called,
        "url": None,
        "title": f"{len(rows):,} records share the {called}" + (f" in {feature.place}" if feature.place else ""),
        "project": next(iter(within)) if len(within) == 1 else None,
        "people": rows[0]["people"],
        "since_us": min(row["created_us"] or row["touched_us"] for row in rows),
        "latest": [(row["ref"], row["called"]) for row in latest[:MOST_NAMED]],
        "refs": sorted(told),
    }


def _shared(facts: Facts) -> "ir.Table":
    """Every untagged record with each thing that enough of them share: what it is, and how many people do."""
    records = _records(facts).cache()
    features = _features(records, facts).cache()
    counted = features.group_by(*FEATURE).aggregate(
        untagged=features.count(where=features.is_untagged), others=features.count(where=~features.is_untagged)
    )
    enough = counted.untagged >= facts.thresholds.shadow_records
    told = features.filter(features.is_untagged)
    same = [told[name].identical_to(counted[name]) for name in FEATURE]
    told = told.semi_join(counted.filter(enough & (counted.untagged > counted.others)), same)
    by_person = told.join(_who(records, facts), "ref").group_by(*FEATURE)
    people = by_person.aggregate(people=lambda row: row.person.nunique())
    people = people.filter(people.people >= FEWEST_PEOPLE).rename(whose="place")
    joined = told.join(people, ["attribute", "value", told.place.identical_to(people.whose)])
    return joined.select(*FEATURE, "ref", "called", "within", "touched_us", "created_us", "people")


def _records(facts: Facts) -> "ir.Table":
    """What was touched lately, no bots': with `called` and `within` (key, and project or repository), `is_untagged`."""
    import ibis

    items, pulls = facts.snapshot["work_items"], facts.snapshot["pull_requests"]
    pulls = pulls.anti_join(bots(facts.snapshot), [("author", "ref")])
    told = items.select(
        *("ref", "labels", "created_us"),
        called="key",
        within=ibis.coalesce(items.project, items.repository),
        head=ibis.null("string"),
        accounts=items.assignees.concat(ibis.array([items.author])),
    ).union(
        pulls.select(
            *("ref", "labels", "created_us"),
            called="key",
            within="repository",
            head="head",
            accounts=ibis.array([pulls.author]),
        )
    )
    outcome = facts.tags.filter(facts.tags.outcome != "unknown").select(
        "ref", is_untagged=facts.tags.outcome == "untagged"
    )
    lately = facts.touched.filter(facts.touched.touched_us >= facts.days_ago(facts.thresholds.shadow_days))
    return told.join(outcome.distinct(), "ref").join(lately, "ref")


def _features(records: "ir.Table", facts: Facts) -> "ir.Table":
    """The records, once for each label, word and folder that each has."""
    import ibis

    nowhere, columns = ibis.null("string"), ("ref", "called", "within", "created_us", "touched_us", "is_untagged")
    labels = records.select(*columns, value="labels").unnest("value")
    words = records.select(*columns, value=records["head"].lower().re_split("[^a-z]+")).unnest("value")
    words = words.filter((words.value.length() >= SHORTEST) & words.value.notin(GENERAL))
    files = facts.snapshot["changed_files"].select(
        "item_ref", value=facts.snapshot["changed_files"].id.re_extract(FOLDER, 1)
    )
    folders = records.select(*columns).join(files.distinct(), records.ref == files.item_ref).drop("item_ref")
    every = ibis.union(
        labels.mutate(attribute=ibis.literal("label"), place=nowhere),
        words.mutate(attribute=ibis.literal("branch word"), place=nowhere),
        folders.select(*columns, "value", attribute=ibis.literal("folder"), place="within"),
        distinct=True,
    )
    return every.filter(every.value.notnull() & (every.value != ""))


def _who(records: "ir.Table", facts: Facts) -> "ir.Table":
    """ref, person."""
    told = records.select("ref", account="accounts").unnest("account")
    return told.join(facts.relations.persons, "account").select("ref", "person").distinct()


def _effort(refs: Iterable[str], facts: Facts) -> dict[str, Decimal]:
    """Person-days on each of these in the days looked at."""
    since_on = day_of(instant(facts.days_ago(facts.thresholds.shadow_days)), zone=facts.zone)
    told = facts.effort.filter(facts.effort.day >= number_of(since_on)).semi_join(of_refs(refs), "ref")
    summed = told.group_by("ref").aggregate(effort=told.effort.sum())
    return {row["ref"]: row["effort"] for row in rows_of(summed)}


def finding(row: Row, facts: Facts) -> Finding:
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high",
        evidence=(
            Evidence(says=f"{len(row['refs']):,} untagged records of {row['people']:,} people share it"),
            *(Evidence(says=f"Among them {called}", ref=ref) for ref, called in row["latest"]),
        ),
        place_to_fix="mappings.yaml, or strategy.yaml",
        action="Name it: give it an objective, exempt it, or stop it",
        since=instant(row["since_us"]),
        effort_days=row["effort"],
    )
