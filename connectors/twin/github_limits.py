"""The hourly budgets of a token: one for REST, one for GraphQL."""

from dataclasses import dataclass, field

from connectors.twin.github_objects import Node
from connectors.twin.github_state import GitHubHost

HOUR_S = 3600


@dataclass
class Window:
    """One hour of one resource, from the first request in it."""

    resets_at_s: int = 0
    used: int = 0


@dataclass
class Limits:
    """What has been spent of each resource (`core`, `graphql`)."""

    host: GitHubHost
    windows: dict[str, Window] = field(default_factory=dict)

    def spend(self, resource: str, points: int) -> bool:
        """Whether the budget allowed it; what it allows is spent."""
        window = self.window(resource)
        if self.host.hourly_limit is not None and window.used + points > self.host.hourly_limit:
            return False
        window.used += points
        return True

    def window(self, resource: str) -> Window:
        """The hour now running."""
        now_s = int(self.host.now().timestamp())
        window = self.windows.get(resource)
        if window is None or now_s >= window.resets_at_s:
            window = self.windows[resource] = Window(resets_at_s=now_s + HOUR_S)
        return window

    def state(self, resource: str) -> Node:
        """Limit, used, remaining and reset (epoch seconds), as `/rate_limit` puts them."""
        window, limit = self.window(resource), self.host.hourly_limit or 0
        left = max(0, limit - window.used)
        return {
            "limit": limit,
            "used": window.used,
            "remaining": left,
            "reset": window.resets_at_s,
            "resource": resource,
        }

    def headers(self, resource: str) -> dict[str, str]:
        """The `x-ratelimit-*` headers; none where the host has no limits (apache/devlake#8020)."""
        if self.host.hourly_limit is None:
            return {}
        return {f"x-ratelimit-{name}": str(value) for name, value in self.state(resource).items()}
