"""The answer in a sentence or two."""

from datetime import timedelta
from typing import Any

import pytest

from sync.report.answer import sentence
from sync.report.model import Answer, SourceState
from tests.sync.report.sample import AS_OF, figure, masthead

CALM = {"critical": 0, "high": 0, "medium": 0, "low": 0}


def delivered(value: float | None, **changes: Any):
    return figure("throughput", "Delivered", value, unit="items", **changes)


def coverage(value: float | None, **changes: Any):
    return figure("coverage", "Serves an objective", value, unit="ratio", **changes)


@pytest.mark.parametrize(
    ("figures", "severities", "says"),
    [
        pytest.param(
            (delivered(24.0), coverage(0.792, low=0.583, high=0.792)),
            CALM | {"high": 3, "low": 4},
            "24 work items were delivered in week 46 of 2026; 58 to 79 % of them serve an objective or are exempt. "
            "7 findings stand, 3 of them high.",
            id="a usual week",
        ),
        pytest.param(
            (delivered(1.0), coverage(None, reason="small_n", n=1)),
            CALM | {"critical": 1},
            "1 work item was delivered in week 46 of 2026; how many of them serve an objective is unknown: "
            "too few to say (n = 1). 1 finding stands, critical.",
            id="hardly anything",
        ),
        pytest.param(
            (delivered(0.0), coverage(None, reason="zero_denominator")),
            CALM,
            "Nothing was delivered in week 46 of 2026. No finding stands.",
            id="nothing",
        ),
        pytest.param(
            (delivered(None, reason="no_data"),),
            CALM | {"medium": 2},
            "What was delivered in week 46 of 2026 is not known: no data. 2 findings stand, all of them medium.",
            id="before the first record",
        ),
        pytest.param(
            (delivered(9.0), coverage(1.0, low=1.0, high=1.0)),
            CALM,
            "9 work items were delivered in week 46 of 2026; 100 % of them serve an objective or are exempt. "
            "No finding stands.",
            id="everything on the map",
        ),
    ],
)
def test_says_what_its_figures_say(figures, severities, says):
    assert sentence(Answer(sentence="", figures=figures, severities=severities), masthead=masthead()) == says


def test_names_the_source_that_casts_doubt():
    behind = SourceState(name="github", type="github", complete_at=AS_OF - timedelta(days=6), state="stale")
    answer = Answer(sentence="", figures=(delivered(9.0),), severities=CALM)
    said = sentence(answer, masthead=masthead(sources=(behind,), verdict="incomplete"))
    assert said.endswith("Not everything could be read from github, so what depends on it is unknown.")


def test_a_gap_in_a_source_that_is_up_to_date_is_pointed_at():
    answer = Answer(sentence="", figures=(delivered(9.0),), severities=CALM)
    said = sentence(answer, masthead=masthead(gaps=("github: acme/shop refused",), verdict="incomplete"))
    assert said.endswith("Not everything could be read: what is missing stands above.")


def test_a_period_that_is_not_over_is_not_told_as_if_it_were():
    answer = Answer(sentence="", figures=(delivered(9.0),), severities=CALM)
    assert "week 46 of 2026, which is not over" in sentence(answer, masthead=masthead(partial=True))
