"""Whatever is asked of the application, as its own document describes it, is never answered by a fault of ours."""

from collections.abc import Iterator

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from tests.sync.web.board import EARLIER, LATEST, Board, board

API = "/api/v1"
DOORS = {
    *("/hooks/{source}", "/health", "/ready", "/metrics"),
    *("/inbox", "/inbox/retry", "/sign-in", "/sign-out"),
    *(f"{API}/reports", f"{API}/reports/latest", f"{API}/reports/made", f"{API}/reports/{{digest}}"),
    *(f"{API}/reports/{{digest}}/findings", f"{API}/reports/{{digest}}/findings/{{name}}"),
    *(f"{API}/reports/{{digest}}/figures/{{name}}", f"{API}/reports/{{before}}/diff/{{after}}"),
    *(f"{API}/items/{{name}}", f"{API}/triage", f"{API}/sources"),
    *(f"{API}/acknowledgements", f"{API}/readings"),
}


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    with board(tmp_path_factory.mktemp("described")) as made:
        yield made


@pytest.mark.parametrize("door", sorted(DOORS))
def test_no_question_is_answered_by_a_fault_of_ours(dashboard: Board, door: str) -> None:
    described = schemathesis.openapi.from_asgi("/openapi.json", dashboard.site.app)
    for method in described[door]:

        @given(case=described[door][method].as_strategy())
        @settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        def ask(case: schemathesis.Case) -> None:
            answer = case.call(headers={"authorization": "Bearer O-token"})
            assert answer.status_code < 500, answer.text

        ask()


def test_the_document_names_every_door(dashboard: Board) -> None:
    document = dashboard.get("/openapi.json", page=False).json()
    assert set(document["paths"]) == DOORS
    assert set(document["paths"]["/hooks/{source}"]["post"]["responses"]) >= {"202", "401", "413", "503"}


@pytest.mark.parametrize(
    ("door", "path"),
    [
        (f"{API}/reports", "/reports"),
        (f"{API}/reports/{{digest}}", f"/reports/{LATEST}"),
        (f"{API}/reports/{{digest}}/findings", f"/reports/{LATEST}/findings"),
        (f"{API}/reports/{{digest}}/figures/{{name}}", f"/reports/{LATEST}/figures/throughput"),
        (f"{API}/reports/{{before}}/diff/{{after}}", f"/reports/{EARLIER}/diff/{LATEST}"),
        (f"{API}/sources", "/sources"),
        (f"{API}/acknowledgements", "/acknowledgements"),
        (f"{API}/reports/{{digest}}", f"/reports/{'c' * 64}"),
        (f"{API}/reports/made", "/reports/made?period=soon"),
    ],
)
def test_an_answer_is_as_the_document_describes_it(dashboard: Board, door: str, path: str) -> None:
    document = dashboard.get("/openapi.json", page=False).json()
    answer = dashboard.get(f"{API}{path}", page=False)
    described = document["paths"][door]["get"]["responses"][str(answer.status_code)]
    schema = described["content"]["application/json"]["schema"]
    jsonschema.validate(answer.json(), {**schema, "components": document["components"]})
