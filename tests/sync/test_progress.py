"""How the reading gets on: lines that move on a terminal, events of the log elsewhere."""

import io
import json
from datetime import UTC, datetime

from sync import log
from sync.progress import shown

UNTIL = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watched(stream: io.StringIO, *, verbose: bool = False) -> str:
    """What is to be seen of a source that read 30 of 120 items, and then has to wait."""
    with shown(verbose=verbose, stream=stream) as progress:
        progress.read("github", what="items", count=30, of=120)
        progress.waiting("github", what="graphql", until=UNTIL, why="secondary limit")
    return stream.getvalue()


def test_a_terminal_shows_how_much_of_how_many_and_what_is_waited_for() -> None:
    said = " ".join(watched(Terminal()).split())
    assert "github: 30 of 120 items, waiting for graphql until 14:05:00 UTC (secondary limit)" in said


def test_once_it_goes_on_nothing_is_waited_for() -> None:
    stream = Terminal()
    with shown(verbose=False, stream=stream) as progress:
        progress.waiting("github", what="graphql", until=UNTIL, why="")
        progress.read("github", what="items", count=1000, of=None)
    assert stream.getvalue().rpartition("github: ")[2].startswith("1,000 items")


def test_a_log_that_tells_all_is_left_in_peace() -> None:
    assert watched(Terminal(), verbose=True) == ""


def test_elsewhere_the_log_tells_what_is_waited_for() -> None:
    stream = io.StringIO()
    log.configure(verbose=False, secrets=[], stream=stream)
    watched(stream)
    told = json.loads(stream.getvalue())
    assert (told["event"], told["source"], told["what"], told["why"]) == (
        "closed",
        "github",
        "graphql",
        "secondary limit",
    )
