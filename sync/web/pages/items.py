"""An item: why it is tagged as it is, or why not otherwise, on any day."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response, status
from fastapi.responses import RedirectResponse

from mappings.explain import Explanation
from mappings.trace import Step
from sync.reconcile.periods import day_of
from sync.report import explanation
from sync.report.explanation import Explained
from sync.web import addresses
from sync.web.asked import LONGEST, AsOf, Name, ObjectiveId
from sync.web.looks import page
from sync.work.desk import Desk

#: What was asked one by one → its sign; the rest is counted.
JUDGED = {"matched": "✓ matched:", "failed": "✗ failed:", "shadowed": "– shadowed:", "not_begun": "– to come:"}


def router(desk: Desk) -> APIRouter:
    api = APIRouter(prefix="/items")

    @api.get("")
    def which(request: Request, name: Annotated[str, Query(max_length=LONGEST)] = "", as_of: AsOf = None) -> Response:
        """A form that asks for one, and leads there."""
        if not name.strip():
            return page(request, "items.html", title="Explain an item")
        return RedirectResponse(addresses.item(name.strip(), as_of=as_of), status.HTTP_303_SEE_OTHER)

    @api.get("/{name:path}")
    def one(request: Request, name: Name, as_of: AsOf = None, objective: ObjectiveId = None) -> Response:
        """One of them, by its key, ref or address."""
        told = desk.explained(name, as_of=as_of, objective=objective or None)
        assert told.item  # noqa: S101 - an item is what was asked for
        return page(request, "item.html", _parts(told, told.item, desk), title=told.item.thing.key)

    return api


def _parts(told: Explained, item: Explanation, desk: Desk) -> dict[str, object]:
    rules = told.mappings.file
    return {
        "explained": told,
        "item": item,
        "asked": [step for step in item.steps if step.judgement in JUDGED],
        "judged": JUDGED,
        "rest": sum(step.judgement not in JUDGED for step in item.steps),
        "naming": [step for step in item.steps if told.objective in step.objectives],
        "step_says": lambda step: _says(step, rules),
        "line_says": explanation.line_says,
        "tagging": explanation.tagging,
        "evidence_says": explanation.evidence_says,
        "edition_says": explanation.edition_says,
        "objectives": desk.map.strategy.objectives,
        "address": addresses.item(item.thing.key),
        "day": day_of(told.as_of, zone=ZoneInfo("UTC")),
        "to": lambda key: addresses.item(key, as_of=told.as_of),
    }


def _says(step: Step, rules: str) -> str:
    return explanation.step_says(step, rules=rules)
