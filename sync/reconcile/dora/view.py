"""What a report shows of each service's deployments: five measures, those behind them, and a weekly series.

Figures of a service, durations in hours: deployments, deployments_per_week, deploy_days_p50; change_lead_time_p50 and
_p85, pipeline_time_p50 and _p85; change_fail_rate, change_fail_rate_provisional, rework_rate; recovery_time_p50,
recovery_survival_p50, incident_time_p50; operational_incidents.
"""

from datetime import date, datetime

from msgspec import Struct

from mappings.deployments import Rung
from mappings.failures import Rule
from sync.reconcile.figures import Figure


class DeploymentLine(Struct, frozen=True, kw_only=True):
    """One deployment that finished in the period."""

    ref: str  #: the deployment, run, release, tag or pull request
    repository: str
    sha: str
    finished_at: datetime
    changes: int | None  #: that it brought; None where that cannot be known, as of the first
    rollback: bool
    rework: bool  #: it repaired something that users saw
    failed_by: Rule | None  #: the first rule by which it failed
    failed_refs: tuple[str, ...]  #: the incidents, deployments, pull requests or commits that say so
    recovered_at: datetime | None
    provisional: bool  #: so young that it may still turn out to have failed


class DoraWeek(Struct, frozen=True, kw_only=True):
    """One week of a service; null before its first known deployment."""

    starts_on: date  #: Monday
    deployments: int | None
    deploy_days: int | None  #: days with a deployment
    failed: int | None  #: of its deployments
    lead_hours: float | None  #: p50 of the changes that it deployed


class ServiceView(Struct, frozen=True, kw_only=True):
    id: str
    rung: Rung | None  #: what its deployments are read from; `merges` is a mere proxy
    figures: tuple[Figure, ...]
    deployments: tuple[DeploymentLine, ...]  #: of the period, the latest first
    weeks: tuple[DoraWeek, ...]  #: the latest last
    operational_incidents: tuple[str, ...]  #: refs of those that began in the period and that no deployment caused


class Band(Struct, frozen=True, kw_only=True):
    """What a survey published of a measure: context, never a target (metrics.md §3.4)."""

    figure: str  #: id of the figure that it stands beside
    year: int
    clusters: dict[str, str]  #: elite, high, medium, low → what those teams reported


class DoraView(Struct, frozen=True, kw_only=True):
    services: tuple[ServiceView, ...]  #: in the order of the mappings
    over_services: tuple[Figure, ...]  #: p50 over the services, never a sum
    bands: tuple[Band, ...] = ()  #: none unless asked for
