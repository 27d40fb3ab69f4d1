"""Reports, their findings and figures, and what differs between two."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from sync.reconcile.findings import Finding, Severity
from sync.report.diff.model import Diff
from sync.report.explanation import FigureBehind, FindingBehind
from sync.report.model import Report
from sync.store.reckonings import State
from sync.web.api.described import answers, encoded
from sync.web.asked import LONGEST, AsOf, Digest, FindingId, Name, Period
from sync.work.desk import Desk

MOST_FINDINGS = 1_000

Word = Annotated[str | None, Query(max_length=LONGEST)]


class PublishedReport(BaseModel):
    digest: str  #: by which it is asked for
    period: str
    as_of: datetime
    published_at: datetime


class Asked(BaseModel):
    """How it stands with what was asked for."""

    state: State
    digest: str | None  #: of the report, once it is done
    cause: str  #: why it failed


def router(desk: Desk) -> APIRouter:
    api = APIRouter(prefix="/reports")

    @api.get("")
    def history() -> list[PublishedReport]:
        """What was published, unaltered, the latest knowledge first."""
        return [PublishedReport.model_validate(each, from_attributes=True) for each in desk.history()]

    @api.get("/latest", response_class=Response, responses=answers(Report, "The report as `fingerpost.report/1`"))
    def latest() -> Response:
        """The published report of the latest knowledge."""
        return encoded(desk.report(desk.latest() or ""))

    @api.get("/made")
    def made(period: Period = None, as_of: AsOf = None) -> Asked:
        """One that is made because somebody asks: ask again until it is done, then ask for its digest."""
        stands = desk.ask_report(period=period, as_of=as_of)
        return Asked(state=stands.state, digest=stands.result, cause=stands.cause)

    @api.get("/{digest}", response_class=Response, responses=answers(Report, "The report as `fingerpost.report/1`"))
    def one(digest: Digest) -> Response:
        """One report."""
        return encoded(desk.report(digest))

    @api.get("/{digest}/findings", response_class=Response, responses=answers(tuple[Finding, ...], "The gravest first"))
    def findings(
        digest: Digest,
        kind: Word = None,
        objective: Word = None,
        owner: Word = None,
        severity: Severity | None = None,
        most: Annotated[int, Query(ge=1, le=MOST_FINDINGS)] = MOST_FINDINGS,
    ) -> Response:
        """The findings that stand: of a kind (M01 or untagged-work), an objective, an owner, a severity."""
        wanted = [
            each
            for each in desk.report(digest).findings
            if kind in (None, each.kind, each.slug)
            and objective in (None, each.objective)
            and owner in (None, each.owner)
            and severity in (None, each.severity)
        ]
        return encoded(wanted[:most])

    @api.get("/{digest}/findings/{name}", response_class=Response, responses=answers(FindingBehind, "What it rests on"))
    def finding(digest: Digest, name: FindingId) -> Response:
        """One finding, and what it rests on."""
        return encoded(desk.finding(digest, name))

    @api.get(
        "/{digest}/figures/{name}",
        response_class=Response,
        responses=answers(tuple[FigureBehind, ...], "With all their items"),
    )
    def figures(digest: Digest, name: Name) -> Response:
        """The figures of a name, `cycle_time_p85` or `throughput:checkout`, and the items that they rest on."""
        return encoded(desk.figures(digest, name))

    @api.get(
        "/{before}/diff/{after}",
        response_class=Response,
        responses=answers(Diff, "The difference as `fingerpost.diff/1`"),
    )
    def difference(before: Digest, after: Digest) -> Response:
        """What differs between two reports."""
        return encoded(desk.diff(before, after))

    return api
