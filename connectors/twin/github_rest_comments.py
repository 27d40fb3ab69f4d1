"""What is said about issues and pull requests, in lists of their own, as plain clients of REST ask for it."""

from collections.abc import Mapping

from connectors.twin.github_objects import Node
from connectors.twin.github_paging import Positions
from connectors.twin.github_rest_bodies import Bodies
from connectors.twin.github_wire import Answer, Call, Endpoint


def comments(call: Call) -> Answer:
    """Comments on an issue or on the issue side of a pull request, oldest first."""
    return _listed(call, call.item().get("comments") or [])


def review_comments(call: Call) -> Answer:
    """Comments on the code of a pull request, thread by thread."""
    threads = call.item("PullRequest").get("reviewThreads") or []
    return _listed(call, [each for thread in threads for each in thread.get("comments") or []])


def requested_reviewers(call: Call) -> Answer:
    """Who is asked for a review and has not answered."""
    return Answer(body=Bodies(call.host, call.api).asked(call.item("PullRequest")))


def _listed(call: Call, said: list[Node]) -> Answer:
    return call.rows(Positions(said), shown=Bodies(call.host, call.api).comment)


OF_REPOSITORY: Mapping[str, Endpoint] = {
    "/issues/{number:int}/comments": comments,
    "/pulls/{number:int}/comments": review_comments,
    "/pulls/{number:int}/requested_reviewers": requested_reviewers,
}
