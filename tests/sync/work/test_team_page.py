"""A team's own part of a report, as a file of its own."""

import pytest

from mappings.problems import Problems
from sync.work.rendering import team_page
from tests.sync.report.sample_views import full


def test_a_team_that_the_report_knows_has_its_page():
    assert "payments</bdi>: its part of the map" in team_page(full(), "payments")


def test_another_is_refused_with_the_nearest_name():
    with pytest.raises(Problems) as refused:
        team_page(full(), "payment")
    (problem,) = refused.value.problems
    assert (problem.message, problem.hint) == ("there is no team 'payment'", "did you mean 'payments'?")
