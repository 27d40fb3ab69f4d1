"""Every check against the cases beside this file: what it is given, and what it finds.

A case gives snapshot tables by name, and in short what `given.facts` takes.
"""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sync.reconcile.checks import discover
from sync.reconcile.findings import SEVERITIES
from sync.reconcile.manual import manual
from tests.sync.reconcile.checks.given import facts

FOLDER = Path(__file__).parent


def cases() -> list[Any]:
    """Each case with the slug of its check, which is the name of its file."""
    return [
        pytest.param(file.stem.replace("_", "-"), case, id=f"{file.stem}: {case['name']}")
        for file in sorted(FOLDER.glob("*.yml"))
        for case in YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("slug", "case"), cases())
def test_a_case(slug: str, case: dict[str, Any]) -> None:
    found = discover()[slug].find(facts(**case["given"]))
    expected = [{"subject_key": said} if isinstance(said, str) else said for said in case["finds"]]
    asked = [list(said) for said in expected] or [["subject_key"]] * len(found)
    told = [{name: getattr(one, name) for name in names} for one, names in zip(found, asked, strict=False)]
    assert len(found) == len(expected), [one.subject_key for one in found]
    assert told == expected
    assert {one.slug for one in found} <= {slug}


@pytest.mark.parametrize("slug", discover())
def test_every_check_has_a_manual_and_cases_that_speak_and_are_silent(slug: str) -> None:
    check = discover()[slug]
    own = [param.values[1] for param in cases() if param.values[0] == slug]
    assert any(case["finds"] for case in own)
    assert any(not case["finds"] for case in own)
    page = manual(check)
    assert (check.__doc__ or "").startswith(f"{check.KIND} {slug.replace('-', ' ')}: ")
    assert page.slug == slug
    assert page.decision.endswith("?")
    assert len(page.options) >= 2
    assert all((page.says, page.definition, page.evidence, page.action, page.guard, page.default))
    assert page.severity.startswith(SEVERITIES)
