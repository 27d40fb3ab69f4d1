"""Every metric and every door of the service as documents, from one in which nothing has happened yet."""

from collections.abc import Iterator
from typing import Any

from prometheus_client.core import Metric
from sqlalchemy import create_engine

from connectors.transport import Clock
from sync.metrics import Counts, registry
from sync.progress import Logged, Tally
from sync.store.tables import METADATA
from sync.web.app import application
from sync.web.dashboard import dashboard

METRICS = """\
# Metrics

What `/metrics` shows, as `fingerpost schema metrics` prints it: of the service, of a `worker` with
`serve.metrics_port`, and of `run` with `--metrics-file` or `--push-gateway`. Labels name sources and states; no item,
person or address is in them.

| Metric | Kind | Labels | Meaning |
| --- | --- | --- | --- |
"""

INTERFACE = """\
# API

What answers over HTTP, as `fingerpost schema api` prints it; `/openapi.json` describes each answer in full. Who may ask
is said by `access` in [the configuration](configuration.md): readers read, keepers also acknowledge and post readings,
operators also let deliveries wait again. Everything below `/api/v1` answers in JSON: 401 and 403 to who may not, 404 to
what is not there, 422 to what cannot be, 503 to who asks too much at once. The pages for people stand beside these.

| Door | Takes | Answers | Meaning |
| --- | --- | --- | --- |
"""
OF_ALL = ("401", "403", "404", "422", "503")  #: answers that are told of once, in the head


def metrics(clock: Clock) -> str:
    """The document, as Markdown."""
    return METRICS + "\n".join(
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


def interface(clock: Clock) -> str:
    """The document, as Markdown."""
    nobody: Any = None  # who would answer is not asked
    counts = Counts(Tally(Logged()))
    app = application(
        engine=create_engine("sqlite://"),
        clock=clock,
        current=nobody,
        doors=nobody,
        intake=nobody,
        counts=counts,
        pages=dashboard(nobody, nobody),
    )
    doors = [
        (method, path, door) for path, methods in app.openapi()["paths"].items() for method, door in methods.items()
    ]
    return INTERFACE + "\n".join(_door(*each) for each in doors)


def _door(method: str, path: str, told: dict[str, Any]) -> str:
    taken = ", ".join(f"`{each['name']}`" for each in told.get("parameters", ()) if each["in"] == "query")
    answers = ", ".join(code for code in told["responses"] if not (path.startswith("/api/") and code in OF_ALL))
    meaning = told.get("description") or told["summary"]
    return f"| `{method.upper()} {path}` | {taken} | {answers} | {meaning} |"
