"""Whatever stands in a user's file or on the command line, it is taken or refused by what `Problems` and usage say."""

import json
import os
from contextlib import suppress
from datetime import UTC, date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mappings.acknowledgements import Acknowledgements
from mappings.edit import appended
from mappings.load import load_mappings, load_strategy, read
from mappings.model import UserFile
from mappings.people import People
from mappings.problems import Problem, Problems
from mappings.readings import csv_readings
from mappings.rules import Mappings
from mappings.strategy import Strategy
from sync import instants
from sync.config import Config
from sync.reconcile.periods import period
from sync.work.auditing import Drawing, answered
from tests.docs.snippets import snippets
from tests.fuzz.broken_json import broken

SOAK = "FINGERPOST_SOAK" in os.environ
MANY = settings(max_examples=5_000 if SOAK else 25, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
MODELS: dict[str, type[UserFile]] = {
    "fingerpost.yaml": Config,
    "strategy.yaml": Strategy,
    "mappings.yaml": Mappings,
    "people.yaml": People,
    "acks.yaml": Acknowledgements,
}
GOOD = [(each.title, each.text) for each in snippets("yaml") if each.title in MODELS]
CONTEXT = {"environment": {}, "read": lambda name: f"what stands in {name}"}
ZONE = ZoneInfo("Europe/Berlin")
NOTATION = st.text(alphabet="0123456789-W.Q:TZ+yesno=²१ ", max_size=24)


def refused_in_words(text: str, name: str) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        read(text, name, MODELS[name], context=CONTEXT)
    except Problems as found:
        problems = found.problems
    assert all(each.line >= 1 and each.column >= 1 and each.message for each in problems)


@MANY
@given(good=st.sampled_from(GOOD), seed=st.integers(0, 10**6))
def test_a_file_in_which_something_is_wrong_is_told_where(good: tuple[str, str], seed: int) -> None:
    name, text = good
    document = broken(YAML(typ="safe").load(text), seed=seed)
    refused_in_words(json.dumps(document, default=str), name)  # JSON is YAML too


@MANY
@given(
    good=st.sampled_from(GOOD),
    at=st.integers(0, 2_000),
    put=st.text(alphabet="{}[]:,-&*!|>'\"#%@` \n\t\x00é", max_size=3),
)
def test_a_text_that_was_mistyped_is_told_where(good: tuple[str, str], at: int, put: str) -> None:
    name, text = good
    place = at % len(text)
    refused_in_words(text[:place] + put + text[place + 1 :], name)


@MANY
@given(text=st.text(alphabet='on,value\r\n"2026-1.5 \x00é;', max_size=60))
def test_a_table_of_readings_is_taken_or_refused(text: str) -> None:
    try:
        rows = csv_readings(text, "readings.csv")
    except Problems:
        return
    assert all(row["on"] and row["value"] is not None for row in rows)


@MANY
@given(text=NOTATION)
def test_a_period_is_one_or_no_value(text: str) -> None:
    with suppress(ValueError):
        named = period(text, zone=ZONE)
        assert named.start_at < named.end_at


@MANY
@given(text=NOTATION)
def test_an_instant_is_one_or_no_value(text: str) -> None:
    with suppress(ValueError):
        assert instants.instant(text).tzinfo == UTC


@pytest.mark.parametrize("text", ["0001-W01", "9999-12", "9999-W52", "9999-Q4", "0001-01-01..0001-01-02", "2026-W54"])
def test_the_ends_of_the_calendar_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="period"):
        period(text, zone=ZONE)


@MANY
@given(answer=NOTATION | st.just("1" * 5_000 + "=yes"))
def test_an_answer_to_an_audit_is_one_or_a_problem(answer: str) -> None:
    drawing = Drawing(path=Path("audit.yaml"), text="", period="2026-W46", tags=(), answers=())
    with pytest.raises(Problems):
        answered(drawing, [answer], by="somebody", on=date(2026, 11, 20))


@MANY
@given(seed=st.integers(0, 10**6), words=st.text(max_size=12))
def test_what_triage_puts_into_a_file_is_read_back(seed: int, words: str) -> None:
    rule = {"id": f"r{seed}", "when": {"labels": [words]}, "objective": words or "o"}
    text = appended("rules: []\n", "mappings.yaml", "rules", rule)
    try:
        (read_back,) = load_mappings(text, "mappings.yaml").rules
    except Problems:
        return
    assert read_back.objective == rule["objective"]


def test_a_strategy_of_nothing_is_refused() -> None:
    with pytest.raises(Problems):
        load_strategy("", "strategy.yaml")
