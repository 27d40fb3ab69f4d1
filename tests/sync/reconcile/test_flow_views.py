"""What a report shows of the flow: expectation, ageing, reopen rate, distribution, scatter (metrics.md §1.5–1.8)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
import pytest

from mappings.strategy import Objective, Strategy
from mappings.tag import TAGS
from sync.reconcile.expectation import Sample, expectation, samples
from sync.reconcile.flow import Flow
from sync.reconcile.flow_types import flow_type
from sync.reconcile.flow_view import FlowView
from sync.reconcile.flow_views import flow_views
from sync.reconcile.periods import Period, period
from sync.reconcile.reopened import reopen_rates
from sync.reconcile.scopes import Scopes
from sync.reconcile.thresholds import FLOW_TYPES, Thresholds
from tests.builders import micros, ref_of, table
from tests.sync.reconcile.flows import Row, flow_table, flowing, in_scopes

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = period("2026-W46", zone=BERLIN)  #: from the 9th of November
AS_OF = datetime(2026, 11, 20, tzinfo=UTC)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
RUN = {"ref": "string", "category": "string", "start_us": "int64", "end_us": "int64", "is_last": "boolean"}


def ref(number: int) -> str:
    return ref_of(f"PAY-{number:03}")


def run(number: int, category: str, start: str, end: str, *, is_last: bool = False) -> Row:
    instants = {"start_us": micros(f"{start}T00:00Z"), "end_us": micros(f"{end}T00:00Z")}
    return {"ref": ref(number), "category": category, "is_last": is_last, **instants}


def sample(*rows: Row, at: datetime = WEEK.end_at, weeks: int = 13) -> Sample:
    told = samples(flow_table(*rows), in_scopes(rows), at=at, zone=BERLIN, weeks=weeks, since=SINCE)
    return told["all"]


def test_days_are_counted_by_the_calendar_of_the_zone() -> None:
    """One hour may touch two days, and 25 hours on the day that the clocks go back no more than one."""
    rows = [
        flowing(1, started="2026-11-09T09:00Z", finished="2026-11-09T10:00Z"),
        flowing(2, started="2026-11-09T22:30Z", finished="2026-11-09T23:30Z"),
        flowing(3, started="2026-10-24T22:00Z", finished="2026-10-25T22:59Z"),
    ]
    assert sample(*rows).days == [1, 1, 2]


def test_the_expectation_is_what_85_in_100_keep() -> None:
    rows = [flowing(n, started=f"2026-10-{21 - n:02}", finished="2026-10-20") for n in range(1, 21)]
    figure = expectation("all", sample(*rows))
    assert (figure.id, figure.value, figure.low, figure.high, figure.n) == ("expectation_p85", 17, 14, 20, 20)
    few = expectation("all", sample(*rows[:6]))
    assert (few.value, few.reason, few.n) == (None, "small_n", 6)


def test_what_the_expectation_is_read_from() -> None:
    """Complete weeks alone; neither discarded nor closed in bulk, nor without a start of its own."""
    rows = [
        flowing(1, started="2026-11-14", finished="2026-11-15T22:59Z"),
        flowing(2, started="2026-11-14", finished="2026-11-15T23:00Z"),
        flowing(3, started="2026-11-01", finished="2026-11-01T22:59Z"),
        flowing(4, started="2026-11-10", finished="2026-11-12", outcome="discarded"),
        flowing(5, started="2026-11-10", finished="2026-11-12", flags=["bulk_closed", "no_active"]),
        flowing(6, started="2026-11-12", finished="2026-11-12", flags=["no_active"]),
        flowing(7, finished="2026-11-12", flags=["no_history"]),
    ]
    told = sample(*rows, weeks=2)
    assert told == Sample([2], {"bulk_closed": 1, "no_active": 1, "no_history": 1}, (ref(1),))
    longer = sample(*rows, weeks=3)
    assert (longer.days, longer.longest) == ([1, 2], (ref(1), ref(3)))


FIRST_DONE = [
    flowing(1, finished="2026-10-05T00:00Z"),
    flowing(2, finished="2026-10-06", first_reopened_us=micros("2026-11-04T23:59Z")),
    flowing(3, finished="2026-10-06", first_reopened_us=micros("2026-11-05T00:00Z")),
    flowing(4, finished="2026-10-11T22:00Z", first_reopened_us=micros("2026-10-12T00:00Z")),
    flowing(
        5,
        finished="2026-11-12",
        first_finished_us=micros("2026-10-07T00:00Z"),
        first_reopened_us=micros("2026-10-08T00:00Z"),
    ),
    flowing(6, finished="2026-10-08"),
    flowing(7, finished="2026-10-08"),
]


@pytest.mark.parametrize(
    ("as_of", "value", "reason"), [("2026-11-10T23:00Z", 2 / 6, None), ("2026-11-10T21:59:59Z", None, "immature")]
)
def test_the_reopen_rate(as_of: str, value: float | None, reason: str | None) -> None:
    """By the first finish, within 30 days of it, and not before these have passed for the whole period."""
    week = period("2026-W41", zone=BERLIN)
    at = datetime.fromisoformat(as_of)
    rates = reopen_rates(flow_table(*FIRST_DONE), in_scopes(FIRST_DONE), scopes=["all"], period=week, as_of=at, days=30)
    figure = rates["all"]
    assert (figure.value, figure.reason) == (value, reason)
    assert figure.items == ((ref(2), ref(5)) if value else ())


def test_the_kind_of_an_item_by_its_type() -> None:
    names = ["Story", "BUG", "Risk", "tech debt", "Test", None]
    typed = table({"type": "string"}, [{"type": name} for name in names])
    told = typed.select("type", kind=flow_type(typed.type, FLOW_TYPES), none=flow_type(typed.type, {}))
    rows = {row["type"]: (row["kind"], row["none"]) for row in told.to_pyarrow().to_pylist()}
    kinds = ("feature", "defect", "risk", "debt", "other", "other")
    assert rows == {name: (kind, "other") for name, kind in zip(names, kinds, strict=True)}


STRATEGY = Strategy(objectives=(Objective(id="checkout", name="Faster checkout"),))
ITEMS = [
    *(flowing(n, started="2026-11-08", finished=f"2026-11-{10 + n % 4}", flow_type="feature") for n in range(6)),
    flowing(6, started="2026-11-08", finished="2026-11-10", flow_type="defect"),
    flowing(7, started="2026-11-08", finished="2026-11-10", flow_type="defect", flags=["bulk_closed"]),
    flowing(8, started="2026-11-08", finished="2026-11-10", flow_type="debt", outcome="discarded"),
    flowing(9, started="2026-11-01T23:00Z"),
    flowing(10, started="2026-11-14T23:00Z"),
    flowing(11, started="2026-11-10T23:00Z", lost_us=micros("2026-11-12T23:00Z")),
    flowing(12, started="2026-11-15T23:00:01Z"),
    flowing(13, started="2026-11-10T23:00Z", finished="2026-11-16"),
]
RUNS = [
    run(9, "active", "2026-11-02", "2026-11-15"),
    run(9, "todo", "2026-11-15", "2026-11-18"),
    run(9, "active", "2026-11-18", "2026-11-20", is_last=True),
    *(run(n, "waiting", "2026-11-10", "2026-11-20", is_last=True) for n in (10, 11, 13)),
]


def views(rows: Iterable[Row] = ITEMS, *, span: Period = WEEK, as_of: datetime = AS_OF) -> dict[str, FlowView]:
    items, tags = (
        flow_table(*rows),
        [
            {"ref": ref(n), "kind": "work_item", "outcome": "tagged", "objective": "checkout", "weight": 0.5}
            for n in (0, 6)
        ],
    )
    scopes = Scopes(flow=items, tags=table(TAGS, tags), strategy=STRATEGY, period=span, as_of=as_of)
    flowed = _Flowed(items=items, numbers=items, numbered_runs=table(RUN, RUNS), numbered_blocks=items)
    return flow_views(flowed, scopes, thresholds=Thresholds())


class _Flowed(Flow):
    """A flow whose runs are told by ref already."""

    @property
    def runs(self) -> ir.Table:
        return self.numbered_runs


@pytest.fixture(scope="module")
def shown() -> dict[str, FlowView]:
    return views()


def test_the_oldest_work_in_progress_comes_first(shown: dict[str, FlowView]) -> None:
    """At the end of the period: parked is what was in todo then, and what is out of sight is as old as it was."""
    told = [(item.ref, item.age_days, item.category, item.parked) for item in shown["all"].ageing]
    assert told == [
        (ref(9), 14, "todo", True),
        (ref(13), 5, "waiting", False),
        (ref(11), 2, "waiting", False),
        (ref(10), 1, "waiting", False),
    ]


def test_an_age_beside_the_expectation(shown: dict[str, FlowView]) -> None:
    """Of seven six took at most 5 days, the first of the percentiles that holds 85 in 100."""
    every = shown["all"]
    assert every.expectation.value == 5
    oldest, second, third, youngest = every.ageing
    assert [(item.percentile, item.miss) for item in (oldest, second)] == [(100, 1), (85, 1)]
    assert (third.percentile, youngest.percentile) == (0, 0)
    assert third.miss is not None
    assert youngest.miss is not None
    assert 0 < youngest.miss <= third.miss < 1


def test_the_distribution_adds_up(shown: dict[str, FlowView]) -> None:
    every = {each.flow_type: (each.items, each.ratio) for each in shown["all"].distribution}
    assert every == {"feature": (6, 6 / 7), "defect": (1, 1 / 7), "risk": (0, 0), "debt": (0, 0), "other": (0, 0)}
    half = {each.flow_type: (each.items, each.ratio) for each in shown["checkout"].distribution}
    assert (half["feature"], half["defect"]) == ((0.5, 0.5), (0.5, 0.5))


def test_the_scatter_is_of_what_the_percentiles_are_of(shown: dict[str, FlowView]) -> None:
    dots = shown["all"].scatter
    assert {dot.ref for dot in dots} == {ref(n) for n in range(7)}
    assert [dot.finished_at for dot in dots] == sorted((dot.finished_at for dot in dots), reverse=True)
    assert (dots[0].ref, dots[0].cycle_days) == (ref(3), 5)


def test_every_objective_has_its_view(shown: dict[str, FlowView]) -> None:
    assert list(shown) == ["all", "checkout"]
    part = shown["checkout"]
    assert (part.cumulative[-1].finished, part.survival.n, part.expectation.reason) == (1, 2, "small_n")
    assert (part.ageing, part.scatter, part.weeks) == ((), (), ())


def test_nothing_at_all_is_no_error() -> None:
    view = views([])["all"]
    assert (view.ageing, view.scatter, view.survival.n, view.little.ratio) == ((), (), 0, None)
    assert [each.ratio for each in view.distribution] == [None] * 5
