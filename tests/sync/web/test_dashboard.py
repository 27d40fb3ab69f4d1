"""The dashboard: what was published is read, what is asked for is made, what is decided is kept."""

import gzip
import json
from collections.abc import Iterator
from datetime import date

import pytest

from mappings.acknowledgements import Acknowledgement
from mappings.posted import Posted
from mappings.strategy import Reading
from sync.reconcile.findings import identity
from sync.report import json as report_json
from sync.store import acknowledgements, quotas, readings, reckonings, trail
from tests.sync.report.page import Page
from tests.sync.web.board import EARLIER, LATEST, Board, board, published

REPORT = published(LATEST, week="2026-W46")
FINDING, OTHER = REPORT.findings[:2]
PLACE = f"/reports/{LATEST}/findings/{FINDING.id}"
THEN = "as_of=2026-03-09"


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    with board(tmp_path_factory.mktemp("dashboard")) as made:
        yield made


def links(html: str) -> set[str]:
    return {each.attributes["href"] for each in Page.of(html).all("a")}


def test_the_start_is_the_latest_report_with_ways_to_whatever_it_names(dashboard: Board) -> None:
    answer = dashboard.get("/")
    assert answer.status_code == 200
    page = Page.of(answer.text)
    assert page.one("h1").text == "9 to 15 November 2026"
    assert {"/reports", "/triage", "/sources", f"/reports/{LATEST}/map", f"/reports/{LATEST}/teams/payments"} <= links(
        answer.text
    )
    assert {PLACE, "/items/PAY-1?as_of=2026-11-16T07%3A00%3A00Z"} <= links(answer.text)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'sha256-" in policy
    assert "frame-ancestors 'none'" in policy


