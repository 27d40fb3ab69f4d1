"""What a report shows of effort and alignment (metrics.md §4–5)."""

from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

from sync.reconcile.figures import Figure

Basis: TypeAlias = Literal["effort", "items"]
Reason: TypeAlias = Literal["closed_objective", "paused_objective", "early", "dark", "untagged"]


class Band(Struct, frozen=True, kw_only=True):
    """A value between the ends of its interval, each None where nothing tells."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


class Stretch(Struct, frozen=True, kw_only=True):
    """A week or a month of one objective, or of work that nobody planned."""

    starts_on: date
    effort_days: float
    share: float | None  #: of the observed effort; None where none was observed


class Lag(Struct, frozen=True, kw_only=True):
    """How long effort took to follow a change of state, in working days."""

    since_on: date  #: the first day that counts
    working_days: int | None  #: None where there was too little to compare with
    censored: bool  #: it goes on: at least so many
    effort_days: float  #: since then: that should have gone elsewhere, or that the start has had so far


class Spending(Struct, frozen=True, kw_only=True):
    """What one objective, or one sanctioned bucket, took of the effort, with all that lies below it."""

    id: str  #: of the objective; of an exemption `exempt:` and its id
    title: str
    class_: Literal["strategic", "sanctioned"]
    effort_days: float | None
    share: Figure  #: of the observed effort, its interval by resampling people
    planned: float | None  #: the share planned for, on average over the days of the period
    attainment: Figure  #: what it got, on days on which it was current, over what was planned
    sensitivity: tuple[float, float] | None  #: least and most share by other weights of the signals
    by_items: Figure  #: share of the delivered items
    by_points: Figure  #: share of their points
    cost: Figure  #: day rates times person-days
    priced: float | None  #: the part of its effort that has a day rate
    flags: tuple[str, ...]  #: starved, over_target
    shift_lag: Lag | None = None  #: where it ceased to be current within the time looked at
    pick_up_lag: Lag | None = None  #: where it became current within the time looked at
    stale_items: tuple[str, ...] = ()  #: refs: open items of an objective that is paused or closed
    weeks: tuple[Stretch, ...] = ()  #: complete ones, the latest last
    months: tuple[Stretch, ...] = ()  #: complete ones, the latest last


class Mover(Struct, frozen=True, kw_only=True):
    """One part of the drift: they add up to twice its value, each without its sign."""

    id: str  #: of the objective; `other` for all that no plan names
    actual: float
    planned: float

    @property
    def difference(self) -> float:
        return self.actual - self.planned


class Misaligned(Struct, frozen=True, kw_only=True):
    """Effort on one item that leads nowhere on the map of that day."""

    ref: str
    reason: Reason
    effort_days: int  #: rounded to whole days (§10.2)
    tag_conflict: bool = False  #: its own tag and that of its nearest tagged ancestor name different objectives


class Account(Struct, frozen=True, kw_only=True):
    """observed = strategic and current + sanctioned + every reason, to the last digit (§5.3)."""

    observed_days: float
    current_days: float
    sanctioned_days: float
    reasons: dict[str, float]  #: every reason, zero too
    unobserved_days: float
    tiers: dict[str, float]  #: share of the capacity by the surest evidence for it: worklog, signal, presence, none


class TeamEffort(Struct, frozen=True, kw_only=True):
    """A team large enough to be shown."""

    team: str
    figures: tuple[Figure, ...]


class Beside(Struct, frozen=True, kw_only=True):
    """What a headline is read beside (report-and-findings.md §1b); null where it is not known."""

    plan: float | None
    last: float | None  #: of the period of the same kind before this one
    average: float | None  #: of the four before this one


class AlignmentView(Struct, frozen=True, kw_only=True):
    """Where the effort of a period went, beside where it should have gone."""

    basis: Basis  #: items where a group is too small for its effort to be shown
    reason: str | None = None  #: why effort is not shown
    gates: tuple[str, ...] = ()  #: too little is seen of these: figures that need them are to be greyed
    flags: tuple[str, ...] = ()  #: drift: it is wide, and surely so
    figures: tuple[Figure, ...] = ()  #: of all work
    beside: dict[str, Beside] = {}  #: by the id of a headline
    unplanned_weeks: tuple[Stretch, ...] = ()  #: work that came up in the week in which it took effort; the latest last
    spending: tuple[Spending, ...] = ()  #: objectives in rank order, then exemptions by name
    movers: tuple[Mover, ...] = ()  #: the widest difference first
    misaligned: tuple[Misaligned, ...] = ()  #: the most effort first
    misaligned_more: int = 0  #: rows that are not listed
    account: Account | None = None
    teams: tuple[TeamEffort, ...] = ()  #: by name
    notes: tuple[str, ...] = ()
