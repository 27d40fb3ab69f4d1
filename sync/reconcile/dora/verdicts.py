"""Which deployments failed, by which rule, when that was over, and which repaired something (metrics.md §3.3)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, get_args

from mappings.failures import Rule
from mappings.mends import Incident, Mends
from sync.reconcile.dora.shipping import Deployment, Sign

RULES: tuple[Rule, ...] = get_args(Rule)  #: the surest first
OF_INCIDENTS: tuple[Rule, ...] = ("named", "incident")


class Verdict(NamedTuple):
    """What became of one deployment."""

    failed_by: Rule | None  #: the first rule that holds
    failed_refs: tuple[str, ...]  #: all that speaks for it, by rule
    recovered_us: int | None
    rework: bool


class Ending(NamedTuple):
    """How an incident ended."""

    discarded: bool
    finished_us: int | None  #: None while it is open


def verdicts(
    deployments: Sequence[Deployment],
    signs: Iterable[Sign],
    *,
    mends: Mends,
    endings: Mapping[str, Ending],
    repairs: Collection[str],
) -> dict[str, Verdict]:
    """Of each deployment of one service, by its ref. `repairs` are commits that mend an incident or an escaped bug."""
    counted = _each_incident_once([sign for sign in signs if not _is_dropped(sign, endings)], deployments)
    against: dict[str, list[Sign]] = defaultdict(list)
    for sign in sorted(counted, key=lambda sign: (RULES.index(sign.rule), sign.at_us, sign.by_ref)):
        against[sign.ref].append(sign)
    ended = {incident.ref: incident for incident in mends.incidents}
    repairing = mends.undoings.keys() | mends.hotfixes.keys() | set(repairs)
    return {
        each.ref: Verdict(
            failed_by=against[each.ref][0].rule if against[each.ref] else None,
            failed_refs=tuple(dict.fromkeys(sign.by_ref for sign in against[each.ref])),
            recovered_us=_recovered_us(against[each.ref], ended, endings),
            rework=each.rollback or bool(repairing & (each.brought or frozenset())),
        )
        for each in deployments
    }


def operational(mends: Mends, told: Mapping[str, Verdict], endings: Mapping[str, Ending]) -> list[Incident]:
    """The incidents that no deployment caused, the earliest first; those that were discarded are none."""
    blaming = {ref for verdict in told.values() for ref in verdict.failed_refs}
    return [each for each in mends.incidents if each.ref not in blaming and not endings[each.ref].discarded]


def _is_dropped(sign: Sign, endings: Mapping[str, Ending]) -> bool:
    return sign.rule in OF_INCIDENTS and endings[sign.by_ref].discarded


def _each_incident_once(signs: Sequence[Sign], deployments: Iterable[Deployment]) -> list[Sign]:
    """An incident speaks against one deployment: by the first rule that holds, of several the latest."""
    order = {each.ref: place for place, each in enumerate(deployments)}
    chosen: dict[str, Sign] = {}
    for sign in sorted(signs, key=lambda sign: (RULES.index(sign.rule), -order[sign.ref])):
        if sign.rule in OF_INCIDENTS:
            chosen.setdefault(sign.by_ref, sign)
    return [*chosen.values(), *(sign for sign in signs if sign.rule not in OF_INCIDENTS)]


def _recovered_us(
    signs: Sequence[Sign], incidents: Mapping[str, Incident], endings: Mapping[str, Ending]
) -> int | None:
    """When its impact ended, else when a later deployment mended it, else when the last of its incidents was closed."""
    blamed = [sign.by_ref for sign in signs if sign.rule in OF_INCIDENTS]
    impacts = [incidents[ref].ended_us for ref in blamed]
    mended = [sign.at_us for sign in signs if sign.rule not in OF_INCIDENTS]
    closed = [endings[ref].finished_us for ref in blamed]
    return _last(impacts) or min(mended, default=None) or _last(closed)


def _last(instants: Sequence[int | None]) -> int | None:
    """The latest; None where there is none, or one of them is yet to come."""
    known = [each for each in instants if each is not None]
    return max(known) if known and len(known) == len(instants) else None
