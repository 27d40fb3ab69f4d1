"""Workflow runs as REST tells them, and where reading those of one repository stands: pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Raw, Struct
from msgspec.structs import replace

from connectors.github.parse import decode, text
from connectors.github.wire import Instant
from connectors.records import ItemRef, WorkflowRun

MOST_FILTERED = 1000  # more are not shown of a filtered list, whatever its count says (airbytehq/airbyte#13926)
LOOK_BACK = timedelta(days=32)  # for so long a run may be made again, which moves it nowhere (airbytehq/airbyte#85807)
OVERLAP = timedelta(minutes=5)
HOURLY, DAILY = timedelta(hours=1), timedelta(days=1)
FIRST = datetime(2018, 10, 16, tzinfo=UTC)  # the day Actions were announced: no run is older
SECOND = timedelta(seconds=1)


class Found(Struct):
    """A run, as its latest attempt or as one of those before."""

    id: int
    head_sha: str
    event: str
    created_at: Instant
    updated_at: Instant
    run_attempt: int = 1
    name: str | None = None
    path: str | None = None
    head_branch: str | None = None
    status: str | None = None
    conclusion: str | None = None
    run_started_at: Instant | None = None
    html_url: str = ""

    @property
    def ended(self) -> bool:
        return self.status == "completed"


class Listed(Struct):
    """A page of runs, each still in the source's own bytes."""

    workflow_runs: list[Raw]
    total_count: int = 0


def workflow_run(raw: Raw) -> Found:
    """The run; `Malformed` where it is something else."""
    return decode(raw, Found)


def record(found: Found, *, source: str, repository: str) -> WorkflowRun:
    """One attempt: what is made again keeps the run's id (airbytehq/airbyte#66498)."""
    return WorkflowRun(
        ref=str(ItemRef(source, "workflow_run", f"{found.id}/{found.run_attempt}")),
        source=source,
        repository=repository,
        run=str(found.id),
        attempt=found.run_attempt,
        workflow=text(found.name),
        path=found.path,
        event=found.event,
        branch=found.head_branch,
        sha=found.head_sha,
        state=found.status or "",
        conclusion=found.conclusion,
        created_at=found.created_at,
        started_at=found.run_started_at,
        updated_at=found.updated_at,
        url=found.html_url,
    )


class Window(Struct, frozen=True):
    """Runs that were created in this time, its ends included."""

    begins_at: datetime
    ends_at: datetime | None = None  #: None for all that come

    @property
    def created(self) -> str:
        """As GitHub's parameter of that name has it."""
        if self.ends_at is None:
            return f">={_written(self.begins_at)}"
        return f"{_written(self.begins_at)}..{_written(self.ends_at)}"

    def after(self, runs: Sequence[Found], *, now: datetime) -> "tuple[Window, ...]":
        """What is left of it where no more than these were shown: what is older, for the newest come first; its halves
        where they did not. Nothing where there is no smaller time.
        """
        instants = [run.created_at for run in runs]
        if instants and instants == sorted(instants, reverse=True) and instants[-1] < (self.ends_at or now):
            return (replace(self, ends_at=instants[-1]),)
        return self.halves(now) or ()

    def halves(self, now: datetime) -> "tuple[Window, Window] | None":
        """The later half and the earlier one; None where there is no smaller time."""
        ends_at = self.ends_at or now
        middle = self.begins_at + (ends_at - self.begins_at) / 2
        middle = middle.replace(microsecond=0)
        if ends_at - self.begins_at <= SECOND:
            return None
        return Window(middle + SECOND, self.ends_at), Window(self.begins_at, middle)


class Again(Struct, frozen=True):
    """A run that was made again: how many attempts were read."""

    attempts: int
    created_at: datetime


class Stand(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where reading the runs of one repository stands."""

    name: str = ""  #: the repository's, which the records carry
    at: datetime | None = None  #: when the last pass ended
    looked_back_at: datetime | None = None
    left: tuple[Window, ...] = ()  #: what is still to be read in this pass, the latest first
    looking_back: bool = False  #: this pass goes back as far as runs may change
    newest_at: datetime | None = None  #: when the latest run was created
    unfinished_at: datetime | None = None  #: when the oldest was that has not ended
    etag: str | None = None
    asked: str = ""  #: what `etag` is of
    attempts: dict[str, Again] = {}  #: by run's id
    refused: str = ""  #: what was said where runs may not be read

    def due(self, now: datetime) -> bool:
        """By the hour, or at once where a pass did not come to its end."""
        return bool(self.left) or self.at is None or now - self.at >= (DAILY if self.refused else HOURLY)

    def begun(self, *, now: datetime, since: datetime | None) -> "Stand":
        """At the beginning of a pass, unless one is under way: to the latest run, or to all that may have changed."""
        if self.left:
            return self
        looking_back = self.looked_back_at is None or now - self.looked_back_at >= DAILY
        begins_at = max(self._bound(now, looking_back=looking_back), since or FIRST)
        return replace(self, left=(Window(begins_at),), looking_back=looking_back, unfinished_at=None)

    def read(self, runs: Sequence[Found], *, rest: Sequence[Window] = (), etag: str | None = None) -> "Stand":
        """After the first window, but for the `rest` of it."""
        met = [run.created_at for run in runs]
        unfinished = [run.created_at for run in runs if not run.ended]
        again = {str(run.id): Again(run.run_attempt, run.created_at) for run in runs if run.run_attempt > 1}
        return replace(
            self,
            left=(*rest, *self.left[1:]),
            newest_at=max(filter(None, (self.newest_at, *met)), default=None),
            unfinished_at=min(filter(None, (self.unfinished_at, *unfinished)), default=None),
            attempts=self.attempts | again,
            etag=etag,
            asked=self.left[0].created if etag else "",
        )

    def ended(self, now: datetime) -> "Stand":
        """After the whole pass."""
        looked_back_at = now if self.looking_back else self.looked_back_at
        attempts = {one: again for one, again in self.attempts.items() if now - again.created_at <= LOOK_BACK + DAILY}
        return replace(
            self, at=now, looked_back_at=looked_back_at, left=(), looking_back=False, attempts=attempts, refused=""
        )

    def barred(self, why: str, now: datetime) -> "Stand":
        """To be tried again tomorrow."""
        return replace(self, at=now, left=(), refused=why)

    def unread_attempts(self, run: Found) -> range:
        """The attempts before this one that were not read since they ended."""
        again = self.attempts.get(str(run.id))
        return range(again.attempts if again else 1, run.run_attempt)

    def _bound(self, now: datetime, *, looking_back: bool) -> datetime:
        if self.newest_at is None:
            return FIRST
        if looking_back:
            return min(now - LOOK_BACK, self.newest_at)
        open_since = self.unfinished_at if self.unfinished_at and now - self.unfinished_at <= LOOK_BACK else None
        return min(filter(None, (self.newest_at - OVERLAP, open_since)))


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
