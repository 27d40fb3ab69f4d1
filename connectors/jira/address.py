"""Where the API of a site answers: at the site's own address, or behind Atlassian's gateway."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from connectors.errors import Refused, SourceError
from connectors.jira import api, wire
from connectors.transport import Transport

GATEWAY = "https://api.atlassian.com"


async def addresses(
    transport: Transport, *, url: str, gateway: str, oauth: bool, known: str | None
) -> AsyncIterator[str]:
    """The addresses to try, the likeliest first; `known` is where it answered last.

    The gateway alone takes OAuth, and tokens with scopes or of service accounts, which the site's own address answers
    with 401 (CLOUD-12617, sooperset/mcp-atlassian#968).
    """
    if known:
        yield known
    if oauth:
        granted = await _granted(transport, url=url, gateway=gateway)
        if granted != known:
            yield granted
        return
    if url != known:
        yield url
    cloud_id = await _cloud_id(transport, url=url, gateway=gateway)
    if cloud_id and _behind(gateway, cloud_id) != known:
        yield _behind(gateway, cloud_id)


async def _granted(transport: Transport, *, url: str, gateway: str) -> str:
    """The address of this site among those that the app was let into."""
    request = api.get(gateway, "/oauth/token/accessible-resources", label="resources")
    sites = await transport.send(request, api.reading(list[wire.Resource], request))
    for site in sites:
        if (site.url or "").rstrip("/").casefold() == url.casefold():
            return _behind(gateway, site.id)
    # A site may be known by a domain of its own, and be listed by another.
    cloud_id = await _cloud_id(transport, url=url, gateway=gateway)
    if cloud_id in {site.id for site in sites}:
        return _behind(gateway, cloud_id or "")
    listed = ", ".join(sorted(site.url or site.id for site in sites)) or "no site"
    raise Refused(f"the app was not let into {url}", hint=f"It was let into {listed}: check `url`, or let it in anew.")


async def _cloud_id(transport: Transport, *, url: str, gateway: str) -> str | None:
    """The site's id at Atlassian; None for a site that is not Atlassian's."""
    if urlsplit(url).scheme != urlsplit(gateway).scheme:
        return None
    request = api.get(url, "/_edge/tenant_info", label="tenant")
    try:
        return (await transport.send(request, api.reading(wire.TenantInfo, request))).cloud_id
    except SourceError:
        return None


def _behind(gateway: str, cloud_id: str) -> str:
    return f"{gateway}/ex/jira/{api.segment(cloud_id)}"
