"""Charts: drawn without a network, coloured by the page, the same bytes each time."""

import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from sync.reconcile.forecast import FanPoint
from sync.reconcile.progress import BurnPoint
from sync.report.charts import effort, marks
from sync.report.charts import flow as charts
from sync.report.charts.burn_up import burn_up
from sync.report.charts.map import Marker
from sync.report.charts.map import picture as map_of
from sync.report.charts.vega import svg
from tests.sync.report.sample import delivery, weeks

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=["throughput", "durations"])
def drawn(request):
    if request.param == "throughput":
        return svg(charts.throughput(weeks(26, first=18, missing=3)), label="Delivered <a week>")
    days = [figure for figure in delivery("all", n=24) if figure.unit == "days"]
    return svg(charts.durations(days), label="Delivered <a week>")


def test_is_one_labelled_picture(drawn):
    root = ET.fromstring(drawn)
    assert (root.get("role"), root.get("aria-label")) == ("img", "Delivered <a week>")
    assert not [element for element in root.iter() if element is not root and element.get("role")]


def test_takes_its_colours_from_the_page(drawn):
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn))
    assert colours - {"none"} <= {"var(--ink)", "var(--muted)", "var(--line)", "var(--accent)"}


def test_names_nothing_to_fetch_and_nothing_that_could_clash(drawn):
    assert "http" not in drawn.replace("http://www.w3.org/", "")
    assert not re.search(r"\bid=|href=|<style|<image|<script", drawn)


def test_a_week_before_the_data_is_a_gap_and_a_week_without_a_delivery_is_not():
    bars = ET.fromstring(marks.sparkline([None, 0.0, 4.0, 2.0], label="")).findall("rect")
    assert len(bars) == 3
    assert bars[0].get("height") == "1.0"


def test_weeks_in_which_nothing_was_known_still_draw():
    assert svg(charts.throughput(weeks(26, first=1, missing=26)), label="").startswith("<svg")
    assert "<rect" not in marks.sparkline([None] * 12, label="")


def test_an_interval_without_an_upper_end_is_dotted_to_the_edge():
    bounded, unbounded = delivery("all", n=24)[0], delivery("all", n=24)[2]
    assert svg(charts.durations([unbounded]), label="").count("stroke-dasharray") == 1
    assert unbounded.high is None
    assert bounded.high is not None


def test_limits_take_the_place_of_the_median():
    limits = charts.Limits(low=2.0, centre=9.0, high=16.0)
    plain, bounded = (svg(charts.throughput(weeks(12, first=5), each), label="") for each in (None, limits))
    assert (plain.count("stroke-dasharray"), bounded.count("stroke-dasharray")) == (1, 3)


def test_three_lines_of_a_cumulative_flow_are_told_apart_by_stroke_and_by_name():
    stands = [charts.Stand(date(2026, 11, 9 + day), 9.0 + day, 5.0 + day, 1.0 + day) for day in range(7)]
    drawn = svg(charts.cumulative(stands), label="")
    assert set(re.findall(r'stroke-dasharray="([^"]+)"', drawn)) == {"1,4", "4,4"}
    assert all(f">{name}<" in drawn for name in ("arrived", "started", "finished"))


def test_a_scatter_has_a_dot_an_item_and_a_line_a_percentile():
    points = [charts.Point(date(2026, 11, day), float(day)) for day in (2, 3, 9)]
    drawn = svg(charts.scatter(points, [charts.Level("p50", 3.0), charts.Level("p85", 8.0)]), label="")
    assert drawn.count("stroke-dasharray") == 2
    assert ">p85<" in drawn


def test_an_ageing_item_is_a_bar_with_its_key():
    drawn = svg(charts.ageing([("PAY-1", 40.0), ("PAY-2", 12.0)], [charts.Level("85 %", 14.0)]), label="")
    assert all(f">{text}<" in drawn for text in ("PAY-1", "PAY-2", "85 %"))


def test_a_part_without_a_plan_has_no_stroke():
    parts = [effort.Part("Checkout", 0.3, 0.4), effort.Part("Growth", 0.2, None)]
    drawn, bare = svg(effort.allocation(parts), label=""), svg(effort.allocation(parts[1:]), label="")
    assert drawn.count("var(--ink)") == 1
    assert "var(--ink)" not in bare


def test_a_waterfall_ends_in_the_drift():
    parts = [effort.Part("Checkout", 0.3, 0.5), effort.Part("Else", 0.4, 0.2)]
    (drift,) = [row for row in effort.waterfall(parts)["layer"][0]["data"]["values"] if row["name"] == "Drift"]
    assert drift["end"] == pytest.approx(0.2)


def test_a_burn_up_ends_its_fan_at_the_scope_of_today():
    points = [
        BurnPoint(on=date(2026, 11, 2), scope=10, delivered=2),
        BurnPoint(on=date(2026, 11, 9), scope=12, delivered=6),
    ]
    fan = [FanPoint(on=date(2026, 11, 16 + 7 * week), p15=2 + 2 * week, p50=4 + 2 * week, p85=9) for week in range(2)]
    later = FanPoint(on=date(2027, 6, 1), p15=6, p50=6, p85=9)
    drawn = burn_up(points, [*fan, later, later], promised_on=None, label="Way")
    assert ET.fromstring(drawn).get("aria-label") == "Way"
    assert "2027-06-01" in drawn  # by then all is delivered even with little luck
    bare = burn_up(points, [], promised_on=date(2026, 12, 24), label="Way")
    assert "fill-opacity" not in bare
    assert "2026-12-24" in bare


def test_the_map_cuts_long_names_and_draws_as_broad_as_the_share():
    marker = Marker(
        name="A name of an objective that is far too long for a line",
        state="paused",
        depth=1,
        share=0.5,
        planned=0.25,
        flags=("starved",),
        measures=[("Conversion", 1.4)],
        teams=("payments",),
        work=("3 delivered",),
    )
    drawn = map_of("Every <shop> sells more", [marker], label="Map")
    root = ET.fromstring(drawn)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "A name of an objective that is…" in texts
    assert "Every <shop>" in texts
    assert "Conversion 140%" in texts
    assert 'stroke-width="20.0"' in drawn
    assert "1.4" not in re.findall(r'width="([\d.]+)" height="8"', drawn)
