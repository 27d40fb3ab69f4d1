"""What a check is given: everything known at `as_of`, and nothing of the period that a report is about."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mappings.audit import Precision
from mappings.people import People
from mappings.rows import as_table
from mappings.rules import Mappings
from mappings.strategy import Objective, Strategy
from sync.reconcile.alignment.daily import Daily, daily
from sync.reconcile.alignment.monthly import Monthly, monthly
from sync.reconcile.alignment.states import Map
from sync.reconcile.balance import SERVES, bots
from sync.reconcile.effort.buckets import buckets
from sync.reconcile.effort.ledger import Ledger
from sync.reconcile.effort.population import Span
from sync.reconcile.effort.roster import Window
from sync.reconcile.effort.window import reckoned_since, told_since
from sync.reconcile.findings import OPERATIONS, Evidence, Finding, Severity, identity
from sync.reconcile.flow import Flow
from sync.reconcile.lost import Place, place_of
from sync.reconcile.membership import membership
from sync.reconcile.outlook import Prospects
from sync.reconcile.periods import day_of, micros, working_days_before
from sync.reconcile.relations import Relations
from sync.reconcile.rows import Row, rows_of
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir


OWN_UPDATE_US = 2_000_000  # an item says that it was updated when it was written to, or a moment later


@dataclass(frozen=True, kw_only=True)
class Facts:
    snapshot: Snapshot
    flowed: Flow
    tags: "ir.Table"
    links: "ir.Table"
    touched: "ir.Table"
    stale: frozenset[str]  #: names of the sources whose silence means nothing
    lost: frozenset[Place]  #: projects and repositories that are out of sight
    strategy: Strategy
    zone: ZoneInfo
    thresholds: Thresholds
    relations: Relations
    people: People
    mappings: Mappings
    label_prefixes: Mapping[str, str] = field(default_factory=dict)  #: by source, of the labels that name objectives
    effort_since: date | None = None  #: the first day that effort is told of; None is twelve complete months back
    scope_on: tuple[date, ...] = ()  #: days at whose start a report asks for the scope of objectives
    precision: Precision | None = None  #: of tags, by the latest audit
    config_version: str = ""  #: names the configuration in the seeds of resampling (metrics.md §0.10)

    @property
    def as_of(self) -> datetime:
        return self.snapshot.as_of

    @property
    def today(self) -> date:
        return day_of(self.as_of, zone=self.zone)

    @cached_property
    def effort(self) -> "ir.Table":
        """Person-days by item, team and day, without the persons: `Ledger.by_item`."""
        return self.ledger.by_item

    @cached_property
    def ledger(self) -> Ledger:
        """Reckoned when first asked for."""
        since_on = self.effort_since or told_since(self.today)
        return Ledger(
            snapshot=self.snapshot,
            flow=self.flowed,
            links=self.links,
            people=self.people,
            mappings=self.mappings,
            thresholds=self.thresholds,
            zone=self.zone,
            window=Window(reckoned_since(since_on), self.as_of),
        )

    @cached_property
    def map(self) -> Map:
        """What each objective was on each day."""
        return Map(strategy=self.strategy)

    @cached_property
    def buckets(self) -> "ir.Table":
        """Which objective or exemption each record's effort goes to: `effort.buckets`."""
        return buckets(self.tags)

    @property
    def until_day(self) -> int:
        """The day after the last of which something is known."""
        return self.ledger.window.until_day(self.zone)

    @cached_property
    def daily(self) -> Daily:
        """All effort that is told of, day by day."""
        return daily(
            self.ledger.spent, self.buckets, map_=self.map, span=Span(self.ledger.window.first_day, self.until_day)
        )

    @cached_property
    def monthly(self) -> Monthly:
        """What the last two complete months say of effort."""
        return monthly(self)

    @cached_property
    def begun_us(self) -> int | None:
        """When the records begin; None where there are none."""
        first_us: int | None = self.flow.created_us.min().to_pyarrow().as_py()
        return first_us

    @cached_property
    def serving(self) -> "ir.Table":
        """Since when each counted item serves which objectives: `membership.membership`."""
        return membership(self.flow, self.tags, self.snapshot["changes"], self.strategy).cache()

    @cached_property
    def prospects(self) -> Prospects:
        """What lies ahead of every objective."""
        return Prospects(facts=self)

    def by(self, thresholds: Thresholds) -> "Facts":
        """The same facts by limits that a team agreed on: what is reckoned of all work holds whatever these are."""
        other = replace(self, thresholds=thresholds)
        reckoned = vars(self).keys() - self.__dataclass_fields__.keys()
        vars(other).update({name: vars(self)[name] for name in reckoned})
        return other

    def under(self, *, tags: "ir.Table", strategy: Strategy, mappings: Mappings) -> "Facts":
        """The same facts by a map that reads links and flow as this one does: the effort of each item is the same."""
        other = replace(self, tags=tags, strategy=strategy, mappings=mappings)
        vars(other).update({name: getattr(self, name) for name in ("ledger", "begun_us")})
        return other

    def days_ago(self, days: int) -> int:
        """The instant so many days before `as_of`, in microseconds."""
        return micros(self.as_of - timedelta(days=days))

    def working_days_ago(self, days: int) -> int:
        """The instant so many working days before `as_of`, in microseconds."""
        return micros(working_days_before(self.as_of, days, zone=self.zone))

    @property
    def flow(self) -> "ir.Table":
        """One row a counted work item: `Flow.items`."""
        return self.flowed.items

    def finding(
        self,
        kind: str,
        slug: str,
        subject: Mapping[str, Any],
        *,
        severity: Severity,
        evidence: tuple[Evidence, ...],
        place_to_fix: str,
        action: str,
        since: datetime | None,
        against: str | None = None,
        counterpart: tuple[str, str] | None = None,
        of_silence: bool = False,
        effort_days: float | None = None,
    ) -> Finding:
        """A finding on the record that `subject` is a row of, unknown while either side is stale or out of sight.

        `against` is the objective that it contradicts, `counterpart` the ref and key of the other record: whichever
        is there is part of its identity. The objective that the record is tagged to is not. What is found `of_silence`
        rests on every source: any of them may have been spoken to. `effort_days` are at stake where they are not those
        of the subject's own.
        """
        ref, other = subject["ref"], counterpart or (None, None)
        objective = against or subject.get("objective")
        return Finding(
            id=identity(kind, ref, other[0] or against),
            kind=kind,
            slug=slug,
            severity=severity,
            subject_ref=ref,
            subject_key=subject["key"],
            subject_url=subject["url"],
            title=subject["title"],
            objective=objective,
            counterpart_ref=other[0],
            counterpart_key=other[1],
            evidence=evidence,
            owner=self._owner(subject.get("team"), objective),
            place_to_fix=place_to_fix,
            action=action,
            first_at=since,
            unknown=self._is_unknown(ref, subject["key"])
            or self._is_unknown(*other)
            or (of_silence and bool(self.stale)),
            territory=subject.get("project") or subject.get("repository"),
            root_ref=subject.get("root_ref"),
            effort_days=effort_days,
        )

    def subject_of(self, objective: Objective) -> dict[str, Any]:
        """An objective as the subject of a finding."""
        ref, name = f"strategy:objective:{objective.id}", objective.id
        return {"ref": ref, "key": name, "url": None, "title": objective.name, "objective": name}

    def subject_of_team(self, team: str | None) -> dict[str, Any]:
        """A team as the subject of a finding; all work where none is named."""
        ref = f"people:team:{team}" if team else "people:everybody:all"
        return {"ref": ref, "key": team or "all", "url": None, "title": team or "All work", "team": team}

    def names(self, refs: Collection[str]) -> dict[str, Row]:
        """What the work items and pull requests among these refs are called, where they are, and whose they are.

        By ref: ref, key, url, title, project, repository, team, objective.
        """
        import ibis

        if not refs:
            return {}
        columns = ("ref", "key", "url", "title", "repository")
        items, pulls = self.snapshot["work_items"], self.snapshot["pull_requests"]
        every = ibis.union(
            items.select(*columns, "project"), pulls.select(*columns).mutate(project=ibis.null("string"))
        )
        asked = every.semi_join(as_table([{"ref": ref} for ref in sorted(refs)], {"ref": "string"}), "ref")
        known = asked.left_join(self.relations.item_teams, "ref").drop("ref_right")
        return {row["ref"]: row for row in rows_of(self.with_objective(known))}

    def with_objective(self, records: "ir.Table") -> "ir.Table":
        """The records with the objective that each is tagged to; of several the weightiest, then the first by name."""
        return records.left_join(self._chosen, "ref").drop("ref_right")

    @cached_property
    def _chosen(self) -> "ir.Table":
        """ref, objective."""
        import ibis

        tagged = self.tags.filter(self.tags.outcome == "tagged")
        heaviest = tagged.mutate(most=tagged.weight.max().over(ibis.window(group_by="ref")))
        heaviest = heaviest.filter(heaviest.weight == heaviest.most)
        return heaviest.group_by("ref").aggregate(objective=heaviest.objective.min()).cache()

    def _is_unknown(self, ref: str | None, key: str | None) -> bool:
        """Whether nobody can say how this record is now."""
        if ref is None or key is None:
            return False
        place = place_of(ref, key)
        return place in self.lost or place[0] in self.stale

    def _owner(self, team: str | None, objective: str | None) -> str:
        """The item's team, else the team that owns the objective, else operations (report-and-findings.md §2b.6)."""
        return team or self._owners.get(objective or "") or OPERATIONS

    @cached_property
    def _owners(self) -> dict[str, str | None]:
        return {objective.id: objective.owner for objective in self.strategy.objectives}


