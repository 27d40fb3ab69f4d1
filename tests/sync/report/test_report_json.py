"""The report as JSON: a contract that other programs read."""

import json as plain

import jsonschema
import msgspec
import pytest

from sync.report import json
from sync.report.model import VERSION, json_schema
from tests.sync.report.sample import sample


def test_reads_as_expected(as_expected):
    as_expected("report.json", json.render(sample()))


def test_comes_back_as_it_went():
    assert json.read(json.render(sample())) == sample()


def test_keeps_to_its_published_schema():
    jsonschema.Draft202012Validator(json_schema()).validate(plain.loads(json.render(sample())))


def test_names_its_version_first():
    assert next(iter(plain.loads(json.render(sample())))) == "version"


def test_another_version_is_refused():
    with pytest.raises(msgspec.ValidationError, match="version"):
        json.read(json.render(sample()).replace(VERSION, "fingerpost.report/2"))
