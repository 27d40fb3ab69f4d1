"""How work reaches its users: deployments, releases, tags, and the runs that make them."""

from datetime import datetime

from msgspec import Struct


class Deployment(Struct, frozen=True, kw_only=True, gc=False):
    """That a commit was to run in an environment, as the repository's host was told."""

    ref: str
    source: str
    repository: str
    environment: str
    production: bool | None  #: None where the source does not say
    sha: str
    git_ref: str | None
    state: str
    created_at: datetime
    updated_at: datetime
    succeeded_at: datetime | None  #: first `success` status, whatever came after (apache/devlake#8302)
    author: str | None = None  #: ref of an account
    transient: bool | None = None  #: made to be thrown away; None where the source does not say


class DeploymentStatus(Struct, frozen=True, kw_only=True, gc=False):
    """What became of a deployment, step by step."""

    item_ref: str  #: the deployment
    id: str
    state: str
    at: datetime


class Release(Struct, frozen=True, kw_only=True, gc=False):
    """A version of a repository that was given to its users, or is drafted."""

    ref: str
    source: str
    repository: str  #: owner/name
    tag: str
    name: str | None
    sha: str | None
    draft: bool
    prerelease: bool
    author: str | None  #: ref of an account
    published_at: datetime | None  #: None while it is a draft; `created_at` would be the commit's date
    updated_at: datetime
    url: str


class GitTag(Struct, frozen=True, kw_only=True, gc=False):
    """A tag of the repository's, not one of ours."""

    ref: str
    source: str
    repository: str  #: owner/name
    name: str
    sha: str  #: of the commit it leads to
    tagged_at: datetime | None  #: an annotated tag's own date; None for a plain one
    committed_at: datetime | None


class WorkflowRun(Struct, frozen=True, kw_only=True, gc=False):
    """One attempt at a run: a run that is made again has as many records as attempts."""

    ref: str
    source: str
    repository: str  #: owner/name
    run: str  #: the run's id, the same for each attempt
    attempt: int
    workflow: str  #: the workflow's name
    path: str | None  #: of the file that defines it
    event: str  #: what set it off
    branch: str | None
    sha: str
    state: str  #: completed, in_progress, queued …
    conclusion: str | None  #: success, failure, cancelled, skipped …; None until it is completed
    created_at: datetime
    started_at: datetime | None
    updated_at: datetime
    url: str
