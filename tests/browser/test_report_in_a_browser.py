"""The page as a reader meets it: in a browser, on a phone, in the dark, on paper, without script."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect

from sync.report import html, json
from tests.sync.report.sample import finding, sample
from tests.sync.report.sample_views import full

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html.render(full()), encoding="utf-8")
    return path


@pytest.fixture
def opened(chromium: Browser, file: Path) -> Iterator[Callable[..., Page]]:
    """Opens the page; at the end nothing may have been complained about or asked of any network."""
    said: list[str] = []
    asked: list[str] = []
    contexts = []

    def open_page(path: Path = file, **options: object) -> Page:
        context = chromium.new_context(**options)
        context.set_default_timeout(5000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
    assert [url for url in asked if not url.startswith("file:")] == []


@pytest.mark.parametrize(
    ("scheme", "viewport"),
    [
        pytest.param("light", DESKTOP, id="desktop-light"),
        pytest.param("dark", PHONE, id="phone-dark"),
        pytest.param("dark", DESKTOP, id="desktop-dark", marks=pytest.mark.soak),
        pytest.param("light", PHONE, id="phone-light", marks=pytest.mark.soak),
    ],
)
def test_axe_finds_nothing(opened, scheme, viewport):
    """In either scheme and on either screen; all four pairs by `make soak`, for each takes ten seconds."""
    page = opened(color_scheme=scheme, viewport=viewport)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()


def test_a_phone_scrolls_one_way_only(opened):
    page = opened(viewport=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_filters_show_what_was_asked_for_and_clear_again(opened):
    page = opened()
    rows = page.locator("#findings .findings tbody tr:visible")
    page.get_by_label("Owner").select_option("payments")
    page.get_by_label("Severity").select_option("high")
    wanted = [each for each in sample().findings if each.owner == "payments" and each.severity == "high"]
    standing = [each for each in wanted if not each.unknown]
    expect(rows).to_have_count(len(standing))
    expect(page.get_by_role("status")).to_have_text(f"{len(standing)} shown")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("status")).to_have_text("")
    expect(page.locator("#findings details.kind:visible")).to_have_count(len(sample().kinds))


@pytest.mark.parametrize("name", ["Objective", "Kind"])
def test_a_filter_hides_the_kinds_without_a_match(opened, name):
    page = opened()
    select = page.get_by_label(name, exact=True)
    select.select_option(index=1)
    shown = page.locator("#findings .findings tbody tr:visible")
    assert 0 < shown.count() < len(sample().findings)


def test_a_team_is_shown_what_it_owns_and_what_is_on_its_way(opened):
    page = opened()
    page.get_by_label("Team", exact=True).select_option("storefront")
    on_its_way = full().teams[1].objectives
    wanted = [each for each in full().findings if each.owner == "storefront" or each.objective in on_its_way]
    expect(page.locator("#findings .findings tbody tr:visible")).to_have_count(len(wanted))
    assert 0 < len(wanted) < len(full().findings)


def test_the_report_can_be_saved_as_json(opened):
    page = opened()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save it as JSON").click()
    assert json.read(Path(saved.value.path()).read_bytes()) == full()


def test_nothing_moves_while_it_loads(opened):
    page = opened()
    shifts = page.evaluate(
        """() => new Promise((told) => {
            const watch = new PerformanceObserver(() => {});
            watch.observe({ type: "layout-shift", buffered: true });
            requestAnimationFrame(() => requestAnimationFrame(() => told(watch.takeRecords().length)));
        })"""
    )
    assert shifts == 0


def test_a_link_to_a_folded_finding_opens_its_fold(opened):
    page = opened()
    link = page.locator(".top a", has_text="evidence").first
    target = page.locator(link.get_attribute("href"))
    expect(target).not_to_be_visible()
    link.click()
    expect(target).to_be_in_viewport()


def test_a_figure_leads_to_its_items(opened):
    page = opened()
    page.locator(".headline a", has_text=re.compile(r"^55.0 %$")).click()
    expect(page.locator("ul.items:visible a").first).to_have_text("PAY-1")


def test_the_keyboard_reaches_the_answer_first(opened):
    page = opened()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the answer")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_be_focused()


def test_it_reads_without_script(opened):
    page = opened(java_script_enabled=False)
    expect(page.locator(".sentence")).to_be_visible()
    expect(page.locator(".filters")).not_to_be_visible()
    page.locator("#findings summary").first.click()
    expect(page.locator("#findings tbody tr:visible").first).to_be_visible()


@pytest.mark.parametrize(("width_mm", "height_mm"), [(210, 297), (215.9, 279.4)], ids=["A4", "Letter"])
def test_the_first_printed_page_is_complete(opened, width_mm, height_mm):
    """Everything before the appendix, in the frame that the print margins leave."""
    margin_mm, dots = (24, 22), 96 / 25.4
    frame = {"width": int((width_mm - margin_mm[0]) * dots), "height": int((height_mm - margin_mm[1]) * dots)}
    page = opened(viewport=frame)
    page.emulate_media(media="print")
    box = page.locator("main").bounding_box()
    assert box["y"] + box["height"] <= frame["height"]


def test_hostile_titles_do_nothing(opened, tmp_path):
    hostile = replace(
        finding(1), title="<img src=https://evil.test/x onerror=alert(1)></script><script>alert(2)</script>"
    )
    path = tmp_path / "hostile.html"
    path.write_text(html.render(sample(findings=(hostile,))), encoding="utf-8")
    page = opened(path)
    page.on("dialog", lambda dialog: pytest.fail(f"a title spoke: {dialog.message}"))
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    expect(page.locator("#findings tbody")).to_contain_text("<img src=https://evil.test/x")
