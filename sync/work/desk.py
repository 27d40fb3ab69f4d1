"""What the dashboard is asked and answers, the same to its pages and to programs; nothing here knows of HTTP."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine

from connectors.transport import Clock
from mappings.acknowledgements import Acknowledgement
from mappings.posted import Posted
from mappings.problems import Problems, nearest
from sync.config import Config
from sync.files import Files, Map
from sync.reconcile.acknowledged import ended
from sync.reconcile.findings import Finding
from sync.reconcile.periods import day_of
from sync.reconcile.thresholds import Thresholds, thresholds_of
from sync.report import json
from sync.report.diff.build import diff
from sync.report.diff.model import Diff
from sync.report.explanation import Explained, FigureBehind, FindingBehind
from sync.report.model import Report
from sync.store import acknowledgements, reckonings, reports
from sync.store import readings as stored_readings
from sync.store.reckonings import Reckoning
from sync.store.reports import Published
from sync.store.version import version
from sync.work import acknowledging, behind, explaining, publishing
from sync.work.posted import map_on
from sync.work.recent import Recent
from sync.work.reckoner import Reckoner
from sync.work.state import State, state

MOST_REPORTS = 4  #: that are kept read
MOST_EXPLAINED = 100  #: explanations that are kept
MOST_EXPLAINING = 8  #: who wait for one; they are made one after the other, for each takes a core


class Unknown(Exception):
    """Nothing is called so; the text says what, and what is near it."""


class Unfit(Exception):
    """What is asked for, or posted, cannot be; the text says why."""


class Busy(Exception):
    """Too much is asked for at once: later."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One installation, as it stands."""

    engine: Engine
    clock: Clock
    current: Callable[[], Config]
    files: Callable[[], Files]
    reckoner: Reckoner
    _read: Recent[Report | None] = field(default_factory=lambda: Recent(most=MOST_REPORTS))
    _explained: Recent[Explained] = field(default_factory=lambda: Recent(most=MOST_EXPLAINED))
    _explaining: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MOST_EXPLAINING))

    @property
    def today(self) -> date:
        return day_of(self.clock.now(), zone=ZoneInfo(self.current().zone))

    @property
    def map(self) -> Map:
        """The map in force today. Raises `Problems` where there is none."""
        return map_on(self.engine, self.files(), self.today)

    def history(self) -> list[Published]:
        """The published reports, the latest knowledge first."""
        return reports.history(self.engine)

    def latest(self) -> str | None:
        """The digest of the published report of the latest knowledge that can be read; None where there is none."""
        return next((each.digest for each in self.history() if self._at(each.digest)), None)

    def report(self, digest: str) -> Report:
        """The report as it was published, or made because somebody asked; what is confidential today by key alone."""
        found = self._at(digest)
        if found is None:
            raise Unknown(f"no report is kept under {digest[:64]}, or none that this version reads")
        return found

    def diff(self, before: str, after: str) -> Diff:
        """What differs between two reports."""
        return diff(self.report(before), self.report(after))

    def finding(self, digest: str, name: str) -> FindingBehind:
        """A finding of a report by its id, and what it rests on."""
        made = self.report(digest)
        found = {each.id: each for each in all_findings(made)}.get(name)
        if found is None:
            raise Unknown(f"the report has no finding {name[:64]}")
        return behind.finding_behind(self.engine, made, found)

    def figures(self, digest: str, name: str) -> tuple[FigureBehind, ...]:
        """The figures of this name, `throughput` or `throughput:checkout`, with the items that they rest on."""
        return figures_of(self.report(digest), name)

    def explained(self, name: str, *, as_of: datetime | None, objective: str | None = None) -> Explained:
        """Why an item is tagged as it is, or why it does not serve this objective."""
        asked = (name, str(as_of or self.today), objective or "", *self._facts())
        if not self._explaining.acquire(blocking=False):
            raise Busy("others are waiting for their explanations")
        try:
            return self._explained.get(asked, lambda: self._explain(name, as_of, objective))
        except Problems as found:
            raise Unknown("; ".join(map(str, found.problems))) from None
        finally:
            self._explaining.release()

    def ask_report(self, *, period: str | None, as_of: datetime | None) -> Reckoning:
        """How it stands with the report on a period as known at an instant; default the last whole week, and now."""
        named = ("--period", period) if period else ()
        return self._ask("report", ("report", "--format", "json", *named), as_of=as_of)

    def ask_triage(self, *, as_of: datetime | None, limit: int) -> Reckoning:
        """How it stands with the decisions on untagged work."""
        return self._ask("triage", ("triage", "--format", "json", "--limit", str(limit)), as_of=as_of)

    def ask_patch(self, triage: Reckoning, *, number: int, objective: str) -> Reckoning:
        """How it stands with the patch that puts the rule of one of these decisions into the file."""
        if objective not in (rank := self.map.strategy.rank):
            raise Unfit(f"the strategy has no objective {objective[:64]!r}{_like(nearest(objective, rank))}")
        arguments = [each for each in triage.arguments if each not in ("--format", "json")]
        chosen = ("--accept", str(number), "--objective", objective, "--patch")
        return self._asked("patch", (*arguments, *chosen), made_of=(triage.key, *chosen, self.files().digest))

    def reckoning(self, key: str) -> Reckoning:
        """How it stands with what was asked for."""
        found = reckonings.found(self.engine, key)
        if found is None:
            raise Unknown("nobody asked for this, or so long ago that it is forgotten")
        return found

    def content(self, done: Reckoning) -> bytes:
        """What came of it."""
        found = reckonings.content_of(self.engine, done.kind, done.result or "")
        if found is None:
            raise Unknown("nothing came of this yet")
        return found

    def acknowledge(
        self, digest: str, name: str, *, reason: str, by: str | None, until: date, who: str
    ) -> Acknowledgement:
        """Accepts a finding of a report for now, from today on, as grave as the report has it."""
        made = self.report(digest)
        try:
            accepted = acknowledging.accepted(made, name, reason=reason, by=by, on=self.today, until=until)
        except Problems as found:
            raise Unfit("; ".join(problem.message for problem in found.problems)) from None
        acknowledgements.keep(self.engine, accepted, who=who, now=self.clock.now())
        return accepted

    def acknowledgement_of(self, finding: Finding) -> Acknowledgement | None:
        """The one that holds today, of the file or posted; None where there is none, or none any more."""
        found = self.map.acks.on(self.today).get(finding.id)
        return found if found and ended(finding, found, day=self.today) is None else None

    def post_reading(self, posted: Posted, *, who: str) -> None:
        """Keeps a reading of a measure that the strategy in force has."""
        measures = {(each.id, measure.id) for each in self.map.strategy.objectives for measure in each.measures}
        if (posted.objective, posted.measure) not in measures:
            raise Unknown(f"the strategy has no measure {posted.measure[:64]} of an objective {posted.objective[:64]}")
        if posted.reading.on > self.today:
            raise Unfit(f"{posted.reading.on} is to come")
        stored_readings.keep(self.engine, posted, who=who, now=self.clock.now())

    def state(self) -> State:
        """How sources, limits and runs stand."""
        try:
            thresholds = thresholds_of(self.map.mappings.thresholds, self.today)
        except Problems:
            thresholds = Thresholds()  # how fresh a source is should be seen most when the files are wrong
        stale_after = timedelta(hours=thresholds.stale_after_hours)
        return state(self.engine, config=self.current(), now=self.clock.now(), stale_after=stale_after)

    def _at(self, digest: str) -> Report | None:
        key = (digest, self.current().confidential)
        return self._read.get(key, lambda: self._held(digest))

    def _held(self, digest: str) -> Report | None:
        content = reports.content_of(self.engine, digest) or reckonings.content_of(self.engine, "report", digest)
        try:
            made = json.read(content) if content else None
        except msgspec.ValidationError:
            return None  # of an older version, whose readers are gone
        return made and publishing.as_shown(made, config=self.current(), engine=self.engine)

    def _explain(self, name: str, as_of: datetime | None, objective: str | None) -> Explained:
        at, files = as_of or self.clock.now().replace(microsecond=0), self.files()
        return explaining.item_explained(
            self.engine, name, config=self.current(), files=files, as_of=at, objective=objective
        )

    def _facts(self) -> tuple[str, str, str]:
        """What tells one state of all that is read from another: the facts', the files', the configuration's."""
        return version(self.engine), self.files().digest, repr(self.current())

    def _ask(self, kind: str, arguments: Sequence[str], *, as_of: datetime | None) -> Reckoning:
        """Where no instant is named the day counts: what was made of these facts today is good enough."""
        at = as_of or self.clock.now().replace(microsecond=0)
        made_of = (*arguments, str(as_of or self.today), *self._facts())
        return self._asked(kind, (*arguments, "--as-of", f"{at:%Y-%m-%dT%H:%M:%SZ}"), made_of=made_of)

    def _asked(self, kind: str, arguments: Sequence[str], *, made_of: Sequence[str]) -> Reckoning:
        stands = self.reckoner.ask(kind, arguments, made_of=made_of)
        if stands is None:
            raise Busy("as much as can wait is asked for already")
        return stands


def figures_of(made: Report, name: str) -> tuple[FigureBehind, ...]:
    """The figures of this name and scope in a report; `Unknown` where there are none."""
    found = behind.figures_behind(made, name)
    if not found:
        raise Unknown(f"the report has no figure {name[:64]}")
    return found


def all_findings(made: Report) -> tuple[Finding, ...]:
    """Those that stand, and those that are accepted."""
    return (*made.findings, *(each.finding for each in made.accepted))


def _like(hint: str) -> str:
    return f"; {hint}" if hint else ""
