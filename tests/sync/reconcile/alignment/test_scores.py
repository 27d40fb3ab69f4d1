"""The worked examples of alignment (metrics.md §5.1), from pieces of effort to scores."""

import math
from typing import Any

import pytest
from scipy.spatial.distance import jensenshannon

from mappings.strategy import Strategy
from sync.reconcile.alignment import scores
from sync.reconcile.alignment.drift import OTHER, actual, divergence, drift, is_plan, jensen_shannon, movers
from sync.reconcile.alignment.scores import sums
from sync.reconcile.alignment.states import Map
from sync.reconcile.divergence import tvd
from sync.reconcile.effort.roster import UNIT

PLANS = {"O1": 0.5, "O2": 0.3, "RUN": 0.2}


def strategy(*objectives: dict[str, Any]) -> Map:
    return Map(
        strategy=Strategy.model_validate({"objectives": tuple({"name": each["id"], **each} for each in objectives)})
    )


MAP = strategy({"id": "O1"}, {"id": "O2"}, {"id": "O3"}, {"id": "RUN", "class": "sanctioned"})
EXAMPLE = sums(
    {
        ("O1", "current", True): 30 * UNIT,
        ("O2", "current", False): 12 * UNIT,
        ("O3", "closed", True): 6 * UNIT,
        ("RUN", "sanctioned", True): 8 * UNIT,
        (None, "untagged", False): 14 * UNIT,
        (None, "unseen", False): 10 * UNIT,
    },
    MAP,
)


def test_the_scores_of_the_example() -> None:
    assert scores.observed(EXAMPLE) == 70 * UNIT
    assert scores.observability(EXAMPLE) == 0.875
    assert scores.coverage(EXAMPLE) == 0.8
    assert scores.alignment(EXAMPLE) == 42 / 48
    assert scores.strategic_yield(EXAMPLE) == 0.6
    assert scores.stale_share(EXAMPLE) == 6 / 70
    assert scores.early_share(EXAMPLE) == 0
    assert scores.focus(EXAMPLE) == pytest.approx(2.460233, abs=1e-6)


def test_what_only_an_ancestor_or_a_link_says_is_above_the_lower_end() -> None:
    assert scores.own_coverage(EXAMPLE) == (30 + 6 + 8) / 70
    assert scores.own_yield(EXAMPLE) == 30 / 70


def test_effort_is_held_against_the_plan_on_the_days_of_the_objective_alone() -> None:
    spent = actual(EXAMPLE, PLANS)
    assert spent == pytest.approx({"O1": 0.428571, "O2": 0.171429, "RUN": 0.114286, OTHER: 0.285714}, abs=1e-6)
    assert drift(EXAMPLE, PLANS) == pytest.approx(0.285714, abs=1e-6)
    assert divergence(EXAMPLE, PLANS) == pytest.approx(0.166189, abs=1e-6)
    reached = [scores.attainment(EXAMPLE, scope, planned) for scope, planned in PLANS.items()]
    assert reached == pytest.approx([0.857143, 0.571429, 0.571429], abs=1e-6)


def test_the_movers_are_what_the_drift_is_made_of() -> None:
    told = movers(EXAMPLE, PLANS)
    assert [mover.id for mover in told] == [OTHER, "O2", "RUN", "O1"]
    assert math.fsum(abs(mover.difference) for mover in told) / 2 == pytest.approx(drift(EXAMPLE, PLANS))


def test_plans_leave_slack_but_never_exceed_the_whole() -> None:
    assert is_plan({"O1": 0.4})
    assert drift(sums({("O1", "current", True): UNIT}, MAP), {"O1": 0.4}) == pytest.approx(0.6)
    assert is_plan({"O1": 0.7, "O2": 0.3 + 1e-7})
    assert not is_plan({"O1": 0.7, "O2": 0.31})
    assert not is_plan({})


def test_distances_of_the_examples() -> None:
    p, q = dict(zip("abcd", (0.5, 0.2, 0.1, 0.2), strict=True)), dict(zip("abcd", (0.4, 0.4, 0.2, 0), strict=True))
    assert tvd(p, q) == pytest.approx(0.3)
    assert jensen_shannon(p, q) == pytest.approx(0.140783, abs=1e-6)
    assert math.sqrt(jensen_shannon(p, q)) == pytest.approx(0.375210, abs=1e-6)
    assert jensen_shannon(p, q) == pytest.approx(jensenshannon(list(p.values()), list(q.values()), base=2) ** 2)


def test_focus_is_the_effective_number_of_objectives() -> None:
    spent = {("O1", "current", True): 2 * UNIT, ("O2", "current", True): UNIT, ("O3", "closed", True): UNIT}
    assert scores.entropy([2, 1, 1]) == pytest.approx(1.039721, abs=1e-6)
    assert scores.focus(sums(spent, MAP)) == pytest.approx(2.828427, abs=1e-6)


def test_a_parent_has_its_own_effort_and_that_of_its_children() -> None:
    tree = strategy({"id": "growth"}, {"id": "checkout", "parent": "growth"}, {"id": "cart", "parent": "checkout"})
    told = sums(
        {("growth", "current", True): UNIT, ("checkout", "paused", True): UNIT, ("cart", "current", True): 2 * UNIT},
        tree,
    )
    assert [scores.share(told, scope) for scope in ("growth", "checkout", "cart")] == [1, 3 / 4, 1 / 2]
    assert [scores.share_on_plan(told, scope) for scope in ("growth", "checkout", "cart")] == [3 / 4, 1 / 2, 1 / 2]
    assert scores.strategic_yield(told) == 3 / 4


@pytest.mark.parametrize(
    "score", [scores.observability, scores.coverage, scores.alignment, scores.strategic_yield, scores.focus]
)
def test_of_nothing_there_is_no_score(score: scores.Statistic) -> None:
    assert score({}) is None
    assert drift({}, PLANS) is None
