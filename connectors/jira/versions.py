"""The versions of a project, which carry no history: the store dates what it is shown (jira.md §1.5)."""

from collections.abc import AsyncIterator

from connectors.errors import Gone
from connectors.jira import api, wire_beside
from connectors.jira.document import decode
from connectors.jira.paging import values
from connectors.transport import Transport


async def versions(transport: Transport, path: str) -> AsyncIterator[wire_beside.Version]:
    """Every version of a project: its pages below `path`, or the list that there was before there were pages."""
    try:
        async for raw in values(transport, path, label="versions"):
            yield decode(raw, wire_beside.Version)
    except Gone:
        request = api.get(f"{path}s", "", label="versions")
        for version in await transport.send(request, api.reading(list[wire_beside.Version], request)):
            yield version
