"""`/health`: this process lives. `/ready`: it can do its work, and how far the sources are known. Nothing private."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Response, status
from pydantic import BaseModel
from sqlalchemy import Engine

from connectors.transport import Clock
from sync import __version__
from sync.store import health
from sync.store.database import UNAVAILABLE
from sync.store.health import Known


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    version: str = __version__


class Freshness(BaseModel):
    complete_at: datetime | None
    age_s: float | None
    webhook: Literal["heard", "silent", "never heard"]


class Readiness(BaseModel):
    """A stale source makes nobody unready: its deliveries must still be taken in. An alert tells of it."""

    store: Literal["ok", "unavailable"]
    sources: dict[str, Freshness] = {}


def router(*, engine: Engine, clock: Clock) -> APIRouter:
    api = APIRouter()

    @api.get("/health")
    async def is_alive() -> Health:
        """Whether this process lives."""
        return Health()

    @api.get("/ready", responses={503: {"model": Readiness, "description": "The store cannot be used now"}})
    def is_ready(response: Response) -> Readiness:
        """Whether this process can do its work."""
        try:
            known = health.known(engine)
        except UNAVAILABLE:
            response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
            return Readiness(store="unavailable")
        now = clock.now()
        return Readiness(store="ok", sources={name: _freshness(each, now) for name, each in known.items()})

    return api


def _freshness(known: Known, now: datetime) -> Freshness:
    age_s = (now - known.complete_at).total_seconds() if known.complete_at else None
    heard: Literal["heard", "never heard"] = "heard" if known.delivered_at else "never heard"
    return Freshness(complete_at=known.complete_at, age_s=age_s, webhook="silent" if known.silent_since else heard)
