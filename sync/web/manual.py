"""Every metric that the service shows as one document, from an installation in which nothing has happened yet."""

from collections.abc import Iterator

from prometheus_client.core import Metric
from sqlalchemy import create_engine

from connectors.transport import Clock
from sync.metrics import Counts, registry
from sync.progress import Logged, Tally
from sync.store.tables import METADATA

HEAD = """\
# Metrics

What `/metrics` shows, as `fingerpost schema metrics` prints it: of the service, of a `worker` with
`serve.metrics_port`, and of `run` with `--metrics-file` or `--push-gateway`. Labels name sources and states; no item,
person or address is in them.

| Metric | Kind | Labels | Meaning |
| --- | --- | --- | --- |
"""


def metrics(clock: Clock) -> str:
    """The document, as Markdown."""
    return HEAD + "\n".join(
        f"| `{_name(each)}` | {each.type} | {_labels(each)} | {each.documentation} |" for each in _all(clock)
    )


def _all(clock: Clock) -> Iterator[Metric]:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    yield from registry(engine=engine, counts=Counts(Tally(Logged())), now=clock.now).collect()
    engine.dispose()


def _name(metric: Metric) -> str:
    """A counter is shown under this name; Prometheus adds the last word."""
    return f"{metric.name}_total" if metric.type == "counter" else metric.name


def _labels(metric: Metric) -> str:
    return ", ".join(f"`{name}`" for name in getattr(metric, "_labelnames", ()))
