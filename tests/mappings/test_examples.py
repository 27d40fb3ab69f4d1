"""The example maps say what they mean: each is whole, and every case of its rules holds."""

from datetime import date
from pathlib import Path

import pytest

from mappings.cases import run_cases
from mappings.crossing import cross_check
from mappings.load import load_mappings, load_strategy

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("name", ["bitcoin", "devlake"])
def test_an_example_is_whole_and_its_cases_hold(name: str) -> None:
    strategy, mappings = ((EXAMPLES / name / f"{part}.yaml").read_text() for part in ("strategy", "mappings"))
    rules = load_mappings(mappings, "mappings.yaml")
    assert cross_check(load_strategy(strategy, "strategy.yaml"), rules) == []
    assert run_cases(rules, day=date(2026, 8, 21)) == []
