"""The pages that the program prints are kept as it prints them."""

from collections.abc import Callable

import pytest

from sync.cli import app
from sync.cli.manual import commands
from sync.web.manual import interface, metrics
from sync.work.measures import measures
from tests.clocks import FakeClock
from tests.docs.snippets import ROOT

PAGES: dict[str, Callable[[], str]] = {
    "api": lambda: interface(FakeClock()),
    "commands": lambda: commands(app),
    "measures": measures,
    "metrics": lambda: metrics(FakeClock()),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_program_prints(name: str) -> None:
    kept = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert kept == f"{PAGES[name]()}\n", "make reference"
