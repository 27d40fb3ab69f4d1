"""Where things are on the dashboard."""

import re
from datetime import datetime
from urllib.parse import quote, urlencode

from sync.report import page
from sync.report.frame import Frame
from sync.report.model import Report
from sync.web.looks import LINKS, site_style

_OF_ITEM = re.compile(r".+[-#]\d+")  # objectives, rules and places are subjects of findings too
MOST_TEAMS = 20


def report(digest: str) -> str:
    return f"/reports/{digest}"


def finding(digest: str, name: str) -> str:
    return f"{report(digest)}/findings/{name}"


def figure(digest: str, identity: str, scope: str) -> str:
    return f"{report(digest)}/figures/{quote(identity, safe='')}:{quote(scope, safe='')}"


def item(name: str, *, as_of: datetime | None = None, objective: str | None = None) -> str:
    """The page that explains an item, by whatever it is called."""
    asked = {"as_of": f"{as_of:%Y-%m-%dT%H:%M:%SZ}" if as_of else "", "objective": objective or ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/items/{quote(name, safe='')}" + (f"?{query}" if query else "")


def is_item(key: str) -> bool:
    """Whether a work item or a pull request may be called so."""
    return _OF_ITEM.fullmatch(key) is not None


def frame(made: Report) -> Frame:
    """What surrounds the pages of a report."""
    at, digest = made.masthead.as_of, made.masthead.digest
    base = report(digest)
    forms = [
        (base, "The report"),
        (f"{base}/map", "Map"),
        (f"{base}/figures", "Figures"),
        *((f"{base}/teams/{quote(team.id, safe='')}", f"Team {team.id}") for team in made.teams[:MOST_TEAMS]),
        (f"{base}/report.md", "Markdown"),
        (f"{base}/report.json", "JSON"),
        (f"{base}/tables", "CSV"),
    ]
    return Frame(
        links=LINKS,
        forms=forms,
        style=site_style(),
        item=lambda key, url: item(key, as_of=at) if is_item(key) else page.href(url),
        finding=lambda name: finding(digest, name),
    )
