"""Things that happen at both sources, each told to the service again and again until it is answered with 202."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import httpx

from connectors.twin.faults import Faults
from connectors.twin.github import github_app
from connectors.twin.github_state import GitHubHost
from connectors.twin.jira import jira_app
from connectors.twin.jira_hooks import Webhook
from connectors.twin.jira_state import JiraSite
from connectors.twin.serve import serving
from tests.clocks import FakeClock
from tests.connectors.github.hosts import NOW, host_of, issue, pull, repository
from tests.connectors.twin.sites import cloud, with_issues
from tests.sync.happenings import at_github, at_jira

SECRET = "hush"
AGAIN_S = 0.01
#: What happens, and how often: most of all what can happen to the same items for ever.
WORDS = {"retitle": 8, "label": 2, "comment": 2, "close": 1, "reopen": 1, "push": 2, "open issue": 1, "delete": 1}
WORDS |= {"jira retitle": 6, "jira label": 3, "jira transition": 3, "jira create": 1, "jira move": 1, "jira delete": 1}


@dataclass(frozen=True)
class Told:
    """What a source has to say."""

    source: str
    id: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Company:
    """Both sources on the air. Their time goes by with what happens."""

    host: GitHubHost
    site: JiraSite
    urls: dict[str, str]
    clock: FakeClock
    hook: Webhook
    numbers: Iterator[int] = field(default_factory=lambda: count(500))

    def happen(self, word: str, number: int) -> list[Told]:
        """Something happens a second later; what is to be told of it."""
        self.clock.wind(1)
        at = self.clock.now()
        if word.startswith("jira "):
            sent = at_jira(self.site, self.hook, word.removeprefix("jira "), number, at=at)
            return (
                [Told("jira", sent.headers["x-atlassian-webhook-identifier"], sent.headers, sent.body)] if sent else []
            )
        known = len(self.host.deliveries)
        at_github(self.host, word, number, at=f"{at:%Y-%m-%dT%H:%M:%SZ}", numbers=self.numbers)
        return [Told("github", each.guid, each.headers(SECRET), each.body) for each in self.host.deliveries[known:]]


@contextmanager
def company() -> Iterator[Company]:
    clock = FakeClock(NOW)
    issues, pulls = [issue(number) for number in range(1, 5)], [pull(number) for number in range(5, 7)]
    host, site = host_of(repository(issues=issues, pullRequests=pulls), repository("web")), with_issues(cloud(), 5)
    host.now = site.now = clock.now
    with serving({"github": Faults(github_app(host)), "jira": Faults(jira_app(site))}) as urls:
        yield Company(host, site, urls, clock, Webhook(site=site, secret=SECRET))


class Load:
    """Open it as a context: until its end something happens all the time. `answered` is what 202 was said to."""

    def __init__(self, company: Company, *, doors: Callable[[], Sequence[str]], moments: random.Random) -> None:
        self.answered: list[Told] = []
        self._company = company
        self._doors = doors
        self._moments = moments
        self._over = threading.Event()
        self._broken_off = False
        self._thread = threading.Thread(target=self._press)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        self._broken_off = error is not None
        self._over.set()
        self._thread.join()

    def answered_more(self, count: int) -> Callable[[], bool]:
        """Tells whether so many more are answered than when it was asked for."""
        wanted = len(self.answered) + count
        return lambda: len(self.answered) >= wanted

    def _press(self) -> None:
        words, weights = list(WORDS), list(WORDS.values())
        with httpx.Client(timeout=5) as client:
            while not self._over.is_set():
                [word] = self._moments.choices(words, weights)
                for told in self._company.happen(word, self._moments.randrange(1_000)):
                    self._tell(client, told)

    def _tell(self, client: httpx.Client, told: Told) -> None:
        while not self._is_taken(client, told):
            if self._broken_off:
                return
            time.sleep(AGAIN_S)
        self.answered.append(told)

    def _is_taken(self, client: httpx.Client, told: Told) -> bool:
        """Whether one of the doors takes it: none may be open, and whoever stands behind it may be killed."""
        doors = self._doors()
        if not doors:
            return False
        try:
            sent = client.post(
                f"{self._moments.choice(doors)}/hooks/{told.source}", content=told.body, headers=told.headers
            )
        except httpx.HTTPError:
            return False
        assert sent.status_code == 202
        return True
