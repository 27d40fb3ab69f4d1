"""What nobody planned, as a part of the effort of all or of a team (metrics.md §5.2a)."""

from collections import Counter
from collections.abc import Mapping

from sync.reconcile.alignment import scores
from sync.reconcile.alignment.reckoning import Reckoning
from sync.reconcile.alignment.resampling import interval, replicates
from sync.reconcile.alignment.view import Band
from sync.reconcile.objectives import ALL
from sync.reconcile.stats import clusters, seed

UNPLANNED = "unplanned"


def unplanned_share(told: Reckoning, team: str | None, by_person: Mapping[int, int]) -> Band:
    """Its share of the effort of a team, or of everybody's, with an interval over resampled people."""
    spent = Counter[int]()
    for name, of_team in told.population.observed.items():
        if team is None or name == team:
            spent.update(of_team)
    value = scores.ratio(sum(by_person.values()), spent.total())
    if not value:
        return Band(value=value, low=value, high=value)
    sums = {
        told.population.ids[person]: {UNPLANNED: by_person.get(person, 0), scores.OBSERVED: effort}
        for person, effort in spent.items()
    }
    facts = told.facts
    number = seed(UNPLANNED, team or ALL, f"{facts.as_of:%Y-%m-%dT%H:%M:%SZ}", facts.config_version)
    drawn = replicates(clusters(sums), seed=number, count=facts.thresholds.bootstrap_replicates)
    low, high = interval(drawn, lambda each: scores.ratio(each[UNPLANNED], scores.observed(each)))
    return Band(value=value, low=low, high=high)
