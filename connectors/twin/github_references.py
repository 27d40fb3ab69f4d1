"""What REST leaves out of timelines, told again from what it recorded: who spoke of whom, and what was connected.

GitHub writes a cross-reference into the timeline of whatever a description, a comment or a review names, once for each
that names it (https://docs.github.com/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from connectors.twin.github_objects import Node

#: Comments and code, in which nothing is a reference.
SILENT = re.compile(r"<!--.*?(?:-->|\Z)|```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
REFERENCE = re.compile(
    r"(?:https://github\.com/(?P<at>[\w.-]+/[\w.-]+)/(?:issues|pull)/|(?<![\w/&.-])(?P<of>[\w.-]+/[\w.-]+)?#)"
    r"(?P<number>[1-9]\d*)\b"
)

Item = tuple[str, int]  #: a repository's name with its owner, and a number
Items = Mapping[Item, Node]


class Said(NamedTuple):
    """A text, when it was written, and by whom."""

    at: str
    by: Node | None
    text: str


def cross_refer(items: Items) -> None:
    """Tell each item who spoke of it."""
    for place, item in items.items():
        told: dict[Item, Said] = {}
        for said in sorted(_texts(item), key=lambda said: said.at):
            for named in _named(said.text, repository=place[0]):
                told.setdefault(named, said)
        for named, said in told.items():
            if named != place and named in items:
                _tell(items[named], said, source=item, is_apart=named[0] != place[0])


def connect(items: Items) -> None:
    """Tell each connection its two sides: both their timelines have it, of the same instant and by the same account."""
    sides: dict[tuple[str, str], list[tuple[Node, Node]]] = defaultdict(list)
    for item in items.values():
        for event in item["timelineItems"]:
            if event["__typename"] == "ConnectedEvent":
                sides[event["createdAt"], (event["actor"] or {}).get("login", "")].append((item, event))
    for pair in sides.values():
        pulls = [item for item, _ in pair if "baseRefName" in item]
        issues = [item for item, _ in pair if "baseRefName" not in item]
        if len(pulls) == len(issues) == 1:
            _connect(pulls[0], issues[0], [event for _, event in pair])


def _connect(pull: Node, issue: Node, events: Iterable[Node]) -> None:
    """A pull request closes what it was connected with, as if its description said so."""
    closes: list[Any] = pull["closingIssuesReferences"]
    if issue["id"] not in closes:
        closes.append(issue["id"])
    for event in events:
        event.update(source=pull["id"], subject=issue["id"], isCrossRepository=False)


def _texts(item: Node) -> Iterator[Said]:
    yield Said(item["createdAt"], item["author"], item["body"] or "")
    threads: Sequence[Node] = item.get("reviewThreads", ())
    for each in (*item["comments"], *item.get("reviews", ()), *(said for one in threads for said in one["comments"])):
        yield Said(each.get("submittedAt") or each["createdAt"], each["author"], each["body"] or "")


def _named(text: str, *, repository: str) -> Iterator[Item]:
    for found in REFERENCE.finditer(SILENT.sub(" ", text)):
        yield found["at"] or found["of"] or repository, int(found["number"])


def _tell(item: Node, said: Said, *, source: Node, is_apart: bool) -> None:
    """In its place by time: what has no date of its own stays behind what it follows."""
    event = {
        "__typename": "CrossReferencedEvent",
        "id": f"reference-{source['id']}-{item['id']}",
        "createdAt": said.at,
        "actor": said.by,
        "source": source["id"],
        "target": item["id"],
        "willCloseTarget": item["id"] in source.get("closingIssuesReferences", ()),
        "isCrossRepository": is_apart,
    }
    timeline: list[Node] = item["timelineItems"]
    later = (place for place, each in enumerate(timeline) if (each.get("createdAt") or "") > said.at)
    timeline.insert(next(later, len(timeline)), event)
