"""What Ibis's backend for Spark is mended in, asked of DuckDB and of Spark alike."""

import shutil
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

pytestmark = pytest.mark.soak


def test_spark_answers_as_duckdb_does(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark", reason="needs PySpark, which comes as source alone and stands in no lock file")
    if shutil.which("java") is None:
        pytest.skip("needs Java")
    from sync.store.spark import on_spark

    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--master local[1] --conf spark.ui.enabled=false pyspark-shell")
    seen = ibis.duckdb.connect().create_table("seen", SEEN)
    assert answers(on_spark({"seen": seen})["seen"]) == answers(seen)


SEEN = pa.table({"place": [1, 1, 2, 2, 3], "name": ["b", "a", "d", None, "z"], "rank": [2, 1, 5, 4, 1]})


def answers(seen: ir.Table) -> list[dict[str, Any]]:
    """Collected in order, kept, joined to what is in memory with nulls beside numbers, counted, and put on days."""
    whole = seen.name.collect(order_by="name")
    some = seen.name.collect(order_by="rank", where=seen["rank"] > 1)
    kept = seen.group_by("place").aggregate(whole=whole, some=some, count=seen.count()).cache()
    told = ibis.memtable(pa.table({"place": [1, 2, 3], "days": [7, None, 9]}))
    joined = kept.left_join(told, "place").select("place", "whole", "some", "count", "days")
    numbered = joined.mutate(number=ibis.row_number().over(order_by="place")).cache()
    parts = numbered.mutate(part=ibis.range(0, numbered.place - 1)).unnest("part")
    return numbered.left_join(parts.select("place", "part"), "place").order_by("place", "part").to_pyarrow().to_pylist()
