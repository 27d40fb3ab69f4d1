"""Who asks, and what of a host they may see: tokens, Apps with their installations, permissions, single sign-on."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.twin.github_objects import Node
from connectors.twin.github_state import GitHubHost, written
from connectors.twin.github_terms import Installation

# Which permission a field needs, by the page of each in https://docs.github.com/rest/authentication.
NEEDED: Mapping[str, str] = {
    **dict.fromkeys(("Repository.issues", "Repository.issue", "Repository.labels", "Repository.label"), "issues"),
    **dict.fromkeys(("Repository.milestones", "Repository.milestone"), "issues"),
    **dict.fromkeys(("Repository.pullRequests", "Repository.pullRequest"), "pull_requests"),
    **dict.fromkeys(("Repository.releases", "Repository.release", "Repository.refs", "Repository.ref"), "contents"),
    "Repository.object": "contents",
    "Repository.deployments": "deployments",
    **dict.fromkeys(("PullRequest.statusCheckRollup", "Commit.statusCheckRollup"), "checks"),
    **dict.fromkeys(("Organization.projectsV2", "Organization.projectV2"), "organization_projects"),
    **dict.fromkeys(("Issue.projectItems", "PullRequest.projectItems"), "organization_projects"),
    **dict.fromkeys(("Organization.teams", "Organization.team", "Organization.membersWithRole"), "members"),
}
WRITTEN: Mapping[str, str] = dict.fromkeys(
    ("Mutation.updateProjectV2ItemFieldValue", "Mutation.clearProjectV2ItemFieldValue"), "organization_projects"
)
SSO = (
    "Resource protected by organization SAML enforcement. "
    "You must grant your personal access token access to this organization."
)
TOKEN_LASTS = timedelta(hours=1)
LONGEST_ASSERTION_S = 600 + 60
"""Ten minutes, and the minute that the beginning is dated back (docs.github.com, generating a JWT for an App)."""


class Denied(Exception):
    """The credentials are not taken: a 401 with this message."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """One request's rights. `principal` is whose budgets it spends."""

    principal: str = "user"
    installation: Installation | None = None
    is_app: bool = False
    """Whether it is signed as the App itself, which may do nothing but ask about itself."""

    @property
    def kind(self) -> str:
        """How GitHub calls the credentials in its refusals."""
        return "integration" if self.installation or self.is_app else "personal access token"

    def sees(self, host: GitHubHost, repository: Node) -> bool:
        """Whether there is such a repository for the asker: an installation sees its account's and the public ones."""
        if repository["id"] not in host.by_id:
            return False
        if self.installation is None or not repository.get("isPrivate"):
            return True
        return self.installation.covers(repository)

    def lacks(self, host: GitHubHost, permission: str, *, write: bool = False) -> bool:
        """Whether the token was not given this permission."""
        wanted = {permission, f"{permission}:write"} if write else {permission}
        if wanted & host.denied:
            return True
        granted = self.installation.permissions.get(permission) if self.installation else "write"
        return granted is None or (write and granted != "write")


EVERYTHING = Access()


@dataclass
class Doorkeeper:
    """Takes credentials, and gives out installation tokens, which end an hour later by the host's clock."""

    host: GitHubHost
    given: dict[str, tuple[Installation, datetime]] = field(default_factory=dict)

    def admit(self, authorization: str | None) -> Access | None:
        """The rights that the header gives; None where there is no header and the host lets nobody in without."""
        if authorization is None:
            return EVERYTHING if self.host.token is None and self.host.app is None else None
        token = authorization.partition(" ")[2]
        if token in self.given:
            return self._installed(token)
        if self.host.app is not None and token.count(".") == 2:
            return self._signed(token)
        lapsed = self.host.token_expires_at is not None and self.host.now() >= self.host.token_expires_at
        if lapsed or (self.host.token is not None and token != self.host.token):
            raise Denied("Bad credentials")
        return EVERYTHING

    def token_for(self, installation: Installation) -> Node:
        """A new token of the installation's, as GitHub answers it."""
        expires_at = self.host.now() + TOKEN_LASTS
        token = f"ghs_{installation.id}n{len(self.given) + 1}"
        self.given[token] = installation, expires_at
        return {
            "token": token,
            "expires_at": written(expires_at),
            "permissions": dict(installation.permissions),
            "repository_selection": "selected" if installation.repositories is not None else "all",
        }

    def _installed(self, token: str) -> Access:
        installation, expires_at = self.given[token]
        if self.host.now() >= expires_at or installation.suspended:
            raise Denied("Bad credentials")
        return Access(principal=f"installation {installation.id}", installation=installation)

    def _signed(self, token: str) -> Access:
        """The App's own assertion; its claims are read, its signature is taken on trust."""
        app = self.host.app
        claims = _claims(token)
        if app is None or str(claims.get("iss")) not in (str(app.id), app.client_id):
            raise Denied("A JSON web token could not be decoded")
        issued, expires = claims.get("iat", 0), claims.get("exp", 0)
        if expires - issued > LONGEST_ASSERTION_S:
            raise Denied("'Expiration time' claim ('exp') is too far in the future")
        if app.by_clock and not issued <= self.host.now().timestamp() < expires:
            raise Denied("'Expiration time' claim ('exp') must be a numeric value representing the future time")
        return Access(principal=f"app {app.id}", is_app=True)


def _claims(token: str) -> Node:
    part = token.split(".")[1]
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
