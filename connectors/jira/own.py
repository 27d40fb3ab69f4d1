"""Our own writings, known again when they come back."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from msgspec.structs import replace

from connectors.errors import Gone, Refused
from connectors.jira import api, wire
from connectors.jira.accounts import Accounts
from connectors.jira.mirror import mirrors
from connectors.own import SELF, Selves, marked, met
from connectors.records import Batch
from connectors.remembered import recalled, written
from connectors.source import Mirror
from connectors.transport import Transport


class Own:
    """Knows what we wrote by who did it. Without a mirror we write nothing, and nothing is ours."""

    def __init__(self, *, source: str, mirror: Mirror | None, capabilities: Mapping[str, str]) -> None:
        self._source = source
        self._mirror = mirror
        self._known = recalled(capabilities.get(SELF), Selves) if mirror else None

    async def learn(self, transport: Transport, *, base: str, now: datetime) -> None:
        """Asks who we are, once a day; where that is not told, nothing new is ours."""
        if self._mirror is None or (self._known and self._known.fresh(now)):
            return
        request = api.get(base, "/myself", label="myself")
        try:
            account = await transport.send(request, api.reading(wire.Account, request))
        except api.Unauthorized:
            raise
        except (Gone, Refused):
            return
        self._known = met(self._known, Accounts(self._source).ref(account), now=now)

    def marked(self, batch: Batch) -> Batch:
        """The batch, in which our own writings are said to be ours; and who we are, to be remembered."""
        if self._mirror is None or self._known is None:
            return batch
        batch = marked(batch, accounts=self._known.accounts, mirrors=partial(mirrors, self._mirror))
        return replace(batch, capabilities={**batch.capabilities, SELF: written(self._known)})
