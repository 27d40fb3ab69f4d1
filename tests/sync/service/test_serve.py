"""`serve` as its user runs it: one process for all of these tests, real HTTP on both sides."""

import gzip
import json
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from connectors.twin import github_edits as edits
from connectors.twin.company import company
from connectors.twin.github_hooks import Delivery
from sync.store.database import connect
from sync.store.errors import StoreError
from sync.store.place import claimed
from tests.shared import shared
from tests.stage import Place, Stage, furnished, staged
from tests.sync.service.inbox import DEV, SECRET, title_of

SERVICE = """\
    hook_secrets: ["${HOOK}"]
serve: {port: 0}
schedules: {debounce_s: 0.2, jitter_s: 0, report: "0 0 1 1 *"}
"""
PATIENCE_S = 60


@dataclass
class Served:
    """A running service, and the company that it reads."""

    place: Place
    stage: Stage
    process: subprocess.Popen[str]
    url: str

    def get(self, path: str) -> Any:
        return httpx.get(self.url + path, timeout=PATIENCE_S).json()

    def announce(self) -> int:
        """Sends what GitHub told last; how it was answered."""
        told = self.stage.company.github.deliveries[-1]
        sent = httpx.post(
            f"{self.url}/hooks/github", content=told.body, headers=told.headers(SECRET), timeout=PATIENCE_S
        )
        return sent.status_code

    def until(self, holds: Callable[[], bool]) -> None:
        """Returns as soon as it holds; it fails after a while."""
        ends_at = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < ends_at, "it never came to be"
            assert self.process.poll() is None, self.process.communicate()[1]
            time.sleep(0.05)


def started(place: Place, stage: Stage) -> Served:
    """The service, once it listens."""
    process = place.start("serve")
    assert process.stderr is not None
    for line in process.stderr:
        if '"serving"' in line:
            break
    else:
        raise AssertionError(process.communicate())
    return Served(place, stage, process, f"http://127.0.0.1:{json.loads(line)['port']}")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with staged(company(seed=4, size=60)) as stage:
        place = furnished(tmp_path_factory.mktemp("served"), stage)
        path = place.folder / "fingerpost.yaml"
        path.write_text(path.read_text() + SERVICE)
        place.environment["HOOK"] = SECRET
        service = started(place, stage)
        yield service
        service.process.kill()
        service.process.communicate()


def is_read(served: Served) -> bool:
    known = served.get("/ready")["sources"]
    return len(known) == 2 and all(source["complete_at"] for source in known.values())


def edited(served: Served, title: str, *, at: str) -> str:
    """An issue that has this title now; its ref."""
    host = served.stage.company.github
    issue = next(issue for repository in host.repositories for issue in repository["issues"])
    edits.edit(host, issue, at=at, by=DEV, title=title)
    return f"github:issue:{issue['id']}"


def test_a_new_installation_is_read_without_being_asked_to(served: Served) -> None:
    served.until(lambda: is_read(served))
    assert is_read(served)


def test_a_delivery_is_a_fact_within_seconds(served: Served) -> None:
    served.until(lambda: is_read(served))
    ref = edited(served, "Told by a delivery", at="2026-11-20T17:00:00Z")
    assert served.announce() == 202
    engine = connect(f"sqlite:///{served.place.folder}/fingerpost.db")
    served.until(lambda: title_of(engine, ref) == "Told by a delivery")
    engine.dispose()


def test_a_second_one_on_the_same_store_is_refused_and_says_by_whom(served: Served) -> None:
    url = f"sqlite:///{served.place.folder}/fingerpost.db"
    with pytest.raises(StoreError, match=f"is served already, by process {served.process.pid}"), claimed(url):
        pass


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of another process are Linux's")
def test_on_a_full_disk_nothing_is_acknowledged_and_once_there_is_room_it_goes_on(served: Served) -> None:
    served.until(lambda: is_read(served))
    ref = edited(served, "Told to a full disk", at="2026-11-20T17:10:00Z")
    with full_disk(served):
        assert served.announce() == 503
        assert served.get("/ready")["store"] == "ok", "what is held can still be read"
    assert served.announce() == 202
    engine = connect(f"sqlite:///{served.place.folder}/fingerpost.db")
    served.until(lambda: title_of(engine, ref) == "Told to a full disk")
    engine.dispose()


@contextmanager
def full_disk(served: Served) -> Iterator[None]:
    """The file system takes nothing more of the service: setrlimit(2), EFBIG where a full disk has ENOSPC."""
    soft, hard = resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (1_024, hard))
    yield
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.real_data
def test_every_payload_that_was_recorded_of_github_is_taken_in(served: Served) -> None:
    recorded = gzip.decompress(shared("data/octokit-recorded/webhooks-examples-7.6.1.json.gz").read_bytes())
    told = [(event["name"], json.dumps(each).encode()) for event in json.loads(recorded) for each in event["examples"]]
    with httpx.Client(timeout=PATIENCE_S) as client:
        answers = [
            client.post(
                f"{served.url}/hooks/github",
                content=body,
                headers=Delivery(guid=f"recorded-{number}", event=name, body=body).headers(SECRET),
            )
            for number, (name, body) in enumerate(told)
        ]
    assert len(answers) > 300
    assert {answer.status_code for answer in answers} == {202}


def test_told_to_end_it_ends_in_time_and_has_told_no_secret(served: Served) -> None:
    served.until(lambda: is_read(served))
    began_s = time.monotonic()
    served.process.send_signal(signal.SIGTERM)
    _, err = served.process.communicate(timeout=PATIENCE_S)
    assert (served.process.returncode, "Traceback" in err) == (0, False)
    assert time.monotonic() - began_s < 10
    events = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    runs = {each["source"]: each.get("run") for each in events if each["event"] == "pass"}
    assert len(set(runs.values()) - {None}) == len(runs), "each pass is one run's, which tells it from the others"
    for secret in (SECRET, "jira-secret", "github-secret"):
        assert f'"{secret}' not in err
