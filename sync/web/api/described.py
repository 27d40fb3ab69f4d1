"""How the document of the API describes what is no model of its framework: reports, explanations and differences."""

from typing import Any

import msgspec
from fastapi import Response
from pydantic import BaseModel

from sync.reconcile.findings import Finding
from sync.report.diff.model import Diff
from sync.report.explanation import Explained, FigureBehind, FindingBehind
from sync.report.model import Report
from sync.work.state import State

DOCUMENTS = (Report, Finding, FindingBehind, FigureBehind, Explained, Diff, State)
_PLACE = "#/components/schemas/{name}"


class Failure(BaseModel):
    """Why something was not answered."""

    detail: str


FAILURES: dict[int | str, dict[str, Any]] = {
    401: {"model": Failure, "description": "Sign in first"},
    403: {"model": Failure, "description": "For others"},
    404: {"model": Failure, "description": "There is nothing of this name"},
    422: {"model": Failure, "description": "What is asked cannot be"},
    503: {"model": Failure, "description": "Not now: `Retry-After` says when"},
}


def encoded(document: Any) -> Response:
    """The document as JSON."""
    return Response(msgspec.json.encode(document, order="deterministic"), media_type="application/json")


def answers(kind: Any, says: str) -> dict[int | str, dict[str, Any]]:
    """What an endpoint answers where all is well."""
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_PLACE)
    return {200: {"description": says, "content": {"application/json": {"schema": schema}}}}


def components() -> dict[str, Any]:
    """The schemas of all documents by name, as `answers` refers to them."""
    _, found = msgspec.json.schema_components(DOCUMENTS, ref_template=_PLACE)
    return dict(found)


def body(model: type[BaseModel]) -> dict[str, Any]:
    """The body that an endpoint reads by itself."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}
