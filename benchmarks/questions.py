"""What kind of question a request was."""

import re

from connectors.twin.seen import Request

OPERATIONS = {
    "pullRequests": "pages of pull requests",
    "issues": "pages of issues",
    "deployments": "pages of deployments",
    "items": "drains",
    "more": "drains",
    "skim": "drains",
}
PATHS = {
    r"/attempts/": "earlier run attempts",
    r"/actions/runs": "pages of runs",
    r"/search": "searches",
    r"/issue/bulkfetch": "issues in bulk",
    r"/changelog/bulkfetch": "histories in bulk",
}
SURROUNDINGS = "what surrounds them"  #: the schema, the scope, the probe, catalogues; a site, its boards and sprints


def question(request: Request) -> str:
    """By the GraphQL operation, or else by the path."""
    if request.operation == "lists":
        return "history of the code" if re.search(r"\bhistory\(", request.body.decode()) else "catalogues"
    if request.operation:
        return OPERATIONS.get(request.operation, SURROUNDINGS)
    return next((kind for path, kind in PATHS.items() if re.search(path, request.path)), SURROUNDINGS)
