"""`--max-duration`: a run whose time is over ends with what was gained, and the next one goes on from there."""

from pathlib import Path

from connectors.twin.company import company
from sync.work.embedded import opened
from tests.clocks import FakeClock
from tests.stage import furnished, staged
from tests.sync.deliveries import standing


def test_what_was_gained_stays_and_the_next_run_goes_on(tmp_path: Path) -> None:
    with staged(company(seed=4, size=30)) as stage:
        place, clock = furnished(tmp_path, stage), FakeClock(stage.company.github.now())
        with opened(
            place.folder / "fingerpost.yaml", environment=place.environment, clock=clock, verbose=False
        ) as work:
            with work.reading(until=clock.now()) as reading:
                cut = [*reading.sync(), *reading.census()]
            assert {(done.source, done.verdict, done.is_cut) for done in cut} == {
                ("jira", "incomplete", True),
                ("github", "incomplete", True),
            }, "and no census is begun"
            gained = standing(work.engine)
            with work.reading() as reading:
                assert {done.verdict for done in reading.sync()} == {"complete"}
            held = standing(work.engine)
    assert sum(map(len, gained.values())) > 0
    assert all(rows <= held[name] for name, rows in gained.items())
    assert sum(map(len, gained.values())) < sum(map(len, held.values()))
