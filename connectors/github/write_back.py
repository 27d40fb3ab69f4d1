"""Writing back: one label of an item, or one field of a planning project, that says which objective it serves. Opt-in.

What is there is read first, and only what differs is written, by requests that name one label or one field: whatever
else the item holds is not even sent. One write a second, as GitHub asks (docs: best practices for using the REST API).
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from urllib.parse import quote

from connectors.errors import Gone, Refused, Retry, SourceError
from connectors.exchange import Answer, Request
from connectors.github import api
from connectors.github.limits import is_limit
from connectors.github.mirror import label_writings, still_lacking
from connectors.github.reader import Reader
from connectors.github.wire import Connection, Home, Named, Wire
from connectors.records import ItemRef
from connectors.source import Writing, Written
from connectors.transport import Clock

APART_S = 1.0
READ_AT_ONCE = 100
UNSEEN = "it is not to be seen any more"
HINT = "Give the token, or the App, write access to issues and pull requests."

LABELS = """query mirrors($ids: [ID!]!) { nodes(ids: $ids) {
  ... on Issue { id number repository { nameWithOwner } labels(first: 100) { nodes { name } } }
  ... on PullRequest { id number repository { nameWithOwner } labels(first: 100) { nodes { name } } }
} }"""  # GitHub lets nothing have more than 100 labels


class Labelled(Wire):
    """An issue or pull request with its labels; empty where the node is something else."""

    id: str = ""
    number: int = 0
    repository: Home | None = None
    labels: Connection[Named] | None = None

    @property
    def names(self) -> list[str]:
        return [label.name for label in self.labels.rows] if self.labels else []

    @property
    def place(self) -> str:
        """owner/name"""
        return self.repository.name_with_owner if self.repository else ""


class Shown(Wire):
    nodes: list[Labelled | None]


class Labels:
    """Mirrors by label."""

    def __init__(self, reader: Reader, *, prefix: str, clock: Clock) -> None:
        self._reader = reader
        self._prefix = prefix
        self._clock = clock
        self._defined: set[tuple[str, str]] = set()  #: repository and label that need no making
        self._closed: dict[str, str] = {}  #: repository, or "" for all of them → why nothing can be written there

    async def plan(self, tags: Mapping[str, str | None]) -> list[Writing]:
        """What differs, in the order of the tags; an item that is not to be seen is left out."""
        shown = await self._shown(tags)
        return [
            writing
            for ref, objective in tags.items()
            if (item := shown.get(ref))
            for writing in label_writings(
                ref=ref,
                key=f"{item.place}#{item.number}",
                labels=item.names,
                objective=objective,
                prefix=self._prefix,
            )
        ]

    async def write(self, writings: Sequence[Writing]) -> list[Written]:
        """How each went, in their order. One that fails stops no other, unless its repository refuses to be written to,
        or GitHub does not answer.
        """
        left, done = iter(writings), list[Written]()
        while part := list(islice(left, READ_AT_ONCE)):
            shown = await self._shown(writing.ref for writing in part)
            done += [await self._written(writing, shown.get(writing.ref)) for writing in part]
        return done

    async def _shown(self, refs: Iterable[str]) -> dict[str, Labelled]:
        """The items by ref, as they are now."""
        by_id = {ItemRef.parse(ref).id: ref for ref in refs}
        left, shown = list(by_id), dict[str, Labelled]()

        async def ask(size: int, shrinkable: bool) -> int:
            asked = left[:size]
            graph = await self._reader.ask(LABELS, {"ids": asked}, Shown, label="mirrors", shrinkable=shrinkable)
            found = zip(asked, graph.data.nodes, strict=False)
            shown.update({by_id[one]: item for one, item in found if item and item.repository})
            return len(asked)

        while left:
            del left[: await self._reader.sized("mirrors", ask, most=READ_AT_ONCE, left=len(left))]
        return shown

    async def _written(self, writing: Writing, item: Labelled | None) -> Written:
        if item is None:
            return Written(writing=writing, error=UNSEEN)
        if why := self._closed.get("") or self._closed.get(item.place):
            return Written(writing=writing, error=why)
        lacking = still_lacking(writing, item.names)
        try:
            if lacking.add:
                await self._add(item, lacking.add)
            if lacking.remove:
                await self._remove(item, lacking.remove)
        except (Refused, Retry) as error:
            self._closed[item.place if isinstance(error, Refused) else ""] = error.in_full
            return Written(writing=writing, error=error.in_full)
        except SourceError as error:
            return Written(writing=writing, error=error.in_full)
        return Written(writing=writing)

    async def _add(self, item: Labelled, label: str) -> None:
        await self._define(item.place, label)
        await self._send("POST", f"{_path(item)}/labels", json={"labels": [label]})

    async def _remove(self, item: Labelled, label: str) -> None:
        try:
            await self._send("DELETE", f"{_path(item)}/labels/{quote(label, safe='')}")
        except Gone as error:
            if "label does not exist" not in str(error).lower():  # any other 404 is no success
                raise

    async def _define(self, place: str, label: str) -> None:
        """Makes the label where the repository has none of the name."""
        if (place, label) in self._defined:
            return
        described = f"Serves the objective {label.removeprefix(self._prefix)}; kept up to date by fingerpost"
        with suppress(Refused, Unfit):  # it is there already, or not ours to make: putting it on tells
            await self._send("POST", f"/repos/{place}/labels", json={"name": label, "description": described[:100]})
        self._defined.add((place, label))

    async def _send(self, method: str, path: str, *, json: object = None) -> None:
        await self._clock.sleep(APART_S)
        request = Request(method=method, url=self._reader.url + path, label="write", json=json)
        await self._reader.transport.send(request, judge)


class Unfit(SourceError):
    """GitHub understands the writing and cannot take it: a label that is there already, or too long a name."""


def judge(answer: Answer) -> None:
    """Returns where it is written; raises the `SourceError` that says why not."""
    words = api.message(answer)
    if answer.status in (200, 201, 204):
        return
    if answer.status in (404, 410):
        raise Gone(f"GitHub does not find it ({words})")
    if answer.status == 422:
        raise Unfit(f"GitHub cannot take it ({words})")
    if answer.status == 403 and not is_limit(answer, words):
        # github/docs, troubleshooting-the-rest-api: the header names the permissions that would do
        needed = answer.headers.get("x-accepted-github-permissions", "")
        raise Refused(f"GitHub refuses to be written to ({words})", hint=f"It takes {needed}." if needed else HINT)
    raise api.failure(answer)


def _path(item: Labelled) -> str:
    return f"/repos/{item.place}/issues/{item.number}"
