"""The answer in a sentence or two: what was delivered, how much of it serves an objective, what asks for a decision."""

from collections.abc import Mapping

from msgspec.structs import replace

from sync.reconcile.figures import Figure
from sync.reconcile.findings import SEVERITIES
from sync.report import words
from sync.report.model import Answer, Masthead


def sentence(answer: Answer, *, masthead: Masthead) -> str:
    """Made of the answer's own figures and nothing else."""
    figures = {figure.id: figure for figure in answer.figures}
    parts = [
        _spent(figures),
        f"{_delivered(figures.get('throughput'), masthead=masthead)}{_led_somewhere(figures)}.",
        _promised(answer.promises),
        f"{_standing(answer.severities)}.",
        _doubt(masthead),
    ]
    return " ".join(filter(None, parts))


def _spent(figures: Mapping[str, Figure]) -> str:
    """How much of the effort serves the strategy, and how far that is from the plan; empty where nobody knows."""
    yield_, drift = figures.get("strategic_yield"), figures.get("drift")
    if yield_ is None or yield_.value is None:
        return ""
    told = f"{_between(yield_)} of the effort serves current objectives"
    if drift is None or drift.value is None:
        return f"{told}."
    return f"{told}, and {_between(replace(drift, low=None, high=None))} of it lies elsewhere than planned."


def _promised(promises: Mapping[str, int]) -> str:
    """This quarter's promises by light; empty where there are none."""
    if not promises:
        return ""
    told = [f"{count:,} {words.LIGHTS[light]}" for light, count in promises.items() if count]
    return f"{words.count(sum(promises.values()), 'promise')} of this quarter: {', '.join(told)}."


def _delivered(figure: Figure | None, *, masthead: Masthead) -> str:
    period = words.period(masthead) + (", which is not over," if masthead.partial else "")
    if figure is None or figure.value is None:
        return f"What was delivered in {period} is not known" + (f": {words.reason(figure)}" if figure else "")
    if not figure.value:
        return f"Nothing was delivered in {period}"
    verb = "was" if figure.value == 1 else "were"
    return f"{words.count(round(figure.value), 'work item')} {verb} delivered in {period}"


def _led_somewhere(figures: Mapping[str, Figure]) -> str:
    delivered, coverage = figures.get("throughput"), figures.get("coverage")
    if delivered is None or not delivered.value or coverage is None:
        return ""
    if coverage.value is None:
        return f"; how many of them serve an objective is unknown: {words.reason(coverage)}"
    return f"; {_between(coverage)} of them serve an objective or are exempt"


def _between(coverage: Figure) -> str:
    value = coverage.value or 0.0
    low = value if coverage.low is None else coverage.low
    high = value if coverage.high is None else coverage.high
    ends = [f"{words.rounded(100 * end, places=0)}" for end in (low, high)]
    return f"{ends[0]} %" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]} %"


def _standing(severities: Mapping[str, int]) -> str:
    total = sum(severities.values())
    if not total:
        return "No finding stands"
    verb = "stands" if total == 1 else "stand"
    gravest = next(severity for severity in SEVERITIES if severities[severity])
    which = f"all of them {gravest}" if severities[gravest] == total else f"{severities[gravest]:,} of them {gravest}"
    return f"{words.count(total, 'finding')} {verb}" + (f", {which}" if total > 1 else f", {gravest}")


def _doubt(masthead: Masthead) -> str:
    behind = [source.name for source in masthead.sources if source.state != "fresh"]
    if behind:
        return f"Not everything could be read from {' and '.join(behind)}, so what depends on it is unknown."
    return "Not everything could be read: what is missing stands above." if masthead.gaps else ""
