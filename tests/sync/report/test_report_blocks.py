"""The ten blocks of the page and what lies behind them, with everything that a report can hold."""

from datetime import date

import pytest
from msgspec.structs import replace

from sync.reconcile.acknowledged import Accepted, Returned
from sync.report import csv, html, json, text
from sync.report.editions import edition
from sync.report.starting import starts
from tests.sync.report.page import Element, Page, unpacked
from tests.sync.report.sample import finding, masthead, sample
from tests.sync.report.sample_views import full

BLOCKS = ["answer", "changes", "objectives", "top", "decisions", "strip", "terrain", "accepted", "small-print"]
DETAILS = ["start", "obstacles", "map", "effort", "forecasts", "flow", "delivery", "teams", "findings", "rules"]
DETAILS += ["items", "definitions"]


@pytest.fixture(scope="module")
def rendered() -> str:
    return html.render(full())


@pytest.fixture(scope="module")
def page(rendered: str) -> Page:
    return Page.of(rendered)


def told(page: Page, block: str) -> str:
    return " ".join(page.one("section", id=block).text.split())


def test_the_masthead_is_followed_by_the_blocks_in_their_order_and_by_what_lies_behind_them(page):
    sections = [section.attributes["id"] for section in page.all("section")]
    assert sections == BLOCKS + DETAILS
    assert [section.inside[-1] for section in page.all("section")] == ["main"] * 9 + ["body"] * 12


def test_every_block_without_data_says_why():
    bare = Page.of(html.render(sample()))
    assert [section.attributes["id"] for section in bare.all("section")] == BLOCKS + DETAILS
    assert "not compared" in told(bare, "changes")
    assert "None: no finding stands." in told(Page.of(html.render(sample(findings=()))), "decisions")
    assert "without a look at the ground" in told(bare, "terrain")
    assert "no finding is acknowledged" in told(bare, "accepted")
    assert "No effort is reckoned" in told(bare, "effort")
    assert "No team is known" in told(bare, "teams")
    assert "Nothing is blocked" in told(bare, "obstacles")
    assert "made without it" in told(bare, "start")


def test_obstacles_are_told_of_all_teams_and_of_each(page, rendered):
    assert "Faster checkout: 3 waiting for a review, the oldest for 9.0 d, 11.0 d of effort at stake: PAY-1" in told(
        page, "obstacles"
    )
    payments = " ".join(page.one("details", id="team-payments").text.split())
    assert "Faster checkout: 2 waiting for a review, the oldest for 9.0 d, 9.0 d of effort at stake: PAY-1" in payments
    assert "Where to start" in payments


def test_where_to_start_is_told_by_ground_with_what_is_not_seen(page):
    said = told(page, "start")
    assert "Strategic direction Strategic yield: 55.0 %" in said
    assert "Not seen from these tools: Why a measure moved" in said
    assert "WHERE TO START" in text.render(full())


def test_what_stakes_the_most_effort_comes_first_and_each_subject_counts_once():
    told_of = [finding(number, effort_days=float(number)) for number in (1, 6, 11)]
    again = replace(finding(1, effort_days=1.0), id="again")
    starting = {each.ground: each for each in starts(sample(findings=(*told_of, again)))}
    grounds = [each for each in starting.values() if each.starts]
    assert list(starting) == ["direction", "data", "learning", "health"]
    for each in grounds:
        days = [start.effort_days or 0.0 for start in each.starts]
        assert days == sorted(days, reverse=True)
    assert sum(start.effort_days or 0.0 for each in grounds for start in each.starts) == 18.0


def test_what_is_accepted_says_until_when_by_whom_and_why_and_when_it_ends_soon():
    told_of = {"reason": "Frozen until the release", "by": "operations"}
    soon = Accepted(finding=finding(90), until=date(2026, 11, 20), **told_of)
    later = Accepted(finding=finding(91), until=date(2027, 3, 31), **told_of)
    back = Returned(finding=finding(1).id, ended="worse", by="operations", until=date(2027, 3, 31))
    report = sample(accepted=(soon, later), returned=(back,))
    held = Page.of(html.render(report))
    assert "until 2026-11-20 · operations: Frozen until the release" in told(held, "accepted")
    assert "1 finding came back: no longer acknowledged. 1 acknowledgement ends within 7 days." in told(held, "changes")
    assert "until 2027-03-31 · operations: Frozen until the release" in " ".join(text.render(report).split())
    assert "Frozen until the release" in csv.render(report)["accepted"]


def test_every_link_inside_has_its_target(page):
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    targets = {a.attributes["href"][1:] for a in page.all("a") if a.attributes["href"].startswith("#")}
    assert sorted(ids) == sorted(set(ids))
    assert targets - set(ids) == set()


