"""Sprints that issues are in and no board of their projects shows: those of other projects' boards, and of none."""

from collections.abc import Iterable, Mapping

import msgspec

from connectors.errors import Gone, Malformed, Refused, Retry
from connectors.jira import api, wire_beside
from connectors.jira.boards import AGILE
from connectors.jira.metadata import Metadata
from connectors.records import Gap, Sprint
from connectors.transport import Transport


class ForeignSprints:
    """Reads each such sprint once, and those that are not over once a day: by id, whether it is over."""

    def __init__(
        self,
        transport: Transport,
        *,
        base: str,
        metadata: Metadata,
        shown: Iterable[str],
        met: Mapping[str, bool],
        readable: bool,
    ) -> None:
        """`shown`: ids of the sprints that boards showed. `met`: what `learned` told. `readable`: whether the account
        may read boards at all; if not, what issues themselves tell of sprints must do."""
        self.gaps: list[Gap] = []
        self._transport = transport
        self._base = base
        self._metadata = metadata
        self._shown = frozenset(shown)
        self._met = dict(met)
        self._readable = readable

    async def read(self, told: Mapping[str, object]) -> list[Sprint]:
        """Those of the sprints that are not known yet. `told`: what an issue tells of each, by id."""
        unknown = sorted(told.keys() - self._shown - self._met.keys())
        found = [await self._sprint(identity, told[identity]) for identity in unknown]
        return [sprint for sprint in found if sprint]

    async def renew(self) -> list[Sprint]:
        """The ones that were not over when they were read last."""
        unfinished = [identity for identity, over in sorted(self._met.items()) if not over]
        found = [await self._sprint(identity, None) for identity in unfinished if identity not in self._shown]
        return [sprint for sprint in found if sprint]

    def learned(self) -> dict[str, str]:
        return {"sprints": msgspec.json.encode(dict(sorted(self._met.items()))).decode()}

    async def _sprint(self, identity: str, told: object) -> Sprint | None:
        """The sprint as Jira tells it now, else as the issue tells it; one that was deleted leaves its id alone."""
        try:
            found = await self._asked(identity) if self._readable else None
        except api.Unauthorized:
            raise
        except (Gone, Refused):
            found = None
        except (Retry, Malformed) as error:
            self.gaps.append(Gap(stream="sprints", cause=f"sprint {identity} could not be read: {error}"))
            return _embedded(told, self._metadata)
        sprint = found or _embedded(told, self._metadata)
        self._met[identity] = sprint is None or sprint.state == "closed"
        return sprint

    async def _asked(self, identity: str) -> Sprint:
        request = api.get(self._base + AGILE, f"/sprint/{api.segment(identity)}", label="sprint")
        return self._metadata.sprint(await self._transport.send(request, api.reading(wire_beside.Sprint, request)))


def _embedded(told: object, metadata: Metadata) -> Sprint | None:
    """The sprint as an issue of Cloud shows it; nothing of it where it is only named."""
    if not isinstance(told, dict):
        return None
    try:
        sprint = msgspec.convert({**told, "originBoardId": told.get("boardId")}, wire_beside.Sprint)
        return metadata.sprint(sprint)
    except (msgspec.ValidationError, Malformed):
        return None
