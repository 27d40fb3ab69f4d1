"""Spark as an engine: a session as its own settings say, facts as Parquet, Ibis's backend with its faults mended."""

import tempfile
import weakref
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir
import pyarrow as pa
import sqlglot as sg
import sqlglot.expressions as sge
from ibis.backends import pyspark
from ibis.backends.pyspark.datatypes import PySparkSchema, PySparkType
from ibis.backends.sql.compilers.base import NULL
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col

from sync.store.errors import StoreError
from sync.store.facts import table

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

#: A folder that whoever asks and every executor see under one path; on one machine that for temporary files serves.
FOLDER = "spark.fingerpost.folder"


def on_spark(tables: Mapping[str, ir.Table]) -> dict[str, ir.Table]:
    """The same facts as Parquet that Spark reads; the files go when nobody holds the tables any more.

    Which Spark is for its own settings to say (SPARK_REMOTE, SPARK_CONF_DIR, PYSPARK_SUBMIT_ARGS); without any it is
    started in processes of this machine. Raises `StoreError` where there is none to be had.
    """
    session = _session()
    folder = tempfile.TemporaryDirectory(prefix="fingerpost-", dir=session.conf.get(FOLDER, None))
    spark = _Spark()
    spark.register_options()
    spark.do_connect(session)
    weakref.finalize(spark, folder.cleanup)
    return {name: _read(spark, name, told, Path(folder.name)) for name, told in tables.items()}


def _session() -> SparkSession:
    try:
        return SparkSession.builder.appName("fingerpost").getOrCreate()
    except (PySparkException, Py4JError) as error:  # its text may hold the address, with a token in it
        raise StoreError(
            f"There is no Spark to reckon on ({type(error).__name__}).",
            hint="It needs Java 17 or 21, or the address of one that runs: SPARK_REMOTE, or spark.master in its files.",
        ) from None


def _read(spark: "_Spark", name: str, told: ir.Table, folder: Path) -> ir.Table:
    path, duckdb = folder / f"{name}.parquet", _duckdb(told)
    duckdb.con.sql(duckdb.compile(told)).write_parquet(str(path))
    rows = spark.session.read.schema(PySparkSchema.from_ibis(told.schema())).parquet(f"file:{path}")
    rows.createOrReplaceTempView(name)
    return table(spark, name, told.schema())


def _duckdb(told: ir.Table) -> "Backend":
    return told.get_backend()


class _Compiler(PySparkCompiler):  # type: ignore[misc]  # Ibis tells no types
    __slots__ = ()

    def visit_IntegerRange(self, op: Any, *, start: Any, stop: Any, step: Any) -> Any:  # noqa: N802 - Ibis's name
        """Ibis looks for the last element by a call that sqlglot 30 no longer makes; steps here rise."""
        return self.if_(stop > start, self.f.anon.sequence(start, stop - 1, step), self.cast(self.f.array(), op.dtype))

    def visit_ArrayCollect(self, op: Any, *, order_by: Any, **asked: Any) -> Any:  # noqa: N802
        """Of nothing null, as elsewhere. Spark collects in no order: what has one is sorted afterwards."""
        is_sorted = order_by and not any(key.descending for key in op.order_by)
        visit = self._in_order if is_sorted else partial(super().visit_ArrayCollect, op)
        found = visit(order_by=order_by, **asked)
        return self.if_(self.f.size(found).eq(0), NULL, found)

    def _in_order(self, *, arg: Any, where: Any, order_by: Any, **_: Any) -> Any:
        """Each value with its keys, which are never null, sorted by these, and then alone."""
        value, each = sg.to_identifier("value"), sg.to_identifier("each")
        keyed = self.f.anon.struct(*(key.this for key in order_by), arg.as_(value))
        wanted = sg.and_(*filter(None, (where, arg.is_(sg.not_(NULL)))))
        placed = self.f.anon.array_sort(self.f.anon.collect_list(self.if_(wanted, keyed, NULL)))
        alone = sge.Lambda(this=sge.Dot.build((each, value)), expressions=[each])
        return self.f.anon.transform(placed, alone)


class _Spark(pyspark.Backend):  # type: ignore[misc]
    """Ibis's own, but for what it does not do as the other engines do."""

    compiler = _Compiler()

    @property
    def session(self) -> SparkSession:
        return self._session

    def _register_in_memory_table(self, op: Any) -> None:
        """By Arrow: by pandas, as Ibis sends it, a whole number beside a null becomes a fraction."""
        rows = op.data.to_pyarrow(op.schema)
        self.session.createDataFrame(rows, PySparkSchema.from_ibis(op.schema)).createOrReplaceTempView(op.name)

    def _create_cached_table(self, name: str, expr: ir.Table) -> ir.Table:
        """Reckoned now, once, and cut off from how it came about.

        Ibis registers no tables in memory first, and keeps a plan that holds those of all that it is made of: what is
        cached in thirty steps would be planned thousands of times.
        """
        self._run_pre_execute_hooks(expr)
        kept = self._typed(expr).localCheckpoint(eager=True)
        kept.createOrReplaceTempView(name)
        self._cached_dataframes[name] = kept
        return table(self, name, expr.schema())

    def to_pyarrow(self, expr: ir.Expr, /, *, params: Any = None, limit: Any = None, **_: Any) -> Any:
        """By Arrow: by pandas, as Ibis fetches it, a whole number beside a null becomes a fraction."""
        asked = expr.as_table()
        self._run_pre_execute_hooks(asked)
        rows: pa.Table = self._typed(asked, params=params, limit=limit).toArrow()
        return expr.__pyarrow_result__(rows.cast(asked.schema().to_pyarrow()))

    def _typed(self, expr: ir.Table, **asked: Any) -> DataFrame:
        """Of the types that Ibis promises: Spark's places, lengths and days apart are of 32 bits."""
        rows = self.session.sql(self.compile(expr, **asked))
        wanted = expr.schema().items()
        return rows.select(*(col(f"`{name}`").cast(PySparkType.from_ibis(kind)).alias(name) for name, kind in wanted))
