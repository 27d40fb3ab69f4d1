"""What a report shows of pull requests, scope by scope (metrics.md §2, §10.2)."""

from zoneinfo import ZoneInfo

import pytest

from mappings.links import LINKS
from mappings.load import load_people
from mappings.statuses import categories
from mappings.strategy import Objective, Strategy
from mappings.tag import TAGS
from sync.reconcile.figures import Figure
from sync.reconcile.periods import period
from sync.reconcile.pull_requests import pull_requests
from sync.reconcile.pull_requests.told import pull_request_view
from sync.reconcile.pull_requests.view import PullRequestView
from sync.reconcile.reconciliation import judged
from sync.reconcile.span import Span
from sync.reconcile.thresholds import Thresholds
from tests.builders import table
from tests.sync.reconcile.pulls import Story, account, facts

UTC = ZoneInfo("UTC")
BIG, SMALL, FREE = [f"p{n}" for n in range(6)], ["q0", "q1"], [f"o{n}" for n in range(5)]
STRATEGY = Strategy(
    objectives=(Objective(id="growth", name="Growth"), Objective(id="checkout", name="Checkout", parent="growth"))
)


TEAMS = {"payments": BIG, "search": SMALL}
PEOPLE = load_people(
    "\n".join(
        [
            "teams: [{id: payments}, {id: search}]",
            "people:",
            *(
                f"  - {{id: {name}, teams: [{{{team}: 2024-01-01}}], accounts: {{github: {name}}}}}"
                for team, names in TEAMS.items()
                for name in names
            ),
        ]
    ),
    "people.yaml",
)


def merged(author: str, day: int) -> list[str]:
    """Ready on a Sunday at noon, looked at by Monday noon, merged at once."""
    return [
        f"05-{day:02}T12:00 {author} opened",
        f"05-{day + 1:02}T12:00 rev approved",
        f"05-{day + 1:02}T12:00 {author} merged",
    ]


@pytest.fixture(scope="module")
def view() -> PullRequestView:
    """May 2024: twelve of team payments, three of search, five of nobody's, one by a bot, one into another
    branch, one forgotten."""
    lines = [merged(author, 5) for author in BIG] + [merged(author, 12) for author in BIG]
    lines += [merged(author, 5) for author in (*SMALL, SMALL[0])]
    lines += [merged(author, 5) for author in FREE]
    lines += [merged("bot", 5), merged("p0", 5), ["05-20T09:00 p1 opened"]]
    stories = [Story(number, told) for number, told in enumerate(lines, start=1)]
    stories[21].pull["base"] = "release"
    bots = [{"ref": account("bot"), "kind": "bot"}]
    people = [{"ref": account(name)} for name in (*BIG, *SMALL, *FREE, "rev")]
    known = facts(stories, accounts=[*people, *bots])
    tags = [
        {"ref": stories[0].ref, "kind": "pull_request", "outcome": "tagged", "objective": "checkout", "weight": 0.5}
    ]
    links, thresholds = table(LINKS, []), Thresholds(series_weeks=9)
    meant = judged(
        known,
        tags=table(TAGS, tags),
        links=links,
        categories=categories(known.tables, (), known.as_of.date()),
        strategy=STRATEGY,
        zone=UTC,
        thresholds=thresholds,
        people=PEOPLE,
    )
    span = Span(period=period("2024-05", zone=UTC), as_of=known.as_of)
    return pull_request_view(pull_requests(known, links=links, thresholds=thresholds), meant, span)


def figures(view: PullRequestView, scope: str) -> dict[str, Figure]:
    (found,) = [each for each in view.scopes if each.id == scope]
    return {figure.id: figure for figure in found.figures}


def test_the_scopes_come_in_a_fixed_order(view: PullRequestView) -> None:
    assert [(scope.kind, scope.id) for scope in view.scopes] == [
        ("all", "all"),
        ("objective", "growth"),
        ("objective", "checkout"),
        ("team", "team:payments"),
        ("team", "team:search"),
        ("repository", "repository:acme/shop"),
    ]


def test_bots_and_other_branches_are_left_out_and_counted(view: PullRequestView) -> None:
    assert figures(view, "all")["merged_pull_requests"].value == 20
    assert view.left_out == {"by_bot": 1, "other_base": 1}


def test_an_objective_has_its_own_and_its_childrens_by_weight(view: PullRequestView) -> None:
    assert [figures(view, scope)["merged_pull_requests"].value for scope in ("growth", "checkout")] == [0.5, 0.5]


def test_a_team_that_is_too_small_shows_nothing(view: PullRequestView) -> None:
    hidden = figures(view, "team:search").values()
    assert {(each.value, each.n, each.reason, each.items) for each in hidden} == {
        (None, None, "suppressed_privacy", ())
    }


def test_a_team_of_six_is_shown_beside_seven_others(view: PullRequestView) -> None:
    told = figures(view, "team:payments")
    assert (told["merged_pull_requests"].value, told["pickup_time_p50"].value) == (12, 24)


def test_pickup_in_working_time_is_by_the_hours_of_the_authors_team(view: PullRequestView) -> None:
    """From Sunday noon to Monday noon: by every calendar here three hours, from nine to twelve."""
    told = figures(view, "all")
    assert (told["pickup_time_p50"].value, told["pickup_working_time_p50"].value) == (24, 3)


def test_the_forgotten_one_is_stale(view: PullRequestView) -> None:
    stale = figures(view, "all")["stale_pull_requests"]
    assert (stale.value, stale.items) == (1, ("github:pull_request:acme/shop#23",))


def test_no_figure_names_a_person(view: PullRequestView) -> None:
    names = {account(name) for name in (*BIG, *SMALL, *FREE, "rev", "bot")}
    assert not names & {ref for scope in view.scopes for figure in scope.figures for ref in figure.items}


def test_weeks_tell_how_many_were_merged_and_how_long_they_took(view: PullRequestView) -> None:
    told = {f"{week.starts_on:%m-%d}": (week.merged, week.pickup_hours) for week in view.weeks}
    assert (told["04-22"], told["04-29"]) == ((None, None), (0, None))
    assert (told["05-06"], told["05-13"], told["05-20"]) == ((14, 24), (6, 24), (0, None))


def test_the_curve_begins_with_all_that_wait(view: PullRequestView) -> None:
    assert [(round(point.hours, 6), point.at_risk) for point in view.pickup] == [(24, 21)]
    assert view.pickup[0].waiting_ratio == pytest.approx(1 / 21)