def test_every_chart_stands_beside_its_table(page):
    assert len(page.all("figcaption")) == len(page.all("figure")) >= 11
    captions = [element.text for element in page.all("figcaption")]
    assert set(captions) <= {caption.text for caption in page.all("caption")}
    pictures = [svg for svg in page.all("svg") if svg.attributes.get("aria-hidden") != "true"]
    assert all(svg.attributes["role"] == "img" and svg.attributes["aria-label"] for svg in pictures)


def test_the_answer_has_three_numbers_with_their_bands(page):
    answer = told(page, "answer")
    assert "Strategic yield 55.0 % 41.0 – 62.0 %" in answer
    assert "Drift from plan 19.0 % 12.0 – 27.0 %" in answer
    assert "Promises of this quarter 3 ● 1 on track ▲ 1 at risk ■ 1 off track" in answer


def test_what_changed_says_first_what_changed_in_the_data(page):
    lines = told(page, "changes")
    assert lines.index("The mappings were changed") < lines.index("28 findings stand; 8 of them began in the period.")
    assert "Against 2026-W45: Delivered changed: 12 to 24." in lines
    assert "One catalogue for every channel is closed since 2026-11-10" in lines


def test_an_objective_shows_both_lights_its_share_its_measure_and_its_dates(page):
    row = " ".join(page.one("tr", id="o-checkout").text.split())
    assert "▲ at risk 71.0 % declared on track" in row
    assert "31.0 % of 45.0 %" in row
    assert "Conversion 2.1 → 2.4 → 3 %, 33.3 % of the way" in row
    assert "2027-01-04 · 2027-02-01promised 2027-01-15" in row
    assert "■ off track 32.0 % declared on track ▲ contradicts" in " ".join(page.one("tr", id="o-nordics").text.split())


def test_a_decision_has_options_costs_and_a_default(page):
    asked = told(page, "decisions")
    assert "a) Do it costs an hour · b) Leave it costs more of the same" in asked
    assert "if nobody answers: Nothing happens." in asked
    assert len([item for item in page.all("li") if item.inside[-1] == "ol" and "if nobody" in item.text]) == 3


def test_the_terrain_names_places_and_counts_accounts(page):
    ground = told(page, "terrain")
    assert "repository acme/loyalty (14 items), status In Audit in PAY (3 items). 2 new accounts in no team." in ground
    assert "1 place without a rule: project LAB (26 items)." in ground
    assert "3 rules, 1 new, 1 of them take nothing." in ground


def test_a_finding_leads_to_its_manual_page(page):
    group = page.one("details", id="kind-retired-work")
    assert "Young ones are left out." in group.text


def test_the_map_says_the_same_in_a_picture_and_in_a_table(page):
    picture = page.one("figure", id="picture-map")
    for words in ("Faster checkout", "Every shop sells", "starved", "moved", "12 delivered"):
        assert words in picture.text
    assert "What moved in the period" in told(page, "map")


def test_the_account_of_effort_adds_up_in_words(page):
    assert (
        "35.0 person-days of effort seen = 19.2 person-days on current objectives + 6.3 person-days sanctioned"
        in told(page, "effort")
    )


def test_each_edition_opens_what_its_questions_need():
    def opened(first: date, until: date) -> set[str]:
        spans = replace(masthead(), first_on=first, until_on=until)
        shown = Page.of(html.render(replace(full(), masthead=spans)))
        return {fold.attributes["data-block"] for fold in shown.all("details") if _is_open_block(fold)}

    assert opened(date(2026, 11, 9), date(2026, 11, 16)) == {"flow"}
    assert opened(date(2026, 10, 1), date(2026, 11, 1)) == {"map", "effort", "forecasts", "flow"}
    assert {"delivery", "rules"} < opened(date(2026, 7, 1), date(2026, 10, 1))
    assert [edition(replace(masthead(), until_on=day)).name for day in (date(2026, 11, 19), date(2026, 11, 20))] == [
        "weekly",
        "monthly",
    ]


def _is_open_block(fold: Element) -> bool:
    return "data-block" in fold.attributes and "open" in fold.attributes


def test_a_team_is_a_part_of_the_page_and_a_page_of_its_own(page):
    payments = full().teams[0]
    part = page.one("details", id="team-payments")
    own = Page.of(html.render_team(full(), payments))
    for words in ("Where it is going", "PAY-44", "waits for", "WEB-7", "of storefront", "checkout-work"):
        assert words in part.text
        assert words in own.one("main").text
    assert own.one("h1").text == page.one("h1").text
    assert own.all("script") == []


def test_a_team_too_small_for_figures_still_sees_items_and_findings():
    report = full()
    own = html.render_team(report, report.teams[0])
    assert "Its figures" not in own
    assert "What to fix, and where" in own
    assert "Basket forgets its coupon" in own


def test_the_page_carries_all_of_it(page):
    assert json.read(unpacked(page.one("script", id="report").text)) == full()
