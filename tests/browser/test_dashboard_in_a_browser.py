"""The dashboard as people meet it: signed in by a form, without script, on a desk and on a phone."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from connectors.twin.serve import serving
from tests.sync.web.board import EARLIER, LATEST, Board, board, published

pytestmark = pytest.mark.browser

FINDING = published(LATEST, week="2026-W46").findings[0]
PLACE = f"/reports/{LATEST}/findings/{FINDING.id}"
PAGES = {
    "latest": "/",
    "reports": "/reports",
    "map": f"/reports/{LATEST}/map",
    "team": f"/reports/{LATEST}/teams/payments",
    "figures": f"/reports/{LATEST}/figures",
    "figure": f"/reports/{LATEST}/figures/throughput:all",
    "diff": f"/reports/{EARLIER}/diff/{LATEST}",
    "finding": PLACE,
    "item": "/items/PAY-1?as_of=2026-03-09&objective=search",
    "waiting": "/triage",
    "sources": "/sources",
    "you": "/sign-in",
    "nothing": "/items/PAY-99",
}
OF_THE_REPORT = {"latest", "map", "team"}  #: whose rest is looked at where the report is
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Board, str]]:
    with board(tmp_path_factory.mktemp("dashboard")) as made, serving({"dashboard": made.site.app}) as urls:
        yield made, urls["dashboard"]


def signed_in(chromium: Browser, url: str, **options: object) -> Page:
    page = chromium.new_context(base_url=url, **options).new_page()
    page.goto("/reports")
    page.get_by_label("Token", exact=True).fill("O-token")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("9 to 15 November 2026")
    return page


@pytest.mark.parametrize(
    ("scheme", "viewport", "names"),
    [("light", DESK, list(PAGES)), ("dark", PHONE, ["latest", "reports", "finding", "sources"])],
    ids=["desk", "phone"],
)
def test_axe_finds_nothing_and_a_phone_scrolls_one_way_only(chromium, served, scheme, viewport, names):
    page = signed_in(chromium, served[1], color_scheme=scheme, viewport=viewport)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for name in names:
        page.goto(PAGES[name])
        found = Axe().run(page, context=".site" if name in OF_THE_REPORT else None)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"], name
    page.context.close()
    assert [text for text in said if "404 (Not Found)" not in text] == []


def test_without_script_a_finding_is_found_explained_and_accepted(chromium, served):
    page = signed_in(chromium, served[1], java_script_enabled=False)
    page.locator(f"#kind-{FINDING.slug} summary").first.click()
    page.locator(f'#kind-{FINDING.slug} a[href="{PLACE}"]').click()
    page.get_by_label("Why it is accepted").fill("Agreed in the review")
    page.get_by_role("button", name="Accept it for now").click()
    expect(page.locator("main")).to_contain_text("Agreed in the review")
    page.get_by_role("link", name="Sources").click()
    expect(page.locator("main")).to_contain_text("acknowledged")
    page.get_by_role("link", name="You").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Token", exact=True)).to_be_visible()
    page.context.close()
