"""The numbers that measures and checks decide by, as the mapping file sets them from a day on."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from mappings.document import Path
from mappings.limits import Count, Limits, Names, Some
from mappings.model import Fault

FlowType: TypeAlias = Literal["feature", "defect", "risk", "debt"]
FLOW_TYPES: tuple[FlowType, ...] = ("feature", "defect", "risk", "debt")

#: What a project, a repository or a team may have of its own; all else holds for everybody.
OF_A_PLACE = ("item_types", "discarded", "flow_types", "restart_on_return")
OF_A_REPOSITORY = ("base_branches", "generated_paths")
WHOSE = ("project", "team")

Ratio: TypeAlias = Annotated[float, Field(ge=0, le=1)]


class ThresholdLine(Limits):
    """What is set from this day on; a key that is not named stays as it was before, at first at its default."""

    from_on: date | None = Field(default=None, alias="from")
    project: str | None = (
        None  #: or repository, owner/name, whose items alone the line is for; it then sets what `OF_A_PLACE` names
    )
    team: str | None = None  #: that the items name, likewise
    item_types: Names | None = None  #: that are counted; else every type of the standard level
    discarded: tuple[str, ...] | None = None  #: resolutions of work that was given up, in small letters
    flow_types: dict[FlowType, Names] | None = None  #: item types by what kind of work they are; the rest is other
    restart_on_return: bool | None = None  #: start the clock anew when an item went back to do
    debounce_s: Count | None = None  #: stays shorter than this between two of one category are none
    bulk_items: Some | None = None  #: changed alike in one sweep, from which on it is a bulk edit
    bulk_gap_s: Count | None = None  #: longest pause within a sweep
    series_weeks: Annotated[int, Field(ge=1, le=520)] | None = None  #: that the throughput is shown for
    forecast_weeks: Annotated[int, Field(ge=6, le=52)] | None = None  #: complete weeks that a forecast draws from
    horizon_weeks: Annotated[int, Field(ge=1, le=6)] | None = None  #: that it tells how many for
    least_forecast_weeks: Annotated[int, Field(ge=2, le=6)] | None = None  #: below which there is no forecast
    least_forecast_items: Some | None = None  #: delivered in them, likewise
    forecast_cap_weeks: Annotated[int, Field(ge=52, le=1040)] | None = None  #: after which it looks no further ahead
    simulation_trials: Annotated[int, Field(ge=1000, le=100_000)] | None = None  #: where exact chances are too many
    look_back_days: Some | None = None  #: what was in progress in so many days is in the survival curve
    expectation_weeks: Some | None = None  #: complete weeks that the service level expectation is read from
    bootstrap_replicates: Annotated[int, Field(ge=200, le=20_000)] | None = None  #: that an interval is read from
    permutations: Annotated[int, Field(ge=199, le=99_999)] | None = None  #: that the test of effort shuffles weeks in
    baseline_weeks: Annotated[int, Field(ge=12, le=104)] | None = None  #: that a chart's limits are drawn from
    least_baseline_weeks: Annotated[int, Field(ge=3, le=12)] | None = None  #: below which a chart has no limits
    false_discovery_rate: Annotated[float, Field(gt=0, le=0.5)] | None = None  #: of what is called changed, at most
    material_ratio: Annotated[float, Field(gt=0)] | None = None  #: of a median or a rate, from which on it is changed
    material_share: Annotated[float, Field(gt=0, le=1)] | None = None  #: by which a share has to differ, likewise
    reopen_days: Some | None = None  #: after it was first done, in which an item that is opened again counts as such
    touched_days: Some | None = None  #: what was touched in so many days before the report is live work
    unmapped_items: Some | None = None  #: without a rule in one place, from which on the place is a finding
    stale_after_hours: Some | None = None  #: without a complete pass, from which on a source is stale
    base_branches: Names | None = None  #: names with * of branches whose pull requests count; else the default branch
    generated_paths: tuple[str, ...] | None = None  #: names with * of files that are no part of a pull request's size
    stale_pull_days: Some | None = None  #: without anybody doing anything, from which on an open pull request is stale
    stale_draft_days: Some | None = None  #: the same of a draft
    same_deployment_minutes: Count | None = None  #: in which a commit that is deployed again is the same deployment
    taken_back_days: Count | None = None  #: in which a rollback or a revert tells that a deployment failed
    hotfix_hours: Count | None = None  #: in which a hotfix does
    incident_hours: Count | None = None  #: in which an incident does
    provisional_days: Count | None = None  #: before the report, in which a deployment may turn out to have failed
    dora_bands: bool | None = None  #: show what a survey published of each measure, with its year
    code_weight: Some | None = None  #: of a day's code on an item, beside reviews and words
    review_weight: Some | None = None
    coord_weight: Some | None = None
    presence_days: Count | None = None  #: working days for which what is in hand tells of presence
    minutes_a_day: Some | None = None  #: of a full working day, for entries of time
    presume_absence: bool | None = None  #: on working days in a row without any sign of somebody
    absence_days: Some | None = None  #: working days in a row without a sign that count as absence
    least_coverage: Ratio | None = None  #: of the effort, below which alignment, drift and starvation are greyed
    least_observability: Ratio | None = None  #: share of the days of which something tells, likewise
    drift: Ratio | None = None  #: from which on it is flagged
    starved_attainment: Ratio | None = None  #: in each of two periods, below which an objective starves
    starved_share: Ratio | None = None  #: planned share below which an objective cannot starve by attainment
    starved_days: Some | None = None  #: working days without effort, from which on an objective starves
    over_target: Annotated[float, Field(ge=1)] | None = None  #: attainment above which an objective is overfed
    lag_days: Some | None = None  #: quiet working days in a row that end a lag
    lag_ratio: Ratio | None = None  #: of the effort before, up to which a day is quiet
    lag_baseline_days: Annotated[int, Field(ge=10)] | None = None  #: working days whose mean that effort is
    pick_up_days: Annotated[float, Field(gt=0)] | None = None  #: person-days with which an objective is taken up
    expedite: tuple[str, ...] | None = None  #: priorities and labels of work that displaces plans
    shadow_days: Annotated[int, Field(ge=1, le=28)] | None = None  #: in which work apart from the map is looked for
    shadow_records: Some | None = None  #: that share something, from which on it is a project
    least_group: Annotated[int, Field(ge=5)] | None = None  #: people below which figures of a group are not shown


def threshold_faults(lines: Iterator[tuple[Path, Mapping[str, Any]]]) -> Iterator[Fault]:
    """One fault for each line that begins on the day of an earlier one for the same place, for each key that a place
    cannot have of its own, and for each type that is of two kinds."""
    seen: set[Any] = set()
    for path, line in lines:
        yield from _types_of_two(path, line.get("flow_types"))
        yield from _of_everybody(path, line)
        since, place = line.get("from"), tuple(str(line.get(name)) for name in WHOSE)
        if isinstance(since, date | None) and (since, place) in seen:
            when = f"begin on {since}" if since else "have no `from`"
            yield Fault((*path, "from") if since else path, f"two entries {when}", "put their keys into one")
        if isinstance(since, date | None):
            seen.add((since, place))


def _of_everybody(path: Path, line: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of a line for one place."""
    whose = [name for name in WHOSE if line.get(name) is not None]
    if len(whose) > 1:
        yield Fault((*path, "team"), "a line is for a project or for a team, not for both", "write two", at_key=True)
    for name in ThresholdLine.model_fields if whose else ():
        if name in line and name not in (*WHOSE, *_of(line.get("project"))):
            yield Fault((*path, name), *_refusal(name), at_key=True)