def test_a_browser_that_has_a_report_is_not_sent_it_again(dashboard: Board) -> None:
    first = dashboard.get(f"/reports/{LATEST}")
    assert first.headers["content-encoding"] == "gzip"  # which the client has unpacked
    headers = {"authorization": "Bearer R-token", "if-none-match": first.headers["etag"]}
    again = dashboard.site.ask("GET", f"/reports/{LATEST}", headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    assert len(gzip.compress(first.content)) < len(first.content) / 3


def test_every_form_is_of_the_report_as_it_was_kept(dashboard: Board) -> None:
    assert dashboard.get(f"/reports/{LATEST}/report.json").text == report_json.render(REPORT)
    assert dashboard.get(f"/api/v1/reports/{LATEST}", page=False).json()["masthead"]["digest"] == LATEST
    assert (
        "# Weekly" in dashboard.get(f"/reports/{LATEST}/report.md").text
        or "PAY-1" in dashboard.get(f"/reports/{LATEST}/report.md").text
    )
    assert f"/reports/{LATEST}/tables/findings.csv" in links(dashboard.get(f"/reports/{LATEST}/tables").text)
    assert dashboard.get(f"/reports/{LATEST}/tables/findings.csv").text.splitlines()[0].startswith("id,kind,")
    assert "<svg" in dashboard.get(f"/reports/{LATEST}/map").text
    assert dashboard.get(f"/reports/{LATEST}/teams/payments").status_code == 200


def test_history_leads_to_each_report_and_to_what_differs(dashboard: Board) -> None:
    found = links(dashboard.get("/reports").text)
    difference = f"/reports/{EARLIER}/diff/{LATEST}"
    assert {f"/reports/{LATEST}", f"/reports/{EARLIER}", difference} <= found
    assert Page.of(dashboard.get(difference).text).one("h1").text == "What differs"
    told = dashboard.get(f"/api/v1{difference}", page=False).json()
    assert (told["before"]["digest"], told["after"]["digest"]) == (EARLIER, LATEST)
    asked = dashboard.get(f"/reports/compare?before={EARLIER}&after={LATEST}")
    assert asked.headers["location"] == difference


def test_a_figure_leads_to_its_items(dashboard: Board) -> None:
    address = f"/reports/{LATEST}/figures/throughput:all"
    assert address in links(dashboard.get(f"/reports/{LATEST}/figures").text)
    assert "/items/PAY-1?as_of=2026-11-16T07%3A00%3A00Z" in links(dashboard.get(address).text)
    [told] = dashboard.get(f"/api/v1{address}", page=False).json()
    assert "PAY-1" in {each["key"] for each in told["items"]}


def test_findings_are_asked_for_by_what_they_are(dashboard: Board) -> None:
    every = dashboard.get(f"/api/v1/reports/{LATEST}/findings", page=False).json()
    high = dashboard.get(f"/api/v1/reports/{LATEST}/findings?severity=high&owner=payments", page=False).json()
    assert 0 < len(high) < len(every) == len(REPORT.findings)
    assert {(each["severity"], each["owner"]) for each in high} == {("high", "payments")}


@pytest.mark.parametrize(
    "path",
    [f"/reports/{'c' * 64}", f"/reports/{LATEST}/teams/nobody", f"/reports/{LATEST}/figures/luck", "/items/PAY-9"],
)
def test_what_there_is_not_is_said_on_a_page_to_people_and_as_json_to_programs(dashboard: Board, path: str) -> None:
    page = dashboard.get(path)
    assert (page.status_code, Page.of(page.text).one("h1").text) == (404, "There is no such thing")
    told = dashboard.get(path, page=False)
    assert (told.status_code, set(told.json())) == (404, {"detail"})


def test_who_is_nobody_is_asked_to_sign_in(dashboard: Board) -> None:
    page = dashboard.site.ask("GET", "/reports", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in")
    assert Page.of(dashboard.get("/sign-in").text).one("form", action="/sign-in")
    assert dashboard.site.ask("GET", "/api/v1/reports").status_code == 401


def test_an_item_is_explained_as_of_any_day(dashboard: Board) -> None:
    page = dashboard.get(f"/items/acme%2Fshop%237?{THEN}&objective=search").text
    told = Page.of(page).one("main").text
    assert "checkout 1, by linked cart (labels: cart), from PAY-1" in told
    assert "No rule of mappings.yaml names it." in told
    assert "implements by branch, confidence high: pay-1-basket" in told
    assert "/items/PAY-1?as_of=2026-03-09T23%3A59%3A59Z" in links(page)
    form = dashboard.get(f"/items?name=PAY-1&{THEN}")
    assert form.headers["location"] == "/items/PAY-1?as_of=2026-03-09T23%3A59%3A59Z"


def test_what_is_asked_for_is_made_once_with_what_was_posted_beside_the_files(dashboard: Board) -> None:
    engine, now = dashboard.site.engine, dashboard.site.clock.now()
    untagged = identity("M01", "jira:issue:2", None)
    accepted = Acknowledgement(
        finding=untagged,
        reason="Agreed",
        by="web",
        on=date(2026, 3, 1),
        until=date(2026, 3, 31),
        severity="critical",
    )
    acknowledgements.keep(engine, accepted, who="keeper", now=now)
    readings.keep(engine, Posted("checkout", "conversion", Reading(on=date(2026, 3, 8), value=2.2)), who="k", now=now)

    asked = dashboard.get(f"/reports/made?period=2026-W10&{THEN}").headers["location"]
    waits = dashboard.get(asked)
    assert (waits.status_code, waits.headers["refresh"]) == (200, "3")
    assert dashboard.get(f"/reports/made?period=2026-W10&{THEN}").headers["location"] == asked
    dashboard.make()
    address = dashboard.get(asked).headers["location"]
    assert Page.of(dashboard.get(address).text).one("h1").text == "2 to 8 March 2026"
    made = dashboard.get(f"/api/v1{address}", page=False).json()
    assert [each["finding"]["id"] for each in made["accepted"]] == [untagged]
    [measure] = made["objectives"][0]["outlook"]["progress"]["measures"]
    assert measure["current"] == 2.2
    again = dashboard.get(f"/api/v1/reports/made?period=2026-W10&{THEN}", page=False).json()
    assert (again["state"], again["digest"]) == ("done", made["masthead"]["digest"])


def test_triage_proposes_rules_to_paste_or_to_commit_and_edits_no_file(dashboard: Board) -> None:
    before = (dashboard.folder / "mappings.yaml").read_text()
    asked = dashboard.get(f"/triage?{THEN}&limit=3").headers["location"]
    dashboard.make()
    place = dashboard.get(asked).headers["location"]
    page = Page.of(dashboard.get(place).text)
    assert "objective: checkout}" in page.all("pre")[0].text
    told = dashboard.get(f"/api/v1/triage?{THEN}&limit=3", page=False).json()
    assert (told["state"], told["triage"]["untagged"]) == ("done", 2)
    wanted = dashboard.get(f"{place}/patch?number=1&objective=search").headers["location"]
    patch = dashboard.desk.reckoning(wanted.removeprefix("/reckonings/"))
    assert patch.arguments[:3] == ("triage", "--limit", "3")
    assert patch.arguments[-5:] == ("--accept", "1", "--objective", "search", "--patch")
    reckonings.finish(dashboard.site.engine, patch.key, result=patch.key, content=b"--- a/mappings.yaml\n")
    done = dashboard.get(dashboard.get(wanted).headers["location"])
    assert (done.text, done.headers["content-type"]) == ("--- a/mappings.yaml\n", "text/x-diff; charset=utf-8")
    assert (dashboard.folder / "mappings.yaml").read_text() == before
    assert dashboard.get(f"{place}/patch?number=1&objective=luck").status_code == 422


def test_a_finding_is_accepted_by_a_keeper_on_its_page(dashboard: Board) -> None:
    fields = {"reason": "Agreed in the review", "until": "2026-12-20", "by": "", "csrf": "abc"}
    assert Page.of(dashboard.get(PLACE).text).all("form", action=PLACE) == []
    assert Page.of(dashboard.get(PLACE, token="K").text).one("form", action=PLACE)
    assert dashboard.post(PLACE, token="R", data=fields).status_code == 403
    by_cookie = {"cookie": "fingerpost_token=K-token; fingerpost_csrf=other"}
    assert dashboard.site.ask("POST", PLACE, headers=by_cookie, data=fields).status_code == 403
    done = dashboard.site.ask(
        "POST", PLACE, headers={"cookie": "fingerpost_token=K-token; fingerpost_csrf=abc"}, data=fields
    )
    assert (done.status_code, done.headers["location"]) == (303, PLACE)
    assert (
        f"Until 2026-12-20 by {FINDING.owner}: Agreed in the review."
        in Page.of(dashboard.get(PLACE).text).one("main").text
    )
    step = trail.steps(dashboard.site.engine)[0]
    assert (step.who, step.deed, step.subject) == ("keeper", "acknowledged", FINDING.id)
    assert dashboard.post(PLACE, data=fields | {"until": "2026-11-19"}).status_code == 422
    assert dashboard.post(PLACE, data=fields | {"until": "soon"}).status_code == 422


def test_a_program_accepts_a_finding_too(dashboard: Board) -> None:
    asked = {"report": LATEST, "finding": OTHER.id, "reason": "Agreed", "until": "2026-12-01", "by": "web"}
    done = dashboard.post("/api/v1/acknowledgements", json=asked)
    assert (done.status_code, done.json()["severity"], done.json()["on"]) == (201, OTHER.severity, "2026-11-20")
    assert OTHER.id in {each["finding"] for each in dashboard.get("/api/v1/acknowledgements", page=False).json()}
    assert dashboard.post("/api/v1/acknowledgements", token="R", json=asked).status_code == 403
    assert dashboard.post("/api/v1/acknowledgements", json=asked | {"finding": "0" * 12}).status_code in (404, 422)


READING = {"objective": "checkout", "measure": "conversion", "on": "2026-11-19", "value": 2.6}


def test_a_reading_is_posted_by_keepers_for_measures_that_there_are(dashboard: Board) -> None:
    assert dashboard.post("/api/v1/readings", json=READING).status_code == 201
    assert READING in dashboard.get("/api/v1/readings", page=False).json()
    step = trail.steps(dashboard.site.engine)[0]
    assert (step.deed, step.subject, step.detail) == ("posted a reading", "checkout conversion", "2026-11-19: 2.6")
    assert dashboard.post("/api/v1/readings", token="R", json=READING).status_code == 403
    for changes, code in (({"measure": "luck"}, 404), ({"on": "2026-11-21"}, 422), ({"value": "many"}, 422)):
        refused = dashboard.post("/api/v1/readings", json=READING | changes)
        assert (refused.status_code, set(refused.json())) == (code, {"detail"})


def test_a_keeper_posts_a_reading_on_the_page_of_measures(dashboard: Board) -> None:
    fields = {"objective": "checkout", "measure": "conversion", "on": "2026-11-18", "value": "2.55", "csrf": "abc"}
    assert Page.of(dashboard.get("/measures").text).all("form", action="/measures") == []
    assert Page.of(dashboard.get("/measures", token="K").text).all("form", action="/measures")
    assert dashboard.post("/measures", token="R", data=fields).status_code == 403
    stolen = {"cookie": "fingerpost_token=K-token; fingerpost_csrf=other"}
    assert dashboard.site.ask("POST", "/measures", headers=stolen, data=fields).status_code == 403
    done = dashboard.post("/measures", data=fields)
    assert (done.status_code, done.headers["location"]) == (303, "/measures")
    assert {**READING, "on": "2026-11-18", "value": 2.55} in dashboard.get("/api/v1/readings", page=False).json()
    for changes, code in (
        ({"value": "nan"}, 422),
        ({"value": "many"}, 422),
        ({"on": "soon"}, 422),
        ({"on": "2026-11-21"}, 422),
        ({"measure": "luck"}, 404),
    ):
        assert dashboard.post("/measures", data=fields | changes).status_code == code


@pytest.mark.parametrize("header", [{"content-type": "text/plain"}, {"origin": "https://evil.example.com"}])
def test_a_page_elsewhere_has_no_browser_post_for_it(dashboard: Board, header: dict[str, str]) -> None:
    headers = {"cookie": "fingerpost_token=K-token", "content-type": "application/json", **header}
    body = json.dumps(READING | {"on": "2026-11-18"})
    assert dashboard.site.ask("POST", "/api/v1/readings", headers=headers, content=body).status_code == 403


def test_sources_say_how_far_they_are_known_and_what_they_bear(dashboard: Board) -> None:
    quotas.note(dashboard.site.engine, "github", {"graphql": 4_321}, at=dashboard.site.clock.now())
    told = dashboard.get("/api/v1/sources", page=False).json()
    states = {each["name"]: (each["state"], each["complete_at"]) for each in told["sources"]}
    assert states == {
        "github": ("stale", "2026-03-09T00:00:00Z"),
        "jira": ("stale", "2026-03-09T00:00:00Z"),
        "shut": ("never", None),
    }
    assert [each["remaining"] for each in told["sources"][0]["limits"]] == [4_321]
    assert {"job": "report", "schedule": "0 6 * * *", "began_at": None} in told["runs"]
    assert "4,321 <small>left at" in dashboard.get("/sources").text


def test_the_trail_is_for_operators(dashboard: Board) -> None:
    assert "The trail" in dashboard.get("/sources", token="O").text
    assert "The trail" not in dashboard.get("/sources", token="K").text


def test_what_became_confidential_is_shown_by_its_key_in_reports_that_were_kept(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with board(tmp_path_factory.mktemp("hushed"), more="confidential: [PAY]\n") as hushed:
        told = hushed.get(f"/api/v1/reports/{LATEST}", page=False).json()
        titles = {each["key"]: each["title"] for each in told["items"]}
        assert (titles["PAY-1"], bool(titles["PAY-9"])) == ("", True)  # PAY-9 is none that is stored
