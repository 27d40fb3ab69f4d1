"""How the report says things: numbers, instants, reasons and kinds, the same words in every form."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sync.reconcile.figures import Figure
from sync.reconcile.findings import Evidence, Finding

if TYPE_CHECKING:
    from sync.reconcile.acknowledged import Accepted
    from sync.reconcile.agreements import AgreementLine
    from sync.reconcile.alignment.view import Beside
    from sync.reconcile.obstacles import Obstacle
    from sync.reconcile.rule_lines import RuleLine
    from sync.reconcile.services import ServiceLine
    from sync.reconcile.terrain import Sighting
    from sync.report.entries import Start
    from sync.report.model import Masthead, SourceState

#: Whatever the machine's locale.
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

SUPERSEDED = "The files of the map are wrong; those that the last report was made by are still in force:"

MARKS = {
    "critical": "■",
    "high": "▲",
    "medium": "◆",
    "low": "▪",
    "unknown": "○",
    "current": "●",
    "planned": "○",
    "paused": "◐",
    "closed": "■",
    "complete": "●",
    "incomplete": "▲",
    "fresh": "●",
    "stale": "▲",
    "never": "○",
    "on": "●",
    "risk": "▲",
    "off": "■",
    "none": "–",
    "starved": "▼",
    "over_target": "▲",
    "moved": "→",
    "blocked": "■",
}  #: a shape beside every word that also has a colour

QUARTILES = "41, 66 and 78 %"  #: of the share of linked pull requests (report-and-findings.md §4, notes for builders)

RECORDS = {"work_item": "work items", "pull_request": "pull requests"}

LIGHTS = {"on": "on track", "risk": "at risk", "off": "off track", "unknown": "unknown", "none": "not running"}
DECLARED = {"on_track": "on track", "at_risk": "at risk", "off_track": "off track"}

RUNGS = {
    "deployments": "deployment records",
    "workflow_runs": "the runs of its workflow that succeeded",
    "releases": "published releases",
    "git_tags": "tags",
    "merges": "merges into the default branch, which stand for deployments that nothing tells of",
}  #: metrics.md §3.1

SIGNS = {"days": " d", "hours": " h", "ratio": " %"}  #: by unit; a count needs none

HINDRANCES = {
    "blocked": "blocked",
    "other_team": "waiting for another team",
    "other_item": "waiting for another item",
    "waiting": "in a waiting status",
    "review": "waiting for a review",
    "merge": "approved and waiting for the merge",
}

GROUNDS = {
    "direction": "Strategic direction",
    "data": "Data",
    "learning": "Learning from outcomes",
    "health": "Team health",
}

REASONS = {
    "no_data": "no data",
    "zero_denominator": "nothing to divide by",
    "small_n": "too few to say",
    "immature": "too early to say",
    "not_configured": "not configured",
    "suppressed_privacy": "group too small to show",
    "risk_set_small": "too few still open to say",
    "no_promise": "no promised date",
    "no_delivery": "nothing delivered lately",
    "does_not_converge": "does not converge",
    "done": "done",
}  #: metrics.md §0.7

EXCLUDED = {
    "no_history": "without a status history",
    "no_active": "never active",
    "bulk_closed": "closed in bulk",
    "no_commitment": "never committed to",
    "neither": "neither active nor waiting",
    "before_effort": "started before effort is known of",
}


def amount(value: float, *, unit: str) -> str:
    """A number with its unit: 8.6 d, 55.3 %, 1,204."""
    return f"{number(value, unit=unit)}{SIGNS.get(unit, '')}"


def number(value: float, *, unit: str) -> str:
    """The number alone: durations to one decimal, shares as percentages to one decimal (metrics.md §0.6)."""
    if unit == "ratio":
        return rounded(Decimal(str(value)) * 100, places=1)
    if unit in ("days", "hours") or not float(value).is_integer():
        return rounded(value, places=1)
    return f"{int(value):,}"


def figure(figure: Figure) -> str:
    """Its value with its unit, or why there is none."""
    return reason(figure) if figure.value is None else amount(figure.value, unit=figure.unit)


def reason(figure: Figure) -> str:
    """Why a figure has no value, in plain words: too few to say (n = 3)."""
    words = why(figure.reason or "no_data")
    return f"{words} (n = {figure.n:,})" if figure.reason == "small_n" and figure.n is not None else words


def why(reason: str) -> str:
    """A reason code in plain words."""
    return REASONS.get(reason, reason.replace("_", " "))


def band(figure: Figure) -> str:
    """Its interval, open on a side that the data do not bound; empty where it has none."""
    low, high = (None if end is None else number(end, unit=figure.unit) for end in (figure.low, figure.high))
    sign = SIGNS.get(figure.unit, "")
    if low is None:
        return "" if high is None else f"up to {high}{sign}"
    return f"{low}{sign} or more" if high is None else f"{low} – {high}{sign}"


def beside(told: "Beside", *, unit: str) -> str:
    """What a headline stands beside: plan 60.0 % · last period 57.3 % · four-period average 55.0 %."""
    values = {"plan": told.plan, "last period": told.last, "four-period average": told.average}
    return " · ".join(f"{name} {amount(value, unit=unit)}" for name, value in values.items() if value is not None)


def left_out(figure: Figure) -> str:
    """What the figure does not count: 3 never active, 2 closed in bulk."""
    return ", ".join(
        f"{count:,} {EXCLUDED.get(why, why.replace('_', ' '))}"
        for why, count in sorted(figure.excluded.items())
        if count
    )


def measure(identity: str) -> str:
    """What a figure measures: lead_time_p85 → lead_time."""
    return re.sub(r"_p\d+$", "", identity)


def percentile(identity: str) -> str:
    """Which percentile a figure is: lead_time_p85 → p85."""
    return identity.rpartition("_")[2]


def kind(slug: str) -> str:
    """A kind of finding as a heading: untagged-work → Untagged work, ghost-wip → Ghost WIP."""
    return slug.replace("-", " ").replace("_", " ").capitalize().replace(" wip", " WIP")


def standing(finding: Finding) -> str:
    """Its severity, or unknown while its source is behind."""
    return "unknown" if finding.unknown else finding.severity


def evidence(evidence: Evidence, *, zone: str) -> str:
    """What is so, and since which day in the reader's zone: Merged, and names no work item (2026-11-03)."""
    return f"{evidence.says} ({evidence.at.astimezone(ZoneInfo(zone)).date()})" if evidence.at else evidence.says


