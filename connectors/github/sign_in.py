"""How requests show who asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

API_VERSION = "2022-11-28"


@dataclass(frozen=True, kw_only=True)
class Token:
    """A fine-grained or a classic personal access token."""

    value: str = field(repr=False)

    async def headers(self) -> Mapping[str, str]:
        """What every request carries; asked for at every attempt, for tokens that end while one waits."""
        return {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.value}",
            "User-Agent": "fingerpost",
            "X-GitHub-Api-Version": API_VERSION,
        }
