"""From facts and a map to the report."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from mappings.links import links
from mappings.load import load_mappings, load_strategy
from mappings.statuses import categories
from mappings.tag import tag
from sync.reconcile.periods import day_of, period
from sync.reconcile.reconciliation import reconcile
from sync.reconcile.thresholds import Thresholds
from sync.report import gather, html, json, text
from sync.report.build import build, top
from sync.report.masthead import masthead
from sync.report.model import Report
from sync.snapshot import Snapshot
from tests.builders import ref_of, tables
from tests.sync.report.sample import finding

AS_OF = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
STRATEGY = """
vision: Every shop sells more through us
objectives:
  - {id: checkout, name: Faster checkout, owner: payments, state: [{current: 2026-01-01}], promised_on: 2026-12-15}
  - {id: wallets, name: Pay with wallets, owner: payments, state: [{current: 2026-01-01}, {closed: 2026-10-01}]}
"""
MAPPINGS = """
rules:
  - {id: wallets, when: {labels: wallets}, objective: wallets}
  - {id: checkout, when: {project: PAY, labels: checkout}, objective: checkout}
"""


def report(rows: dict[str, list[dict[str, Any]]], **changes: Any) -> Report:
    """The report of the last week on these facts; `changes` replace what `build` is given."""
    built, strategy, rules = tables(**rows), load_strategy(STRATEGY, "s"), load_mappings(MAPPINGS, "m")
    snapshot = Snapshot(as_of=AS_OF, digest="d", tables=built)
    span, day = period("2026-W46", zone=BERLIN), day_of(AS_OF, zone=BERLIN)
    linked = links(built, rules).cache()
    tagged = tag(built, links=linked, strategy=strategy, mappings=rules, day=day).cache()
    found = reconcile(
        snapshot,
        tags=tagged,
        links=linked,
        categories=categories(built, rules.statuses, day).cache(),
        strategy=strategy,
        period=span,
        thresholds=Thresholds(),
        mappings=rules,
    )
    plain = {
        "snapshot": snapshot,
        "strategy": strategy,
        "versions": ("strategy.yaml", "mappings.yaml"),
        "period": span,
        "thresholds": Thresholds(),
        "failures": (),
        "digest": "5f1d",
        "command": "fingerpost report",
    }
    return build(found, **plain | changes)


def company() -> dict[str, list[dict[str, Any]]]:
    """Six items of checkout delivered in the week, one of wallets begun, one of nothing, and a merge without a key."""
    return {
        "sources": [
            {"name": "jira", "type": "jira", "complete_us": AS_OF - timedelta(minutes=3)},
            {"name": "github", "type": "github", "complete_us": AS_OF - timedelta(minutes=4)},
        ],
        "statuses": [{"id": name, "category": name} for name in ("todo", "active", "done")],
        "work_items": [
            *(item(f"PAY-{number}", "done", labels=["checkout"], resolution="Done") for number in range(1, 7)),
            item("PAY-7", "active", labels=["wallets"]),
            item("PAY-8", "active", has_history=False),
        ],
        "changes": [
            *(change(f"PAY-{number}", "todo", "active", f"2026-11-0{number}T09:00Z", 1) for number in range(1, 7)),
            *(change(f"PAY-{number}", "active", "done", f"2026-11-1{number % 5}T09:00Z", 2) for number in range(1, 7)),
            change("PAY-7", "todo", "active", "2026-11-10T09:00Z", 1),
        ],
        "pull_requests": [
            {"key": "acme/shop#1", "title": "PAY-1 Shorter form", "merged_us": "2026-11-10T09:00Z"},
            {"key": "acme/shop#2", "title": "Tidy up", "merged_us": "2026-11-11T09:00Z"},
        ],
    }


def item(key: str, status: str, **more: Any) -> dict[str, Any]:
    plain = {"key": key, "type": "Story", "level": 0, "title": f"About {key}", "created_us": "2026-10-20T09:00Z"}
    return {**plain, "status_id": status, "status": status, "status_category": status, "updated_us": AS_OF, **more}


def change(key: str, before: str, after: str, at: str, number: int) -> dict[str, Any]:
    moved = {"field": "status", "from_id": before, "from_text": before, "to_id": after, "to_text": after}
    return {"item_ref": ref_of(key), "id": str(number), "index": 0, "at_us": at, **moved}


@pytest.fixture(scope="module")
def made() -> Report:
    return report(company())


def test_says_what_it_rests_on(made):
    head = made.masthead
    assert (head.verdict, head.gaps, head.digest, head.strategy) == ("complete", (), "5f1d", "strategy.yaml")
    assert [(source.name, source.state) for source in head.sources] == [("github", "fresh"), ("jira", "fresh")]
    assert (head.period, head.partial, head.vision) == ("2026-W46", False, "Every shop sells more through us")


def test_answers_with_what_was_delivered_and_where_it_leads(made):
    assert made.answer.sentence.startswith("6 work items were delivered in week 46 of 2026; 100 % of them serve")
    assert [figure.id for figure in made.answer.figures] == ["strategic_yield", "drift", "throughput", "coverage"]


def test_lists_the_objectives_in_rank_order_with_their_own_figures(made):
    checkout, wallets = made.objectives
    assert [(row.rank, row.id, row.owner, row.state) for row in made.objectives] == [
        (1, "checkout", "payments", "current"),
        (2, "wallets", "payments", "closed"),
    ]
    assert {figure.scope for figure in checkout.figures} == {"checkout"}
    assert next(figure.value for figure in checkout.figures if figure.id == "throughput") == 6
    assert checkout.weeks[-1].value == 6
    assert wallets.severities["high"] == 1


def test_accounts_for_every_record(made):
    balance = {line.kind: (line.seen, line.tagged, line.untagged) for line in made.balance}
    assert balance == {"work_item": (8, 7, 1), "pull_request": (2, 1, 1)}
    assert sum(line.count for line in made.links) == 2


def test_finds_what_leads_nowhere_the_gravest_first(made):
    assert [(found.kind, found.subject_key) for found in made.findings] == [
        ("M12", "PAY-7"),
        ("M03", "acme/shop#2"),
        ("M01", "PAY-8"),
        ("M17", "checkout"),
    ]
    assert made.top == tuple(found.id for found in made.findings)
    assert [(kind.id, kind.raised) for kind in made.kinds] == [("M12", 1), ("M03", 1), ("M01", 1), ("M17", 1)]
    assert (made.found("high"), made.found("critical"), made.found(None)) == (True, False, False)


def test_every_item_that_it_names_can_be_opened(made):
    urls = {each.ref: each.url for each in made.items}
    named = {ref for figure in gather.figures(made) for ref in figure.items}
    named |= {found.subject_ref for found in made.findings if not found.subject_ref.startswith("strategy:")}
    assert named <= urls.keys()
    assert urls[ref_of("PAY-7")] == "https://example.test/PAY-7"


def test_every_figure_has_its_definition(made):
    defined = {definition.id for definition in made.definitions}
    shown = [*made.answer.figures, *made.delivery, made.linked]
    assert {figure.id.split("_p")[0] for figure in shown} <= defined


def test_asks_for_a_decision_on_each_of_the_first_kinds(made):
    assert [(asked.kind, asked.findings) for asked in made.decisions] == [
        (kind.id, tuple(found.id for found in made.findings if found.kind == kind.id)) for kind in made.kinds[:3]
    ]
    assert {page.id for page in made.manuals} == {kind.id for kind in made.kinds}


def test_tells_what_each_rule_takes_and_each_team_has(made):
    assert [(rule.id, rule.own) for rule in made.rules] == [("wallets", 1), ("checkout", 6)]
    (payments,) = made.teams
    assert payments.owns == ("checkout", "wallets")


def test_a_promise_of_this_quarter_is_counted_by_its_light(made):
    assert made.answer.promises == {"on": 1, "risk": 0, "off": 0, "unknown": 0, "none": 0}


def test_a_source_that_is_behind_makes_its_findings_unknown():
    rows = company()
    rows["sources"][0]["complete_us"] = AS_OF - timedelta(days=6)
    late = report(rows)
    assert late.masthead.verdict == "incomplete"
    assert [source.state for source in late.masthead.sources] == ["fresh", "stale"]
    assert {found.kind for found in late.findings if found.unknown} == {"M12", "M01"}
    assert late.answer.severities == {"critical": 1, "high": 0, "medium": 2, "low": 0}
    assert late.answer.sentence.endswith("Not everything could be read from jira, so what depends on it is unknown.")
    kinds = {found.id: found.kind for found in late.findings}
    assert [kinds[identity] for identity in late.top] == ["M40", "M03", "M17"]


def test_a_gap_is_told_with_its_source_and_a_failure_of_this_run_beside_it():
    rows = company()["sources"]
    rows[1]["gaps"] = ["repository acme/shop: refused"]
    head = masthead(
        Snapshot(as_of=AS_OF, digest="d", tables=tables(sources=rows)),
        strategy=load_strategy(STRATEGY, "s"),
        versions=("strategy.yaml", "mappings.yaml"),
        period=period("2026-W46", zone=BERLIN),
        stale_after=timedelta(hours=48),
        failures=("github: timed out",),
        mistakes=(),
        digest="5f1d",
    )
    assert (head.verdict, head.gaps) == ("incomplete", ("github: timed out", "github: repository acme/shop: refused"))


def test_before_the_first_record_nothing_is_claimed():
    empty = report({"sources": [{"name": "jira", "type": "jira"}]})
    assert [source.state for source in empty.masthead.sources] == ["never"]
    assert empty.answer.sentence.startswith("What was delivered in week 46 of 2026 is not known: no data.")
    assert "no data" in html.render(empty)


@pytest.mark.soak
def test_the_same_facts_in_another_order_give_the_same_bytes(made):
    """By `make soak` alone, as a report takes ten seconds; in `make test` the reconciliation has this law."""
    turned = report({name: rows[::-1] for name, rows in company().items()})
    for form in (text, json, html):
        assert form.render(turned) == form.render(made)


def test_no_kind_crowds_out_another_that_is_as_grave():
    many = [replace(finding(5), id=f"a{number}") for number in range(6)]
    other = replace(finding(6), id="b")
    graver = replace(finding(5), id="c", severity="critical")
    assert top([graver, *many, other]) == ("c", "a0", "b", "a1", "a2")
