"""The guide of one team: the parts of the report that are about its own way."""

from collections.abc import Sequence
from dataclasses import dataclass

from sync.reconcile.figures import Figure
from sync.reconcile.findings import Finding
from sync.reconcile.obstacles import Obstacle
from sync.reconcile.teams import TeamView
from sync.report.entries import Start
from sync.report.model import ObjectiveRow, Report
from sync.report.starting import starts_of


@dataclass(frozen=True, kw_only=True)
class Guide:
    team: TeamView
    objectives: Sequence[ObjectiveRow]  #: that it owns, or that its open items serve, in rank order
    findings: Sequence[Finding]  #: that are its own, the gravest first
    starts: Sequence[Start]  #: among these findings, what has the most effort at stake first
    obstacles: Sequence[Obstacle]  #: of its own items, the most effort at stake first
    figures: Sequence[Figure]  #: none where it is too small for them (metrics.md §10.2)


def guide(team: TeamView, report: Report) -> Guide:
    return Guide(
        team=team,
        objectives=[row for row in report.objectives if row.id in team.objectives],
        findings=[finding for finding in report.findings if finding.owner == team.id],
        starts=starts_of(report, team.id),
        obstacles=[each for each in report.obstacles if each.team == team.id],
        figures=[figure for figure in _figures(team, report) if figure.reason != "suppressed_privacy"],
    )


def _figures(team: TeamView, report: Report) -> list[Figure]:
    efforts = report.alignment.teams if report.alignment else ()
    scopes = report.pull_requests.scopes if report.pull_requests else ()
    told = [figure for each in efforts if each.team == team.id for figure in each.figures]
    return told + [figure for scope in scopes if scope.id == f"team:{team.id}" for figure in scope.figures]
