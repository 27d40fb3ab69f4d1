"""What is done to repositories and to what they define: names and owners, labels, milestones, tags, releases,
deployments, workflow runs."""

from typing import Any

from connectors.twin.github_derived import DERIVED
from connectors.twin.github_hooks import API, bodies, tell
from connectors.twin.github_objects import Node
from connectors.twin.github_rest_runs import body as run_body
from connectors.twin.github_state import GitHubHost


def rename_repository(host: GitHubHost, repository: Node, name: str, *, by: Node | None = None) -> None:
    """Give the repository another name; the old one leads to it until it is taken."""
    before, repository["name"] = repository["name"], name
    _rename(host, repository)
    changes = {"repository": {"name": {"from": before}}}
    tell(host, "repository.renamed", by=by or host.viewer, repository=repository, changes=changes)


def transfer_repository(host: GitHubHost, repository: Node, owner: Node, *, by: Node | None = None) -> None:
    """Give the repository to another account of the host; the old name leads to it until it is taken."""
    before, repository["owner"] = repository["owner"], owner
    _rename(host, repository)
    kind = "organization" if before["__typename"] == "Organization" else "user"
    changes = {"owner": {"from": {kind: bodies(host).account(before)}}}
    tell(host, "repository.transferred", by=by or host.viewer, repository=repository, changes=changes)


def make_private(host: GitHubHost, repository: Node, *, by: Node | None = None) -> None:
    """Let only those see the repository who were given it."""
    repository["isPrivate"] = True
    host.changed(repository)
    tell(host, "repository.privatized", by=by or host.viewer, repository=repository)


def hide_repository(host: GitHubHost, repository: Node, *, by: Node | None = None) -> None:
    """Take the repository from the token's sight: it and all in it answer as if they were not there."""
    removed = {"id": repository["databaseId"], "node_id": repository["id"]}
    removed |= {"name": repository["name"], "full_name": repository["nameWithOwner"]}
    told: Node = {"repositories_removed": [{**removed, "private": True}], "repositories_added": []}
    tell(host, "installation_repositories.removed", by=by or host.viewer, repository_selection="selected", **told)
    host.close_repository(repository)


def show_repository(host: GitHubHost, repository: Node) -> None:
    """Bring back what was hidden."""
    host.repositories.append(repository)
    host.open_repository(repository)
    host.changed(repository)


def delete_repository(host: GitHubHost, repository: Node, *, by: Node | None = None) -> None:
    """Delete the repository with all that is in it."""
    tell(host, "repository.deleted", by=by or host.viewer, repository=repository)
    host.close_repository(repository)


def define_label(host: GitHubHost, repository: Node, name: str, *, at: str, by: Node, **fields: Any) -> Node:
    """A new label of the repository's."""
    made = {"name": name, "createdAt": at, "updatedAt": at, **fields}
    repository["labels"] = [*_defined(host, repository), made]
    host.define(repository, made, "Label")
    tell(host, "label.created", by=by, repository=repository, label=bodies(host).label(made))
    return made


def rename_label(host: GitHubHost, repository: Node, name: str, to: str, *, at: str, by: Node) -> None:
    """Give the label another name wherever it is: no timeline tells of it, and no item's `updatedAt` moves."""
    repository["labels"] = _defined(host, repository)
    changed = next(each for each in repository["labels"] if each["name"] == name)
    borne = [label for label in _borne(repository) if label["name"] == name]
    for label in [changed, *borne]:
        label.update(id=changed["id"], name=to, updatedAt=at)
    host.changed(repository)
    changes = {"name": {"from": name}}
    tell(host, "label.edited", by=by, repository=repository, label=bodies(host).label(changed), changes=changes)


def delete_label(host: GitHubHost, repository: Node, name: str, *, by: Node) -> None:
    """Delete the label and take it off every item: no timeline tells of it, and no item's `updatedAt` moves."""
    defined = _defined(host, repository)
    gone = next(each for each in defined if each["name"] == name)
    repository["labels"] = [each for each in defined if each is not gone]
    for item in (*repository["issues"], *repository["pullRequests"]):
        item["labels"] = [each for each in item.get("labels") or () if each["name"] != name]
    host.changed(repository)
    tell(host, "label.deleted", by=by, repository=repository, label=bodies(host).label(gone))


def define_milestone(host: GitHubHost, repository: Node, title: str, *, at: str, by: Node, **fields: Any) -> Node:
    """A new milestone of the repository's."""
    defined = repository.setdefault("milestones", [])
    made = {"title": title, "number": len(defined) + 1, "createdAt": at, "updatedAt": at, **fields}
    defined.append(made)
    host.define(repository, made, "Milestone")
    tell(host, "milestone.created", by=by, repository=repository, milestone=bodies(host).milestone(made))
    return made


def edit_milestone(host: GitHubHost, repository: Node, milestone: Node, *, at: str, by: Node, **fields: Any) -> None:
    """Give the milestone another date or title: no item's `updatedAt` moves."""
    changes = {name: {"from": milestone.get(name)} for name in fields}
    milestone.update(fields, updatedAt=at)
    host.changed(repository)
    told = {"milestone": bodies(host).milestone(milestone), "changes": changes}
    tell(host, "milestone.edited", by=by, repository=repository, **told)


