"""Our own writings, known again when they come back."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from connectors.errors import Gone, Refused
from connectors.jira import api, wire
from connectors.jira.accounts import Accounts
from connectors.jira.mirror import marked
from connectors.jira.recall import recall
from connectors.records import Batch
from connectors.source import Mirror
from connectors.transport import Transport

SELF = "self"  #: the capability that remembers it
DAILY = timedelta(days=1)


class Selves(Struct, frozen=True, kw_only=True):
    """The accounts that were ever ours: a token may be replaced by another account's."""

    at: datetime
    accounts: tuple[str, ...] = ()  #: refs


class Own:
    """Knows what we wrote by who did it. Without a mirror we write nothing, and nothing is ours."""

    def __init__(self, *, source: str, mirror: Mirror | None, capabilities: Mapping[str, str]) -> None:
        self._source = source
        self._mirror = mirror
        self._known = recall(capabilities, SELF, Selves) if mirror else None

    async def learn(self, transport: Transport, *, base: str, now: datetime) -> None:
        """Asks who we are, once a day; where that is not told, nothing new is ours."""
        if self._mirror is None or (self._known and now - self._known.at < DAILY):
            return
        request = api.get(base, "/myself", label="myself")
        try:
            account = await transport.send(request, api.reading(wire.Account, request))
        except api.Unauthorized:
            raise
        except (Gone, Refused):
            return
        me, before = Accounts(self._source).ref(account), self._known.accounts if self._known else ()
        self._known = Selves(at=now, accounts=tuple(dict.fromkeys((*before, *([me] if me else [])))))

    def marked(self, batch: Batch) -> Batch:
        """The batch, in which our own writings are said to be ours; and who we are, to be remembered."""
        if self._mirror is None or self._known is None:
            return batch
        told = {SELF: msgspec.json.encode(self._known).decode()}
        batch = marked(batch, mirror=self._mirror, accounts=self._known.accounts)
        return replace(batch, capabilities={**batch.capabilities, **told})
