"""Spark as an engine: needs the extra `spark`, whose packages this module imports."""

from typing import Any

from ibis.backends.pyspark import Backend
from pyspark.sql import SparkSession

#: What the expressions count on, whatever a cluster is set to.
_SETTINGS = {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true"}


class Spark(Backend):
    """Ibis's Spark, which registers a table in memory also where what is cached first asks for it."""

    def _create_cached_table(self, name: str, expr: Any) -> Any:
        self._run_pre_execute_hooks(expr)
        return super()._create_cached_table(name, expr)


def connect() -> Spark:
    """A session by the environment's settings: an existing one, a cluster's, or a local one."""
    session = SparkSession.builder.appName("fingerpost").getOrCreate()
    for name, value in _SETTINGS.items():
        session.conf.set(name, value)
    backend = Spark()
    backend.do_connect(session)
    return backend
