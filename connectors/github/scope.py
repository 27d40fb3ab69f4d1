"""Which repositories the configured names stand for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from connectors.errors import Gone, Malformed, Refused
from connectors.github import api, queries, wire
from connectors.github.reader import Reader

NAMED_AT_ONCE = 50


@dataclass
class Resolved:
    """The repositories found, each once, the configured names that nothing was found for, and what is hidden."""

    repositories: dict[str, wire.Repository] = field(default_factory=dict)  #: by id
    unknown: dict[str, str] = field(default_factory=dict)  #: configured name → why
    hidden: dict[str, str] = field(default_factory=dict)  #: owner/* of whom not all is shown → why

    def add(self, repository: wire.Repository) -> None:
        self.repositories[repository.id] = repository


async def resolve(reader: Reader, asked: Sequence[str]) -> Resolved:
    """What `asked` stands for now: `owner/name`, where the name may hold *, ? and [abc]."""
    resolved = Resolved()
    names = [name for name in asked if not _is_pattern(name)]
    for start in range(0, len(names), NAMED_AT_ONCE):
        await _named(reader, names[start : start + NAMED_AT_ONCE], resolved)
    patterns = [name for name in asked if _is_pattern(name)]
    for owner in dict.fromkeys(pattern.partition("/")[0] for pattern in patterns):
        await _owned(reader, owner, [p for p in patterns if p.partition("/")[0] == owner], resolved)
    return resolved


def check(asked: Sequence[str]) -> None:
    """`Refused` where a configured name is none."""
    for name in asked:
        owner, slash, repository = name.partition("/")
        if not (owner and slash and repository) or "/" in repository or _is_pattern(owner):
            raise Refused(f"{name} names no repository", hint="Write owner/name; * may stand for any name.")


def covers(asked: Sequence[str], name: str) -> bool:
    """Whether a repository of this name is one that `asked` stands for."""
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in asked)


async def _named(reader: Reader, names: Sequence[str], resolved: Resolved) -> None:
    parts = [name.partition("/") for name in names]
    variables = {f"owner{n}": owner for n, (owner, _, _) in enumerate(parts)}
    variables |= {f"name{n}": name for n, (_, _, name) in enumerate(parts)}
    kind = dict[str, wire.Repository | None]
    graph = await reader.ask(queries.named(len(names), reader.schema), variables, kind, label="repositories")
    for n, name in enumerate(names):
        if found := graph.data.get(f"r{n}"):
            resolved.add(found)
        else:
            resolved.unknown[name] = "; ".join(api.causes(graph.hidden, f"r{n}")) or "no such repository"


async def _owned(reader: Reader, owner: str, patterns: Sequence[str], resolved: Resolved) -> None:
    nothing = f"{owner} has no such repository that this token may see"
    try:
        listed = await _all_of(reader, owner, resolved)
    except Gone as error:
        listed, nothing = [], str(error)
    for pattern in patterns:
        matching = [found for found in listed if fnmatchcase(found.name_with_owner.lower(), pattern.lower())]
        for found in matching:
            resolved.add(found)
        if not matching:
            resolved.unknown[pattern] = nothing


async def _all_of(reader: Reader, owner: str, resolved: Resolved) -> list[wire.Repository]:
    """Every repository of that owner that the token may see; whether there are others is noted in `resolved`. `Gone`
    where the owner is hidden, as by single sign-on."""
    listed: list[wire.Repository] = []
    cursor: str | None = None
    while True:
        variables = {"owner": owner, "after": cursor}
        graph = await reader.ask(queries.owned(reader.schema), variables, wire.Owner, label="repositories")
        if graph.data.repository_owner is None:
            if said := api.causes(graph.hidden, "repositoryOwner"):
                raise Gone("; ".join(said))
            return listed
        page = graph.data.repository_owner.repositories
        listed += page.rows
        if None in (page.nodes or ()):
            why = dict.fromkeys(api.causes(graph.hidden, "repositoryOwner", "repositories"))
            resolved.hidden[f"{owner}/*"] = "; ".join(why) or "repositories left out without a reason"
        if not page.longer:
            return listed
        if page.page_info.end_cursor in (None, cursor):
            raise Malformed(f"GitHub's pages of {owner}'s repositories stand still")
        cursor = page.page_info.end_cursor


def _is_pattern(name: str) -> bool:
    return any(sign in name for sign in "*?[")
