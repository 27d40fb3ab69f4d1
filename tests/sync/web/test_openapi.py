"""Whatever is asked of the application, as its own document describes it, is never answered by a fault of ours."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from tests.sync.web.stage import TOKENS, Site, site

DOORS = {
    *("/hooks/{source}", "/health", "/ready", "/metrics"),
    *("/inbox", "/inbox/retry", "/sign-in", "/sign-out"),
}


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("described"), more=TOKENS) as made:
        yield made


@pytest.mark.parametrize("door", sorted(DOORS))
def test_no_question_is_answered_by_a_fault_of_ours(gated: Site, door: str) -> None:
    described = schemathesis.openapi.from_asgi("/openapi.json", gated.app)
    for method in described[door]:

        @given(case=described[door][method].as_strategy())
        @settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        def ask(case: schemathesis.Case) -> None:
            answer = case.call(headers={"authorization": "Bearer O-token"})
            assert answer.status_code < 500, answer.text

        ask()


def test_the_document_names_every_door(gated: Site) -> None:
    document = gated.ask("GET", "/openapi.json").json()
    assert set(document["paths"]) == DOORS
    assert set(document["paths"]["/hooks/{source}"]["post"]["responses"]) >= {"202", "401", "413", "503"}
