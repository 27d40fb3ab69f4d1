"""How the dashboard's own pages look: templates in the style of the report, that work without script."""

import hashlib
from collections.abc import Mapping
from functools import cache, partial

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader

from sync.report import page as report_page
from sync.report import words
from sync.report.frame import Frame

LINKS = (
    ("/", "Latest report"),
    ("/reports", "All reports"),
    ("/triage", "Triage"),
    ("/items", "Explain"),
    ("/measures", "Measures"),
    ("/sources", "Sources"),
    ("/sign-in", "You"),
)


#: Without any referrer a browser would not say either that one of our own pages sent a form.
#: https://fetch.spec.whatwg.org/#append-a-request-origin-header
_REFERRER = {"Referrer-Policy": "same-origin"}


def page(
    request: Request,
    template: str,
    told: Mapping[str, object] | None = None,
    *,
    title: str,
    code: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A page of the dashboard, from what it is told."""
    text = rendered(template, told or {}, title=title, zone=request.app.state.zone())
    return HTMLResponse(text, code, headers={**_REFERRER, **(headers or {})})


def rendered(template: str, told: Mapping[str, object], *, title: str, zone: str) -> str:
    """The page as HTML text, the same for everybody who is told the same."""
    instant = partial(words.instant, zone=zone)
    return environment().get_template(template).render({**told, "title": title, "instant": instant})


@cache
def environment() -> Environment:
    """The templates, those of the report too."""
    made = report_page.environment()
    made.loader = ChoiceLoader([PackageLoader("sync.web"), PackageLoader("sync.report")])
    made.globals |= {"frame": Frame(links=LINKS), "style_tag": style_tag()}
    made.filters |= {"figure": words.figure, "band": words.band}
    return made


def site_style() -> str:
    """What the dashboard adds to the style of a report."""
    return (PackageLoader("sync.web").get_source(Environment(autoescape=True), "site.css"))[0]


@cache
def style() -> str:
    """The style of every page of the dashboard."""
    return report_page.environment().get_template("style.css").render() + site_style()


def style_tag() -> str:
    """Another one for another style."""
    return hashlib.sha256(style().encode()).hexdigest()[:16]
