"""The whole report, reckoned by another engine, says the same."""

from pathlib import Path

import pytest

from tests.stage import AS_OF, CONFIG, Place, Stage, furnished


@pytest.mark.soak
def test_postgresql_makes_the_same_report(stage: Stage, tmp_path: Path, fresh_postgres_url: str) -> None:
    place = furnished(tmp_path, stage)
    assert place.fingerpost("sync").returncode == 0
    by_duckdb = place.report("--as-of", AS_OF)
    moved(place, fresh_postgres_url)
    assert place.report("--as-of", AS_OF, "--engine", "postgresql") == by_duckdb


def moved(place: Place, url: str) -> None:
    """The place's store, in PostgreSQL from now on."""
    assert place.fingerpost("export", "--whole", "--out", "whole").returncode == 0
    (place.folder / "fingerpost.yaml").write_text(CONFIG.replace("sqlite:///fingerpost.db", url))
    taken_in = place.fingerpost("import", "whole")
    assert taken_in.returncode == 0, taken_in.stderr