def sighting(seen: "Sighting") -> str:
    """A place or a word, where it is, and how many items have it: status In Audit in PAY (3 items)."""
    where = f" in {seen.place}" if seen.place else ""
    return f"{seen.kind} {seen.name}{where} ({count(seen.items, 'item')})"


def rules(lines: "Sequence[RuleLine]", *, since: date) -> str:
    """How many rules there are, how many came in the period, and how many take nothing: 3 rules, 1 new."""
    new = sum(line.from_on is not None and line.from_on >= since for line in lines)
    idle = sum(not line.own for line in lines)
    told = [count(len(lines), "rule"), f"{new:,} new" if new else "", f"{idle:,} of them take nothing" if idle else ""]
    return ", ".join(filter(None, told)) + "."


def agreement(line: "AgreementLine") -> str:
    """What a team is not asked about, and what is judged by numbers of its own."""
    withheld = [f"not asked about {kind} ({count(held, 'finding')})" for kind, held in line.withheld.items()]
    limits = [f"{name} {value}" for name, value in line.limits.items()]
    return ", ".join([*withheld, *limits]) or "nothing differs"


def accepted(line: "Accepted") -> str:
    """What is accepted for now: until when, by whom and why."""
    found = line.finding
    about = f"{found.subject_key} {found.title}".rstrip()
    return (
        f"{found.severity} · {kind(found.slug)} · {about} · until {line.until} · {line.by}: {line.reason} · {found.id}"
    )


