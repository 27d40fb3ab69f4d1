"""Workflow runs over REST: GraphQL does not list them. A run is shown as its latest attempt."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from connectors.twin.github_filters import stated
from connectors.twin.github_objects import Node
from connectors.twin.github_paging import Ordered, Positions
from connectors.twin.github_rest_bodies import Bodies
from connectors.twin.github_state import GitHubHost
from connectors.twin.github_wire import Answer, Call, Endpoint

MOST_FILTERED = 1000
"""No filter shows more (github.com/airbytehq/airbyte#13926)."""
FILTERS: Mapping[str, str] = {"branch": "headBranch", "event": "event", "head_sha": "headSha"}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def runs(call: Call) -> Answer:
    """The repository's runs, the newest first."""
    holder = call.repository()
    listed = [run for run in holder.get("workflowRuns") or () if _passes(run, call.asked)]
    ordered = Ordered(listed, by=stated("createdAt"), descending=True)
    filtered = bool(call.asked.keys() & {*FILTERS, "created", "status", "actor"})
    shown = Positions([ordered.item(n) for n in range(min(len(ordered), MOST_FILTERED if filtered else len(ordered)))])
    rows = call.rows(shown, shown=lambda run: _body(call, holder, run, len(run["attempts"])))
    return Answer(body={"total_count": len(listed), "workflow_runs": rows.body}, headers=rows.headers)


def run(call: Call) -> Answer:
    """One run, as its latest attempt."""
    found = _found(call)
    return Answer(body=_body(call, call.repository(), found, len(found["attempts"])))


def attempt(call: Call) -> Answer:
    """One attempt at a run."""
    found, number = _found(call), call.named["attempt"]
    if not 1 <= number <= len(found["attempts"]):
        call.nothing()
    return Answer(body=_body(call, call.repository(), found, number))


def _found(call: Call) -> Node:
    listed: list[Node] = call.repository().get("workflowRuns") or []
    return next((each for each in listed if each["id"] == call.named["run"]), None) or call.nothing()


def _passes(run: Node, asked: Mapping[str, str]) -> bool:
    latest = run["attempts"][-1]
    return (
        all(run[field] == asked[name] for name, field in FILTERS.items() if name in asked)
        and asked.get("status", latest["status"]) in (latest["status"], latest["conclusion"])
        and _within(run["createdAt"], asked.get("created", "*"))
    )


def _within(instant: str, asked: str) -> bool:
    """Whether the instant lies in the range, ends included: `A..B`, `A..*`, `>=A`, `<B`, or one day."""
    if found := re.fullmatch(r"([<>]=?)(.+)", asked):
        sign, edge = found.groups()
        low, high = _ends(edge)
        at = datetime.fromisoformat(instant)
        return {">": at > high, ">=": at >= low, "<": at < low, "<=": at <= high}[sign]
    first, _, last = asked.partition("..")
    low, high = _ends(first)[0], _ends(last or first)[1]
    return low <= datetime.fromisoformat(instant) <= high


def _ends(edge: str) -> tuple[datetime, datetime]:
    """The first and last second that an edge of a range names; a date names a whole day, `*` all time."""
    if edge == "*":
        return datetime.fromisoformat("0001-01-01T00:00:00Z"), datetime.fromisoformat("9999-01-01T00:00:00Z")
    if DAY.fullmatch(edge):
        begins = datetime.fromisoformat(f"{edge}T00:00:00Z")
        return begins, begins + timedelta(days=1, seconds=-1)
    return (at := datetime.fromisoformat(edge.replace(" ", "+"))), at


def _body(call: Call, holder: Node, run: Node, number: int) -> Node:
    return body(call.host, call.api, holder, run, number)


def body(host: GitHubHost, api: str, holder: Node, run: Node, number: int) -> Node:
    """That attempt at a run, in the words of REST."""
    bodies, tried = Bodies(host, api), run["attempts"][number - 1]
    url = f"{bodies.repository_api(holder)}/actions/runs/{run['id']}"
    before = f"{url}/attempts/{number - 1}" if number > 1 else None
    actor = bodies.account(tried.get("actor"))
    return {
        "id": run["id"],
        "node_id": f"WFR_{run['id']}",
        "name": run["name"],
        "path": run["path"],
        "display_title": run.get("title", run["name"]),
        "run_number": run["runNumber"],
        "run_attempt": number,
        "previous_attempt_url": before,
        "event": run["event"],
        "status": tried["status"],
        "conclusion": tried["conclusion"],
        "workflow_id": run.get("workflowId", 1),
        "head_branch": run["headBranch"],
        "head_sha": run["headSha"],
        "pull_requests": [],
        "created_at": run["createdAt"],
        "run_started_at": tried["startedAt"],
        "updated_at": tried["updatedAt"],
        "actor": actor,
        "triggering_actor": actor,
        "repository": bodies.repository(holder),
        "url": url,
        "html_url": f"{host.web}/{holder['nameWithOwner']}/actions/runs/{run['id']}",
        "jobs_url": f"{url}/jobs",
    }


OF_REPOSITORY: Mapping[str, Endpoint] = {
    "/actions/runs": runs,
    "/actions/runs/{run:int}": run,
    "/actions/runs/{run:int}/attempts/{attempt:int}": attempt,
}
