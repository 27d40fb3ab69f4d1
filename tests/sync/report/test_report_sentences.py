"""What the page says beside its tables: changes, what lies ahead, effort, remedies, decisions, the guide of a team."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from sync.reconcile.alignment.view import Lag
from sync.reconcile.balance import Balance
from sync.reconcile.forecast import When
from sync.report import ahead, changes, spent, words
from sync.report.decisions import decisions
from sync.report.guide import guide
from sync.report.remedies import remedies
from sync.report.strip import strip
from tests.sync.report.sample import AS_OF, FINDINGS, figure, finding, masthead, sample, weeks
from tests.sync.report.sample_outlook import outlook
from tests.sync.report.sample_views import MANUALS, alignment, comparison, full

CHECKOUT = outlook("checkout")


def ahead_of(**changed):
    return replace(CHECKOUT, forecast=replace(CHECKOUT.forecast, **changed))


def test_a_forecast_is_two_days_and_never_one():
    assert ahead.forecast(CHECKOUT) == "50 %: 2027-01-04 · 85 %: 2027-02-01"
    assert ahead.dates(CHECKOUT) == "2027-01-04 · 2027-02-01"


@pytest.mark.parametrize(
    ("outlook", "says"),
    [
        (ahead_of(reason="small_n"), "too few to say"),
        (ahead_of(reason="done"), "done"),
        (ahead_of(hidden=True), ahead.HIDDEN),
        (
            ahead_of(growing=When(p50_on=CHECKOUT.forecast.growing.p50_on, reason="does_not_converge")),
            "50 %: 2027-01-04 · 85 %: does not converge",
        ),
    ],
    ids=["thin history", "nothing remains", "no better than naive", "without an end"],
)
def test_a_forecast_that_cannot_be_had_says_why(outlook, says):
    assert ahead.forecast(outlook) == says


def test_a_back_test_says_how_many_held_and_what_that_is_worth():
    assert ahead.back_test(CHECKOUT.forecast.back_test) == (
        "12 of 13 past forecasts held (90 % interval 71.0 % – 98.0 %): calibrated; "
        "their loss is 75.0 % of a naive forecast's."
    )
    none = replace(CHECKOUT.forecast.back_test, trials=())
    assert ahead.back_test(none) == "No past forecast can be tested yet."


def test_a_measure_without_a_reading_shows_where_one_is_missing():
    (measure,) = CHECKOUT.progress.measures
    assert ahead.way(measure) == "2.1 → 2.4 → 3 %, 33.3 % of the way"
    unread = replace(measure, current=None, progress=None, reason="no_data")
    assert ahead.way(unread) == "2.1 → ? → 3 %, no data"


def test_the_account_of_effort_names_every_reason_that_took_some():
    account = alignment().account
    assert account is not None
    told = spent.account(account)
    assert "3.2 person-days its objective is closed" in told
    assert "paused" not in told
    assert told.endswith("5.0 person-days were not seen.")


def test_a_lag_that_goes_on_is_at_least_so_long():
    spending = replace(alignment().spending[0], shift_lag=lag(7, censored=True), stale_items=("a",))
    assert spent.lags(spending) == "let go of after at least 7 working days, 1 open item"
    assert spent.lags(replace(spending, shift_lag=lag(None), stale_items=())) == ""


def lag(days: int | None, *, censored: bool = False) -> Lag:
    return Lag(since_on=masthead().first_on, working_days=days, censored=censored, effort_days=3.0)


def test_findings_that_began_in_the_period_are_new():
    old, new = (
        replace(finding(1), id=name, first_at=AS_OF - timedelta(days=days)) for name, days in (("a", 9), ("b", 2))
    )
    assert changes.of_findings(sample(findings=(old, new))) == "2 findings stand; 1 of them began in the period."
    assert changes.of_findings(sample(findings=())) == "No finding stands."


@pytest.mark.parametrize(
    ("compared", "says"),
    [
        (None, "The figures are not compared: one of the two periods is not complete."),
        (comparison(), "Against 2026-W45: Delivered changed: 12 to 24."),
        (
            replace(comparison(), lines=comparison().lines[1:], tests=1),
            "Against 2026-W45: no detectable change in 1 comparison.",
        ),
        (replace(comparison(), lines=(), tests=0), "Against 2026-W45: too few items to compare any figure."),
    ],
    ids=["not comparable", "changed", "no detectable change", "too few"],
)
def test_figures_change_only_by_the_rules_of_evidence(compared, says):
    assert changes.of_figures(sample(comparison=compared)) == says


def test_a_report_with_everything_lacks_nothing():
    assert remedies(full()) == []


def test_a_first_report_says_what_would_light_its_grey_figures():
    seen = Balance(kind="work_item", seen=100, tagged=20, exempt=0, untagged=80, unknown=0)
    bare = tuple(
        replace(
            row,
            outlook=replace(
                outlook("running"),
                progress=replace(outlook("running").progress, measures=()),
            ),
        )
        for row in sample().objectives
    )
    unplanned = replace(
        alignment(), spending=tuple(replace(each, planned=None) for each in alignment().spending), reason="small_n"
    )
    first = sample(balance=(seen,), objectives=bare, alignment=unplanned, services=(), terrain=full().terrain)
    told = remedies(first)
    assert [each.place.split(";")[0].split(" in ")[0] for each in told] == [
        "mappings.yaml",
        "people.yaml",
        "plan",
        "promised_on",
        "measures",
    ]
    assert told[0].says == "Write a rule for LAB: 80 of 100 work items serve nothing yet"


def test_what_could_not_be_read_comes_before_all_else():
    gap = masthead(gaps=("github: acme/shop refused",), verdict="incomplete")
    first, *_ = remedies(sample(masthead=gap, services=()))
    assert first.says.endswith("github: acme/shop refused")


def test_young_history_asks_for_time():
    (asked,) = remedies(sample(weeks=weeks(8, first=1, missing=4)))
    assert asked.says == "Let 2 more weeks of history come in, or read further back"


def test_items_without_a_history_ask_for_it():
    dark = figure("cycle_time_p50", "Cycle time p50", None, reason="no_data", excluded={"no_history": 202})
    (asked,) = remedies(sample(delivery=(dark,)))
    assert asked.says == "Let the status histories be read: 202 delivered items came without one"


def test_a_flow_time_that_nothing_commits_to_asks_for_a_status():
    dark = figure("flow_time_p50", "Flow time p50", None, reason="no_data", excluded={"no_commitment": 9})
    (asked,) = remedies(sample(delivery=(dark,)))
    assert asked.shows == ("Flow time",)


def test_three_decisions_are_asked_at_most_each_about_all_findings_of_its_kind():
    asked = decisions(FINDINGS, {page.id: page for page in MANUALS})
    assert len(asked) == 3
    standing = [found.kind for found in FINDINGS if not found.unknown]
    assert [decision.kind for decision in asked] == list(dict.fromkeys(standing))[:3]
    assert all(len(decision.findings) == standing.count(decision.kind) for decision in asked)
    assert asked[0].asks == "Is this so?"


def test_a_kind_without_a_manual_page_asks_for_nothing():
    assert decisions(FINDINGS, {}) == ()


def test_a_guide_holds_what_is_the_teams_own():
    report = full()
    payments = guide(report.teams[0], report)
    assert [row.id for row in payments.objectives] == ["checkout", "growth", "nordics"]
    assert {found.owner for found in payments.findings} == {"payments"}
    assert payments.figures == []


def test_the_strip_shows_each_figure_with_its_weeks():
    shown = {each.figure.id: each for each in strip(full())}
    assert list(shown) == ["cycle_time_p50", "cycle_time_p85", "wip", "age_p85", "flow_efficiency", "unplanned_share"]
    assert 'aria-label="Cycle time p50 week by week: from 5.0 d to 4.0 d"' in shown["cycle_time_p50"].six_weeks
    assert shown["unplanned_share"].weeks[-1] == shown["unplanned_share"].figure.value - 0.07
    assert all(len(each.weeks) == 52 for each in shown.values())


def test_rules_are_counted_with_those_that_are_new_and_those_that_take_nothing():
    assert words.rules(full().rules, since=masthead().first_on) == "3 rules, 1 new, 1 of them take nothing."
