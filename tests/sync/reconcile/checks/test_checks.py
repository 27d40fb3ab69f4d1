"""Every check against the cases beside this file: what it is given, as `given.facts` takes it, and what it finds."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sync.reconcile.checks import discover
from sync.reconcile.findings import SEVERITIES, Finding
from sync.reconcile.manual import manual
from tests.sync.reconcile.checks.worlds import found_by_case, plain

FOLDER = Path(__file__).parent


@cache
def told(slug: str) -> list[dict[str, Any]]:
    """The cases of a check, in the file that has its name."""
    text = (FOLDER / f"{slug.replace('-', '_')}.yml").read_text(encoding="utf-8")
    cases: list[dict[str, Any]] = YAML(typ="safe").load(text)
    return cases


@cache
def found(slug: str) -> list[list[Finding]]:
    """What the check finds in each of its cases."""
    return found_by_case(discover()[slug], [case["given"] for case in told(slug)])


CASES = [
    pytest.param(slug, number, id=f"{slug}: {case['name']}")
    for slug in discover()
    for number, case in enumerate(told(slug))
]


@pytest.mark.parametrize(("slug", "number"), CASES)
def test_a_case(slug: str, number: int) -> None:
    findings, finds = found(slug)[number], told(slug)[number]["finds"]
    expected = [{"subject_key": said} if isinstance(said, str) else said for said in finds]
    asked = [list(said) for said in expected] or [["subject_key"]] * len(findings)
    seen = [{name: plain(getattr(one, name)) for name in names} for one, names in zip(findings, asked, strict=False)]
    assert len(findings) == len(expected), [plain(one.subject_key) for one in findings]
    assert seen == expected
    assert {one.slug for one in findings} <= {slug}


def test_every_file_of_cases_is_of_a_check() -> None:
    assert {file.stem.replace("_", "-") for file in FOLDER.glob("*.yml")} == discover().keys()


@pytest.mark.parametrize("slug", discover())
def test_every_check_has_a_manual_and_cases_that_speak_and_are_silent(slug: str) -> None:
    check = discover()[slug]
    assert any(case["finds"] for case in told(slug))
    assert any(not case["finds"] for case in told(slug))
    page = manual(check)
    assert (check.__doc__ or "").startswith(f"{check.KIND} {slug.replace('-', ' ')}: ")
    assert page.slug == slug
    assert page.decision.endswith("?")
    assert len(page.options) >= 2
    assert all((page.says, page.definition, page.evidence, page.action, page.guard, page.default))
    assert page.severity.startswith(SEVERITIES)
