"""The whole work in one process: read the sources, reconcile what is stored, make the report and deliver it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from connectors.transport import Clock
from mappings.problems import Problem, Problems
from sync import config as configuration
from sync import log, progress
from sync.config import Config
from sync.deliver import file
from sync.files import Files, read_files
from sync.passes import Pass
from sync.reconcile.periods import day_of
from sync.report.model import Report
from sync.report.notice import Notice
from sync.report.preview.model import Preview
from sync.store import acknowledgements, maps, trail
from sync.store.analytics import Analytics
from sync.store.database import UNAVAILABLE, connect, exists, why, writing
from sync.store.errors import StoreError
from sync.store.export import export
from sync.store.trail import Step
from sync.work import acknowledging, previewing, publishing, rendering, reporting
from sync.work.comparing import compare
from sync.work.delivering import Delivered, deliver, rehearsed
from sync.work.people import Roster, roster
from sync.work.previewing import Edit
from sync.work.reading import Reading
from sync.work.sources import Means
from sync.work.writing import WroteBack, write_back


@dataclass(frozen=True, kw_only=True)
class Work:
    """One installation: its configuration, its map, its store, and the clock it goes by."""

    config: Config
    folder: Path  #: that the configuration stands in
    files: Files
    engine: Engine
    clock: Clock
    wrong: tuple[Problem, ...] = ()  #: in the files as they stand; `files` are then those that were last good
    verbose: bool = False
    who: str = "fingerpost"  #: does it, for the trail

    @contextmanager
    def reading(self, *, until: datetime | None = None) -> Iterator[Reading]:
        """What is read from the sources, shown while it is read; nothing new is begun after `until`."""
        with progress.shown(verbose=self.verbose) as told:
            tally = progress.Tally(told)
            means = Means(engine=self.engine, clock=self.clock, progress=tally)
            yield Reading(config=self.config, means=means, tally=tally, until=until)

    def write_back(self, *, dry_run: bool) -> list[WroteBack]:
        """Brings every mirror that is asked for to show the tag that its item has; a rehearsal only plans it."""
        if not self.config.mirrors:
            return []
        known = reporting.meaning(self.engine, config=self.config, files=self.files, as_of=self._instant(None))
        means = Means(engine=self.engine, clock=self.clock)
        done = write_back(known, config=self.config, means=means, dry_run=dry_run)
        for each in done:
            if each.done:
                self._note("wrote back", each.source, f"{len(each.done)} items")
        return done

    def report(self, *, as_of: datetime | None, period: str | None, analytics: Analytics = Analytics.duckdb) -> Report:
        """The report on what is stored; the files that it was made by are kept, for when later ones are wrong."""
        made = reporting.report(
            self.engine,
            config=self.config,
            files=self.files,
            as_of=self._instant(as_of),
            period=period,
            mistakes=tuple(map(str, self.wrong)),
            analytics=analytics,
        )
        maps.keep(self.engine, self.files.digest, self.files.texts, used_at=self.clock.now())
        return made

    def acknowledge(self, finding: str, *, reason: str, by: str | None, until: date, as_of: datetime | None) -> Path:
        """The file of acknowledgements, in which the finding is accepted for now."""
        path, made = self.folder / self.config.acks, self.report(as_of=as_of, period=None)
        on = day_of(made.masthead.as_of, zone=ZoneInfo(self.config.zone))
        accepted = acknowledging.accepted(made, finding, reason=reason, by=by, on=on, until=until)
        self.write(path, acknowledging.written(accepted, path))
        with writing(self.engine) as connection:
            trail.note(connection, acknowledgements.step(accepted, who=self.who, now=self.clock.now()))
        return path

    def preview(self, edit: Edit, *, as_of: datetime | None, period: str | None) -> Preview:
        """What an edit of the map would move."""
        return previewing.preview(
            self.engine,
            config=self.config,
            files=self.files,
            edit=edit,
            folder=self.folder,
            as_of=self._instant(as_of),
            period=period,
        )

    def compare(self, sides: Sequence[date | Path], *, as_of: datetime | None) -> Notice:
        """What moved on the map between two days or files, and whom it touches."""
        return compare(self.engine, config=self.config, files=self.files, sides=sides, as_of=self._instant(as_of))

    def roster(self, *, as_of: datetime | None) -> Roster:
        """Whose the accounts are."""
        at = self._instant(as_of)
        return roster(self.engine, people=self.files.people, as_of=at, day=day_of(at, zone=ZoneInfo(self.config.zone)))

    def render(self, report: Report, form: str) -> str:
        """The report as a text: one of `rendering.TEXTS`."""
        return rendering.TEXTS[form](report)

    def write(self, path: Path, rendered: str | bytes) -> None:
        """Puts it there whole or not at all."""
        file.write(path, rendered)

    def publish(self, report: Report) -> list[Path]:
        """The files of the report in every form, in the reports folder; the store keeps it as it is now."""
        written = publishing.publish(report, config=self.config, engine=self.engine, at=self.clock.now())
        self._note("published", report.masthead.period, report.masthead.digest)
        return written

    def last_published(self, period: str | None) -> Report | None:
        """The report of the latest knowledge, on this period or on any, as it may be shown today."""
        return publishing.last_published(self.engine, period, config=self.config)

    def deliver(self, report: Report, *, only: str | None = None, dry_run: bool = False) -> list[Delivered]:
        """The report by every channel, or by the one to use; a rehearsal sends nothing."""
        told = publishing.digests(report, config=self.config)
        do = rehearsed if dry_run else deliver
        return do(told, config=self.config, engine=self.engine, clock=self.clock, only=only)

    def tell(self, report: Report, passes: Sequence[Pass]) -> list[Delivered]:
        """The report, what moved on the map, and what went wrong in the run, by every channel."""
        if not self.config.deliver:
            return []
        now, config, engine = self.clock.now(), self.config, self.engine
        moved = publishing.moves(config=config, files=self.files, folder=self.folder, engine=engine, as_of=now)
        alarms = publishing.alarms(report, passes, config=config, engine=engine, now=now)
        told = [*publishing.digests(report, config=config), *moved, *alarms]
        done = deliver(told, config=config, engine=engine, clock=self.clock)
        about_map = {message.subject for message in moved}
        if all(each.arrived for each in done if each.post and each.post.subject in about_map):
            publishing.note_map_told(engine, self.files, at=now)
        return done

    def catch_up(self, report: Report) -> list[Delivered]:
        """Beside this report: the editions that are due, and those published before that did not reach everybody."""
        late = publishing.undelivered(self.engine, beside=report.masthead.period, config=self.config)
        due = publishing.due_editions(self.config, self.engine, now=self.clock.now())
        made = [self.report(as_of=None, period=span) for span in due]
        for each in made:
            self.publish(each)
        return [done for each in (*made, *late) for done in self.deliver(each)]

    def export(self, out: Path, *, as_of: datetime | None, form: Literal["jsonl", "parquet"], origins: bool) -> None:
        """What is stored and what it means, one file a record kind."""
        known = reporting.meaning(self.engine, config=self.config, files=self.files, as_of=self._instant(as_of))
        extra, hidden = reporting.derived(known), self.config.confidential
        export(self.engine, out, format=form, origins=origins, extra=extra, confidential=hidden)

    def _note(self, deed: str, subject: str, detail: str) -> None:
        with writing(self.engine) as connection:
            trail.note(connection, Step(self.clock.now(), self.who, deed, subject, detail))

    def _instant(self, as_of: datetime | None) -> datetime:
        """The instant asked for, else now; a whole second, so that what is printed makes the same report again."""
        return (as_of or self.clock.now()).replace(microsecond=0)


def checked(path: Path, *, environment: Mapping[str, str]) -> str:
    """What the files hold, in a line; raises `Problems` where anything is wrong with them."""
    config = configuration.load_config(path, environment=environment)
    files = read_files(config, folder=path.parent)
    counts = [f"{name}: {len(each.objectives)} objectives" for name, each in files.strategies.items()]
    counts += [
        f"{name}: {len(each.rules)} rules, {len(each.exempt)} exemptions" for name, each in files.mappings.items()
    ]
    return "\n".join([*counts, f"{path}: {len(config.sources)} sources", "nothing wrong"])


@contextmanager
def opened(
    path: Path,
    *,
    environment: Mapping[str, str],
    clock: Clock,
    verbose: bool,
    last_good: bool = False,
    who: str = "fingerpost",
) -> Iterator[Work]:
    """The installation that the file describes. Raises `Problems` and `StoreError` before any source is asked; and
    `StoreError` later where the store cannot be used any more.

    Where the map's files are wrong, those that the last report was made by stay in force if `last_good` asks for it.
    """
    config = configuration.load_config(path, environment=environment)
    wrong: tuple[Problem, ...] = ()
    try:
        files = read_files(config, folder=path.parent)
    except Problems as found:
        wrong, files = found.problems, _last_good(config, path.parent, found, asked=last_good)
    log.configure(verbose=verbose, secrets=configuration.secrets(config))
    engine = connect(config.store)
    try:
        with log.named_run():
            yield Work(
                config=config,
                folder=path.parent,
                files=files,
                engine=engine,
                clock=clock,
                wrong=wrong,
                verbose=verbose,
                who=who,
            )
    except UNAVAILABLE as error:
        raise StoreError(
            f"The store cannot be used any more: {why(error)}.",
            hint="Nothing that it holds is lost; mend that, and run this again.",
        ) from error
    finally:
        engine.dispose()


def _last_good(config: Config, folder: Path, found: Problems, *, asked: bool) -> Files:
    """The files that the last report was made by; raises what was found where there are none."""
    if not asked or not exists(config.store):
        raise found
    engine = connect(config.store)
    try:
        kept = maps.last_kept(engine)
    finally:
        engine.dispose()
    if kept is None:
        raise found
    return read_files(config, folder=folder, kept=kept.texts)