def _of(project: Any) -> tuple[str, ...]:
    """The keys that such a place may have of its own."""
    return (*OF_A_PLACE, *OF_A_REPOSITORY) if "/" in str(project) else OF_A_PLACE


def _refusal(name: str) -> tuple[str, str]:
    if name in OF_A_REPOSITORY:
        return f"'{name}' holds for everybody, or for a repository", "write `project: owner/name`"
    return f"'{name}' holds for everybody", f"a project or a team may have its own {', '.join(OF_A_PLACE)}"


def _types_of_two(path: Path, flow_types: Any) -> Iterator[Fault]:
    kinds: dict[str, str] = {}
    for kind, names in flow_types.items() if isinstance(flow_types, Mapping) else ():
        for index, name in enumerate(names if isinstance(names, tuple) else ()):
            first = kinds.setdefault(str(name).lower(), kind)
            if first != kind:
                yield Fault((*path, "flow_types", kind, index), f"the type '{name}' is {first} already")


def thresholds_on(lines: Sequence[ThresholdLine], day: date) -> dict[str, Any]:
    """Key → what it is set to on this day for everybody; those that no line has set yet are left out."""
    return _told(_begun(lines, day), project=None, team=None)


def places_on(lines: Sequence[ThresholdLine], day: date) -> list[dict[str, Any]]:
    """The same of each project and each team that has something of its own, in the order of the file, teams last."""
    begun = _begun(lines, day)
    places = dict.fromkeys((line.project, line.team) for line in begun if line.project or line.team)
    ordered = sorted(places, key=lambda place: place[1] is not None)
    named = ({"project": project, "team": team} for project, team in ordered)
    return [place | _told(begun, **place) for place in named]


def _begun(lines: Sequence[ThresholdLine], day: date) -> list[ThresholdLine]:
    """Those that hold on this day, the last to begin last."""
    begun = (line for line in lines if (line.from_on or date.min) <= day)
    return sorted(begun, key=lambda line: line.from_on or date.min)


def _told(begun: Sequence[ThresholdLine], *, project: str | None, team: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for line in begun:
        if (line.project, line.team) == (project, team):
            told |= line.model_dump(exclude={"from_on", *WHOSE}, exclude_none=True)
    return told
