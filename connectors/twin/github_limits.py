"""The budgets of whoever asks: an hour of REST, an hour of GraphQL, and the minute that the secondary limits watch."""

from collections import deque
from dataclasses import dataclass, field

from connectors.twin.github_objects import Node
from connectors.twin.github_state import GitHubHost

HOUR_S, MINUTE_S = 3600, 60


@dataclass
class Window:
    """One hour of one resource, from the first request in it."""

    resets_at_s: int = 0
    used: int = 0


@dataclass
class Limits:
    """What one principal has spent of each resource (`core`, `graphql`)."""

    host: GitHubHost
    windows: dict[str, Window] = field(default_factory=dict)
    minutes: dict[str, "deque[tuple[float, float]]"] = field(default_factory=dict)

    def spend(self, resource: str, points: int) -> bool:
        """Whether the budget allowed it; what it allows is spent."""
        window = self.window(resource)
        if self.host.hourly_limit and window.used + points > self.host.hourly_limit:
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

    def spend_minute(self, what: str, amount: float, limit: float | None) -> bool:
        """Whether the last minute has room for it, by the secondary limit; what is refused counts too."""
        now_s = self.host.now().timestamp()
        spent = self.minutes.setdefault(what, deque())
        while spent and spent[0][0] <= now_s - MINUTE_S:
            spent.popleft()
        spent.append((now_s, amount))
        return limit is None or sum(each for _, each in spent) <= limit

    def state(self, resource: str) -> Node:
        """Limit, used, remaining and reset (epoch seconds), as `/rate_limit` puts them; zeros without limit."""
        window, limit = self.window(resource), self.host.hourly_limit or 0
        left = max(0, limit - window.used)
        return {
            "limit": limit,
            "used": window.used if limit else 0,
            "remaining": left,
            "reset": window.resets_at_s if limit else 0,
            "resource": resource,
        }

    def headers(self, resource: str) -> dict[str, str]:
        """The `x-ratelimit-*` headers; none where the host has no limits (apache/devlake#8020)."""
        if self.host.hourly_limit is None:
            return {}
        return {f"x-ratelimit-{name}": str(value) for name, value in self.state(resource).items()}
