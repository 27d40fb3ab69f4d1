"""Charts: drawn without a network, coloured by the page, the same bytes each time."""

import re
from xml.etree import ElementTree as ET

import pytest

from sync.report.charts import flow as charts
from sync.report.charts import marks
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
