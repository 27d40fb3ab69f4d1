"""How work flows, as a report shows it beside the figures of the period."""

from datetime import date, datetime

from msgspec import Struct

from sync.reconcile.figures import Figure


class SurvivalPoint(Struct, frozen=True, kw_only=True):
    """Where the curve comes down to `ratio`; it stays there up to the next point."""

    days: float
    ratio: float  #: of the items that take longer than `days`
    at_risk: int


class Survival(Struct, frozen=True, kw_only=True):
    """How long work takes when what is still open counts too (metrics.md §1.8)."""

    n: int  #: items that were in progress at some time of the look-back
    open: int  #: those of them that still are
    quantiles: tuple[Figure, ...]  #: p50, p85, p95
    points: tuple[SurvivalPoint, ...]  #: of the curve, the shortest first; thinned out where there are many
    small_from_days: float | None  #: from here on too few are at risk to say anything


class CumulativeDay(Struct, frozen=True, kw_only=True):
    """How many items had been created, started and finished when a day began (§1.9), each by its weight."""

    on: date
    arrivals: float
    started: float
    finished: float  #: delivered or discarded; started − finished is the WIP of that instant


class Little(Struct, frozen=True, kw_only=True):
    """Little's law over the period: a diagnostic, and nothing else (§1.9)."""

    wip: float | None  #: L, its time average
    finished_per_day: float | None  #: λ
    cycle_days: float | None  #: W̄, the mean
    ratio: float | None  #: ρ = L / (λ W̄)
    balanced: bool | None  #: ρ from 0.8 to 1.25
    reading: str  #: what to make of it, in a sentence
    reason: str | None = None  #: why there is no ratio


class AgeingItem(Struct, frozen=True, kw_only=True):
    """An item in progress (§1.8)."""

    ref: str
    category: str  #: where it is: active, waiting, or back in todo, or done before it was opened again
    parked: bool  #: back in todo
    age_days: float
    percentile: int | None  #: that its age has reached among those that the expectation is of; None without them
    miss: float | None  #: the chance that it takes longer than the expectation


class CyclePoint(Struct, frozen=True, kw_only=True):
    """An item that was delivered: a dot of the scatter plot."""

    ref: str
    finished_at: datetime
    cycle_days: float


class TypeShare(Struct, frozen=True, kw_only=True):
    """What one flow type has of the delivered items (flow distribution, §1.6); all shares add up to 1."""

    flow_type: str  #: feature, defect, risk, debt, other
    items: float  #: by weight
    ratio: float | None
    effort_ratio: float | None = None  #: its share of the effort of the period; of all work only, where it may be shown


class FlowWeek(Struct, frozen=True, kw_only=True):
    """One complete week; None where nothing is known, or too few were delivered to say."""

    starts_on: date  #: Monday
    arrivals: float | None = None
    delivered: float | None = None
    discarded: float | None = None
    bulk_closed: float | None = None
    wip: float | None = None  #: at its end
    age_p85_days: float | None = None  #: of that WIP
    cycle_p50_days: float | None = None
    cycle_p85_days: float | None = None
    lead_p50_days: float | None = None
    lead_p85_days: float | None = None
    active_days: float | None = None  #: of what was delivered, all together
    waiting_days: float | None = None


class FlowView(Struct, frozen=True, kw_only=True):
    """How the work of one scope flows."""

    scope: str  #: `all`, or the id of an objective
    figures: tuple[Figure, ...]  #: of the period: the median of flow efficiency, reopen rate, touch ratio
    expectation: Figure  #: the service level expectation: 85 % finish within so many days (§1.6)
    survival: Survival
    cumulative: tuple[CumulativeDay, ...]  #: at the start of each day of the period, and at its end
    little: Little
    distribution: tuple[TypeShare, ...]  #: of what was delivered in the period
    ageing: tuple[AgeingItem, ...] = ()  #: the oldest items in progress, the oldest first; of all work only
    scatter: tuple[CyclePoint, ...] = ()  #: the last to be delivered, the latest first; of all work only
    weeks: tuple[FlowWeek, ...] = ()  #: the latest last; of all work only

    @property
    def every_figure(self) -> tuple[Figure, ...]:
        return (*self.figures, self.expectation, *self.survival.quantiles)
