"""A GitHub App, and the tokens it is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple


@dataclass(frozen=True, kw_only=True)
class App:
    """A GitHub App: its id (or client id) and its private key in PEM; where it is installed GitHub tells."""

    id: int | str
    private_key: str = field(repr=False)
    installations: Mapping[str, int] = field(default_factory=dict)  #: by owner, for those that need not be asked for


class InstallationToken(NamedTuple):
    """A token as it was made for an App at one owner."""

    token: str
    lasts: timedelta
    permissions: Mapping[str, str]  #: by what: read, write or admin