def stale_sources(snapshot: Snapshot, *, hours: int) -> frozenset[str]:
    """The sources without a complete pass in so many hours before `as_of`, and those that never had one."""
    sources = snapshot["sources"]
    since_us = micros(snapshot.as_of - timedelta(hours=hours))
    fresh = sources.filter(sources.complete_us >= since_us).select("name")
    return frozenset(sources.anti_join(fresh, "name").name.to_pyarrow().to_pylist())


def touched(snapshot: Snapshot, links: "ir.Table", *, days: int) -> "ir.Table":
    """When somebody last touched each work item and pull request in so many days before `as_of`: ref, touched_us.

    Created, changed by a person, or served by a pull request that was. What has no history tells it by its last
    update. That fingerpost mirrored a tag is no touch.
    """
    import ibis

    as_of_us, since_us = micros(snapshot.as_of), micros(snapshot.as_of - timedelta(days=days))
    pulls = _pulls(snapshot, as_of_us=as_of_us)
    serving = links.filter(links["class"].isin(SERVES) & links.to_ref.notnull()).select("to_ref", ref="item_ref")
    served = pulls.join(serving.distinct(), "ref").select("touched_us", ref="to_ref")
    items = snapshot["work_items"]
    untold = items.filter(~items.has_history.fill_null(False))
    untold = untold.select("ref", touched_us=_updated(untold, as_of_us=as_of_us))
    every = ibis.union(
        items.select("ref", touched_us="created_us"),
        untold,
        _changed(snapshot),
        pulls,
        served,
    )
    recent = every.filter(every.touched_us >= since_us)
    return recent.group_by("ref").aggregate(touched_us=recent.touched_us.max())