def obstacle(told: "Obstacle") -> str:
    """How many wait why, since when, and what is at stake: 3 blocked, the oldest for 17.3 d, 8 d of effort."""
    at_stake = f", {amount(told.effort_days, unit='days')} of effort at stake" if told.effort_days else ""
    return f"{told.items:,} {HINDRANCES[told.cause]}, the oldest for {amount(told.oldest_days, unit='days')}{at_stake}"


def start(told: "Start") -> str:
    """What to begin with, where, and what is at stake or what it shows."""
    at_stake = f"{amount(told.effort_days, unit='days')} of effort" if told.effort_days else ""
    return " · ".join(filter(None, (told.says, told.place, at_stake, ", ".join(told.shows))))


def linked(share: Figure) -> str:
    """The share of linked pull requests, and where others stand."""
    return f"Linked, bots' aside: {figure(share)}; the known quartiles are {QUARTILES}."


def service(line: "ServiceLine") -> str:
    """What the deployments of a service are read from, how many there are, and what does not count."""
    if line.rung is None:
        return f"Service {line.id}: no deployment is known, nor anything that could stand for one."
    told = f"Service {line.id}: {count(line.deployments, 'deployment')} in the period, read from {RUNGS[line.rung]}."
    if not line.other_environments:
        return told
    return f"{told} What goes to {', '.join(line.other_environments)} does not count."


def records(kind: str) -> str:
    """A kind of record in the plural: work items."""
    return RECORDS.get(kind, kind.replace("_", " "))


def freshness(source: "SourceState", *, zone: str) -> str:
    """How far a source is known: complete up to Mon 2026-11-16 07:57 CET."""
    if source.complete_at is None:
        return "never read to the end"
    return f"{'behind, ' if source.state == 'stale' else ''}complete up to {instant(source.complete_at, zone=zone)}"


def count(number: int, noun: str) -> str:
    """1 finding, 2 findings."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def day(on: date) -> str:
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def days(masthead: "Masthead") -> str:
    """The period's days: 9 to 15 November 2026."""
    first, last = masthead.first_on, masthead.until_on - timedelta(days=1)
    if first == last:
        return day(first)
    if first.year != last.year:
        return f"{day(first)} to {day(last)}"
    if first.month != last.month:
        return f"{first.day} {MONTHS[first.month - 1]} to {day(last)}"
    return f"{first.day} to {day(last)}"


def period(masthead: "Masthead") -> str:
    """The period as one says it: week 46 of 2026, November 2026, quarter 4 of 2026, else its days."""
    year, _, part = masthead.period.partition("-")
    if part.startswith("W"):
        return f"week {int(part[1:])} of {year}"
    if part.startswith("Q"):
        return f"quarter {part[1:]} of {year}"
    if ".." in masthead.period:
        return days(masthead)
    return f"{MONTHS[int(part) - 1]} {year}"


def instant(at: datetime, *, zone: str) -> str:
    """In the reader's zone, to the minute, with the zone's own abbreviation."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{DAYS[local.weekday()]} {local.date().isoformat()} {local:%H:%M} {local.tzname()}"


def age(since: datetime | None, *, as_of: datetime) -> str:
    """Whole days; a dash where nobody knows since when."""
    if since is None:
        return "–"
    days = (as_of - since).days
    return count(days, "day") if days else "under a day"


def rounded(value: float | Decimal, *, places: int) -> str:
    """Half to even, as the shortest decimal that names the number says it (metrics.md §0.6)."""
    return f"{Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN):,}"


def line(text: str, *, most: int | None = None) -> str:
    """Somebody else's text on one line that no terminal obeys and no direction mark turns, cut where it gets long."""
    flat = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", " ", text).split())
    return flat if most is None or len(flat) <= most else flat[: most - 1].rstrip() + "…"
