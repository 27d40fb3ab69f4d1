"""The commits of a pull request that has more of them than GraphQL shows, by comparing its two ends over REST."""

from collections.abc import Sequence

from msgspec import Struct

from connectors.errors import Malformed, TooLarge
from connectors.github import items, rest
from connectors.github.reader import Reader
from connectors.github.wire import Actor, Instant


class _Signed(Struct):
    date: Instant


class _Git(Struct):
    author: _Signed
    committer: _Signed
    message: str = ""


class _Account(Struct):
    """Empty where GitHub knows nobody by the address in the commit."""

    node_id: str = ""
    login: str = ""
    id: int | None = None
    type: str = ""


class Compared(Struct):
    sha: str
    commit: _Git
    author: _Account | None = None

    @property
    def row(self) -> items.PullRequestCommit:
        """The same as GraphQL tells it."""
        who = self.author or _Account()
        user = Actor(typename=who.type, id=who.node_id, login=who.login, database_id=who.id) if who.node_id else None
        commit = items.Commit(
            oid=self.sha,
            message=self.commit.message,
            authored_date=self.commit.author.date,
            committed_date=self.commit.committer.date,
            author=items.GitActor(user=user),
        )
        return items.PullRequestCommit(commit=commit)


class Comparison(Struct):
    """A page of what the head has and the base has not, in the order of the history."""

    commits: list[Compared]


async def complete(reader: Reader, found: Sequence[items.Item]) -> None:
    """Puts all commits in the place of the first 250, where comparing shows as many as GitHub counts.

    # docs: rest/pulls/pulls#list-commits-on-a-pull-request
    """
    for item in found:
        if isinstance(item, items.PullRequest) and item.commits and item.commits.short:
            rows = await _compared(reader, item)
            if len(rows) == item.commits.total_count:
                item.commits.nodes = list(rows)


async def _compared(reader: Reader, found: items.PullRequest) -> list[items.PullRequestCommit]:
    """None where the two ends are not known, or cannot be compared any more."""
    if not (found.base_ref_oid and found.head_ref_oid):
        return []
    path = f"/repos/{found.repository.name_with_owner}/compare/{found.base_ref_oid}...{found.head_ref_oid}"
    rows: list[items.PullRequestCommit] = []
    page: dict[str, str] | None = {"per_page": "100", "page": "1"}  # without them it ends at 250 (github.md §7)
    asked: list[dict[str, str]] = []
    while page and page not in asked:
        asked.append(page)
        try:
            reply = await rest.get(reader, path, Comparison, label="compare", params=page)
        except (Malformed, TooLarge):
            return []
        rows += [one.row for one in (reply.found.commits if reply.found else ())]
        page = reply.onward
    return rows