def _updated(records: "ir.Table", *, as_of_us: int) -> "ir.IntegerValue":
    """When each was last updated; null where that came after `as_of` and was cut to it: it says nothing of before."""
    return records.updated_us.nullif(as_of_us)


def _pulls(snapshot: Snapshot, *, as_of_us: int) -> "ir.Table":
    import ibis

    pulls, changes = snapshot["pull_requests"], snapshot["changes"]
    ours = changes.filter(changes.own.fill_null(False)).group_by(ref="item_ref")
    pulls = pulls.left_join(ours.aggregate(own_us=changes.at_us.max()), "ref").drop("ref_right")
    is_ours = (pulls.updated_us - pulls.own_us <= OWN_UPDATE_US).fill_null(False)
    updated_us = ibis.ifelse(is_ours, None, _updated(pulls, as_of_us=as_of_us))
    times = (pulls.created_us, updated_us, pulls.merged_us, pulls.closed_us)
    return pulls.select("ref", touched_us=ibis.greatest(*times))


def _changed(snapshot: Snapshot) -> "ir.Table":
    changes = snapshot["changes"]
    by_people = changes.filter(~changes.own.fill_null(False)).anti_join(bots(snapshot), [("author", "ref")])
    return by_people.select(ref="item_ref", touched_us="at_us")