def tag(host: GitHubHost, repository: Node, name: str, commit: Node, *, at: str, by: Node) -> Node:
    """Tag a commit, with a note of its own date."""
    note = {"__typename": "Tag", "name": name, "oid": commit["oid"][::-1], "tagger": {"date": at}, "target": commit}
    made = {"name": name, "prefix": "refs/tags/", "target": note}
    repository.setdefault("refs", []).append(made)
    host.define(repository, made, "Ref")
    tell(host, "create", by=by, repository=repository, ref=name, ref_type="tag", master_branch="main")
    return made


def publish(host: GitHubHost, repository: Node, tag_name: str, *, at: str, by: Node, created_at: str) -> Node:
    """Publish a release of a tag; `created_at` is the date of the tag's commit, as GitHub has it."""
    made = {"tagName": tag_name, "name": tag_name, "author": by, "publishedAt": at, "updatedAt": at}
    made["createdAt"] = created_at
    repository.setdefault("releases", []).append(made)
    host.define(repository, made, "Release")
    tell(host, "release.published", by=by, repository=repository, release=_release(host, made))
    return made


def edit_release(host: GitHubHost, repository: Node, release: Node, *, at: str, by: Node, **fields: Any) -> None:
    """Change a release after the fact."""
    release.update(fields, updatedAt=at)
    host.changed(repository)
    tell(host, "release.edited", by=by, repository=repository, release=_release(host, release), changes={})


def delete_release(host: GitHubHost, repository: Node, release: Node, *, by: Node) -> None:
    """Take a release back; its tag stays."""
    tell(host, "release.deleted", by=by, repository=repository, release=_release(host, release))
    repository["releases"] = [each for each in repository["releases"] if each is not release]
    del host.by_id[release["id"]]
    host.changed(repository)


def deploy(host: GitHubHost, repository: Node, commit: Node, *, at: str, by: Node, environment: str) -> Node:
    """Ask for a deployment; nothing has come of it yet."""
    made: Node = {"createdAt": at, "updatedAt": at, "environment": environment, "creator": by, "commit": commit}
    made |= {"task": "deploy", "statuses": [], "ref": {"name": "main"}}
    repository.setdefault("deployments", []).append(made)
    host.define(repository, made, "Deployment")
    tell(host, "deployment.created", by=by, repository=repository, deployment=bodies(host).deployment(made))
    return made


def set_status(host: GitHubHost, deployment: Node, state: str, *, at: str, by: Node) -> None:
    """Say what came of a deployment, however late; that it became inactive, no delivery tells."""
    status: Node = {"state": state, "createdAt": at, "updatedAt": at, "creator": by}
    deployment["statuses"].append(status)
    deployment["updatedAt"] = at
    host.changed(deployment)
    host.completed(deployment)
    if state == "INACTIVE":
        return
    shown = bodies(host)
    told = {"node_id": status["id"], "state": state.lower(), "creator": shown.account(by), "created_at": at}
    about = {"deployment_status": told, "deployment": shown.deployment(deployment)}
    repository = host.by_id[deployment["repository"]]
    tell(host, "deployment_status.created", by=by, repository=repository, **about)


def run(
    host: GitHubHost, repository: Node, name: str, *, at: str, by: Node, sha: str, conclusion: str = "success"
) -> Node:
    """A workflow run on the main branch that has ended."""
    runs = repository.setdefault("workflowRuns", [])
    made: Node = {"id": 2**33 + len(runs) + 1, "runNumber": len(runs) + 1, "name": name, "event": "push"}
    made |= {"path": f".github/workflows/{name}.yml", "headBranch": "main", "headSha": sha, "createdAt": at}
    made["attempts"] = [_attempt(at, by, conclusion)]
    runs.append(made)
    _tell_run(host, repository, made, by=by)
    return made


def run_again(
    host: GitHubHost, repository: Node, again: Node, *, at: str, by: Node, conclusion: str = "success"
) -> None:
    """Another attempt at a run: the same id, and the date it was created on."""
    again["attempts"].append(_attempt(at, by, conclusion))
    _tell_run(host, repository, again, by=by)


def _attempt(at: str, by: Node, conclusion: str) -> Node:
    return {"status": "completed", "conclusion": conclusion, "actor": by, "startedAt": at, "updatedAt": at}


def _tell_run(host: GitHubHost, repository: Node, made: Node, *, by: Node) -> None:
    shown = run_body(host, API, repository, made, len(made["attempts"]))
    host.changed(repository)
    tell(host, "workflow_run.completed", by=by, repository=repository, workflow_run=shown)


def _rename(host: GitHubHost, repository: Node) -> None:
    repository["nameWithOwner"] = f"{repository['owner']['login']}/{repository['name']}"
    host.named[repository["nameWithOwner"].lower()] = repository
    host.changed(repository)


def _defined(host: GitHubHost, repository: Node) -> list[Node]:
    stated = repository.get("labels")
    return list(DERIVED["Repository.labels"](host, repository) if stated is None else stated)


def _borne(repository: Node) -> list[Node]:
    items = (*repository["issues"], *repository["pullRequests"])
    return [label for item in items for label in item.get("labels") or ()]


def _release(host: GitHubHost, release: Node) -> Node:
    words = {"tag_name": "tagName", "name": "name", "created_at": "createdAt", "published_at": "publishedAt"}
    told = {rest: release.get(field) for rest, field in words.items()}
    flags = {"draft": bool(release.get("isDraft")), "prerelease": bool(release.get("isPrerelease"))}
    author = bodies(host).account(release.get("author"))
    return {"id": release["databaseId"], "node_id": release["id"], "author": author, **told, **flags}
