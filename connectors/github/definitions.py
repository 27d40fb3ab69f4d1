"""What a repository defines, and what it names: labels, milestones, git tags and releases, as GitHub tells them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from msgspec import Raw

from connectors.github.accounts import Accounts
from connectors.github.parse import decode, text, utc
from connectors.github.wire import Actor, Home, Instant, Object, Whole, Wire
from connectors.records import GitTag, ItemRef, Label, Milestone, Record, Release

HOME = "repository { nameWithOwner }"
COMMIT = "... on Commit { committedDate }"
#: A tag may be a tag of a tag. Two deep is deeper than anybody goes.
TARGET = f"__typename oid {COMMIT} ... on Tag {{ target {{ __typename oid {COMMIT} }} }}"

DAILY, WEEKLY = timedelta(days=1), timedelta(days=7)


class _Label(Wire):
    id: str
    repository: Home
    name: str
    description: str | None = None


class _Milestone(Wire):
    id: str
    repository: Home
    number: Whole
    title: str
    state: str
    updated_at: Instant
    created_at: Instant | None = None
    closed_at: Instant | None = None
    due_on: Instant | None = None


class _Tagger(Wire):
    date: Instant | None = None


class _GitObject(Wire):
    """A commit, an annotated tag with what it leads to, or something that no release is made of."""

    oid: str
    typename: str = ""
    committed_date: Instant | None = None
    tagger: _Tagger | None = None
    target: "_GitObject | None" = None


class _GitTag(Wire):
    id: str
    repository: Home
    name: str
    target: _GitObject | None = None


class _Release(Wire):
    id: str
    repository: Home
    tag_name: str
    updated_at: Instant
    url: str = ""
    name: str | None = None
    is_draft: bool = False
    is_prerelease: bool = False
    published_at: Instant | None = None
    author: Actor | None = None
    tag_commit: Object | None = None


def label(raw: Raw, accounts: Accounts) -> Label:
    """The label; `Malformed` where it is something else, as everywhere below."""
    found = decode(raw, _Label)
    return Label(
        ref=str(ItemRef(accounts.source, "label", found.id)),
        source=accounts.source,
        repository=found.repository.name_with_owner,
        name=text(found.name),
        description=text(found.description) or None,
    )


def milestone(raw: Raw, accounts: Accounts) -> Milestone:
    """The milestone; a day that it is due on comes as an instant of that day in UTC."""
    found = decode(raw, _Milestone)
    return Milestone(
        ref=str(ItemRef(accounts.source, "milestone", found.id)),
        source=accounts.source,
        repository=found.repository.name_with_owner,
        number=found.number,
        title=text(found.title),
        state=found.state.lower(),
        due_on=utc(found.due_on).date() if found.due_on else None,
        created_at=found.created_at,
        updated_at=found.updated_at,
        closed_at=found.closed_at,
    )


def git_tag(raw: Raw, accounts: Accounts) -> GitTag | None:
    """The tag and the commit it leads to; None where it leads to none, as a tag of a file does."""
    found = decode(raw, _GitTag)
    annotation = found.target if found.target and found.target.target else None
    commit = found.target
    while commit and commit.target:
        commit = commit.target
    if commit is None or commit.committed_date is None:
        return None
    tagged_at = annotation.tagger.date if annotation and annotation.tagger else None
    return GitTag(
        ref=str(ItemRef(accounts.source, "git_tag", found.id)),
        source=accounts.source,
        repository=found.repository.name_with_owner,
        name=text(found.name),
        sha=commit.oid,
        tagged_at=utc(tagged_at) if tagged_at else None,
        committed_at=utc(commit.committed_date),
    )


def release(raw: Raw, accounts: Accounts) -> Release:
    """The release. Its creation is its commit's, and says nothing of when it was published (github.md §1a)."""
    found = decode(raw, _Release)
    return Release(
        ref=str(ItemRef(accounts.source, "release", found.id)),
        source=accounts.source,
        repository=found.repository.name_with_owner,
        tag=text(found.tag_name),
        name=text(found.name) or None,
        sha=found.tag_commit.oid if found.tag_commit else None,
        draft=found.is_draft,
        prerelease=found.is_prerelease,
        author=accounts.ref(found.author),
        published_at=None if found.is_draft else found.published_at,
        updated_at=found.updated_at,
        url=found.url,
    )


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One kind of them, and how often it is read: its newest rows, and all of it."""

    name: str
    kind: str  #: in their refs
    typename: str
    connection: str  #: GitHub's name for a repository's list of them
    arguments: str
    row: str
    parse: Callable[[Raw, Accounts], Record | None]
    every: timedelta = DAILY
    whole_every: timedelta = DAILY


LABELS = Definition(
    name="labels",
    kind="label",
    typename="Label",
    connection="labels",
    arguments="orderBy: {field: CREATED_AT, direction: ASC}",
    row=f"id {HOME} name description",
    parse=label,
)
MILESTONES = Definition(
    name="milestones",
    kind="milestone",
    typename="Milestone",
    connection="milestones",
    arguments="orderBy: {field: UPDATED_AT, direction: DESC}",
    row=f"id {HOME} number title state dueOn createdAt updatedAt closedAt",
    parse=milestone,
)
GIT_TAGS = Definition(
    name="git_tags",
    kind="git_tag",
    typename="Ref",
    connection="refs",
    arguments='refPrefix: "refs/tags/", orderBy: {field: TAG_COMMIT_DATE, direction: DESC}',
    row=f"id {HOME} name target {{ __typename oid {COMMIT} ... on Tag {{ tagger {{ date }} target {{ {TARGET} }} }} }}",
    parse=git_tag,
    whole_every=WEEKLY,
)
RELEASES = Definition(
    name="releases",
    kind="release",
    typename="Release",
    connection="releases",
    arguments="orderBy: {field: CREATED_AT, direction: DESC}",
    row=(
        f"id {HOME} tagName name isDraft isPrerelease publishedAt updatedAt url "
        "tagCommit { oid } author { ...actor }"
    ),
    parse=release,
    every=WEEKLY,  # and whenever the probe shows another
    whole_every=WEEKLY,
)
DEFINITIONS = (LABELS, MILESTONES, GIT_TAGS, RELEASES)
