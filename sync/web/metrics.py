"""`/metrics`, as Prometheus reads it."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest


def router(registry: CollectorRegistry) -> APIRouter:
    api = APIRouter()

    @api.get("/metrics", response_class=Response)
    def shown() -> Response:
        """Metrics in Prometheus' text format."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return api
