"""The application: the doors that everybody may knock at, and those of whoever signs in."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from sqlalchemy import Engine

from connectors.transport import Clock
from sync import __version__
from sync.config import Config
from sync.metrics import Counts, registry
from sync.web import failures, health, hooks, inbox, metrics, sign_in, style
from sync.web.access import Access
from sync.web.api.described import components
from sync.web.headers import Headers
from sync.web.intake import Intake
from sync.work.doors import Doors


def application(
    *,
    engine: Engine,
    clock: Clock,
    current: Callable[[], Config],
    doors: Doors,
    intake: Intake,
    counts: Counts,
    pages: Sequence[APIRouter] = (),
) -> FastAPI:
    """The application on an open intake. `pages` are further routes; each says who may see it, by `access.needs`."""
    app = FastAPI(title="fingerpost", version=__version__, docs_url=None, redoc_url=None)
    app.state.access = Access(current)
    app.state.zone = lambda: current().zone
    failures.install(app)
    shown = registry(engine=engine, counts=counts, now=clock.now)
    for router in (
        health.router(engine=engine, clock=clock),
        metrics.router(shown),
        sign_in.router(),
        style.router(),
        inbox.router(engine=engine, clock=clock),
        *pages,
    ):
        app.include_router(router)
    app.add_middleware(hooks.Hooks, doors=doors, intake=intake, clock=clock, heard=counts.heard)
    app.add_middleware(Headers)
    app.openapi_schema = _described(app)
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    """The document of all that answers here."""
    document = app.openapi()
    held = document.get("components", {})
    schemas = {**components(), **held.get("schemas", {})}
    paths = {hooks.PATH: {"post": hooks.OPERATION}, **document["paths"]}
    return {**document, "paths": paths, "components": {**held, "schemas": schemas}}
