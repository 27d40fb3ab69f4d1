"""The whole report, reckoned by another engine, says the same."""

import shutil
from pathlib import Path

import pytest

from tests.stage import AS_OF, CONFIG, Place, Stage, furnished

#: Two cores, and not two hundred parts of a few rows each.
SPARK = """\
spark.master                  local[2]
spark.driver.memory           3g
spark.sql.shuffle.partitions  2
spark.ui.enabled              false
"""


@pytest.mark.soak
def test_postgresql_makes_the_same_report(stage: Stage, tmp_path: Path, fresh_postgres_url: str) -> None:
    place = furnished(tmp_path, stage)
    assert place.fingerpost("sync").returncode == 0
    by_duckdb = place.report("--as-of", AS_OF)
    moved(place, fresh_postgres_url)
    assert place.report("--as-of", AS_OF, "--engine", "postgresql") == by_duckdb


@pytest.mark.soak
def test_spark_makes_the_same_report(stage: Stage, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="needs PySpark, which comes as source alone and stands in no lock file")
    if shutil.which("java") is None:
        pytest.skip("needs Java")
    place = furnished(tmp_path, stage)
    (place.folder / "spark-defaults.conf").write_text(SPARK, encoding="utf-8")
    place.environment["SPARK_CONF_DIR"] = str(place.folder)
    assert place.fingerpost("sync").returncode == 0
    by_duckdb = place.report("--as-of", AS_OF)
    assert place.report("--as-of", AS_OF, "--engine", "spark") == by_duckdb


def moved(place: Place, url: str) -> None:
    """The place's store, in PostgreSQL from now on."""
    assert place.fingerpost("export", "--whole", "--out", "whole").returncode == 0
    (place.folder / "fingerpost.yaml").write_text(CONFIG.replace("sqlite:///fingerpost.db", url))
    taken_in = place.fingerpost("import", "whole")
    assert taken_in.returncode == 0, taken_in.stderr
