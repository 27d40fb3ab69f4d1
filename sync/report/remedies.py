"""What would light a grey figure: the few lines of a file, permissions or weeks that a first report lacks."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from sync.report import words
from sync.report.entries import Ground
from sync.report.model import Report

UNTAGGED = 0.4  #: share of the work items from which on a rule is the first thing to write
WEEKS = 6  #: that a forecast needs (metrics.md §6.2)
MOST, MOST_PLACES = 5, 3


class Remedy(Struct, frozen=True, kw_only=True):
    ground: Ground = "data"
    says: str
    place: str  #: where to do it
    shows: tuple[str, ...]  #: what it lights


def remedies(report: Report) -> list[Remedy]:
    """The most telling few, first."""
    return every_remedy(report)[:MOST]


def every_remedy(report: Report) -> list[Remedy]:
    """All of them, the most telling first."""
    return [found for ask in ASKED for found in ask(report)]


def _gaps(report: Report) -> Iterator[Remedy]:
    if report.masthead.gaps:
        says = f"Let what could not be read be read: {words.line(report.masthead.gaps[0], most=120)}"
        yield Remedy(says=says, place="fingerpost doctor names the permission", shows=("everything that rests on it",))


def _rules(report: Report) -> Iterator[Remedy]:
    items = next((line for line in report.balance if line.kind == "work_item"), None)
    if items is None or not items.seen or items.untagged < UNTAGGED * items.seen:
        return
    places = report.terrain.unruled[:MOST_PLACES] if report.terrain else ()
    named = f" for {', '.join(words.line(place.name, most=40) for place in places)}" if places else ""
    says = f"Write a rule{named}: {items.untagged:,} of {words.count(items.seen, 'work item')} serve nothing yet"
    yield Remedy(says=says, place="mappings.yaml; fingerpost triage proposes it", shows=("Strategic yield", "Drift"))


def _people(report: Report) -> Iterator[Remedy]:
    if report.alignment and report.alignment.reason:
        says = f"Say who is in which team: effort is not shown, {words.why(report.alignment.reason)}"
        yield Remedy(says=says, place="people.yaml; fingerpost people proposes it", shows=("Effort by objective",))


def _plan(report: Report) -> Iterator[Remedy]:
    if report.alignment and not any(each.planned for each in report.alignment.spending):
        yield Remedy(
            ground="direction",
            says="Write down which share of the effort each objective is meant to get",
            place="plan in strategy.yaml",
            shows=("Drift", "Attainment", "Starved objectives"),
        )


def _promises(report: Report) -> Iterator[Remedy]:
    known = [row.outlook for row in report.objectives if row.outlook]
    if known and not any(outlook.forecast.promised_on for outlook in known):
        yield Remedy(
            ground="direction",
            says="Give the objectives that have a date their date",
            place="promised_on in strategy.yaml",
            shows=("Lights", "Promises of this quarter"),
        )


def _measures(report: Report) -> Iterator[Remedy]:
    known = [row.outlook for row in report.objectives if row.outlook]
    if known and not any(outlook.progress.measures for outlook in known):
        yield Remedy(
            ground="learning",
            says="Say how one sees that an objective is reached: a measure with baseline, target and date",
            place="measures in strategy.yaml",
            shows=("Measures", "Output without outcome"),
        )


def _services(report: Report) -> Iterator[Remedy]:
    if not report.services:
        says = "Name a service: its repositories, its environment, its incidents"
        yield Remedy(says=says, place="services in mappings.yaml", shows=("The five measures of delivery",))


def _histories(report: Report) -> Iterator[Remedy]:
    cycle_times = [figure for figure in report.delivery if words.measure(figure.id) == "cycle_time"]
    is_dark = all(figure.value is None for figure in cycle_times)
    if cycle_times and is_dark and (missing := cycle_times[0].excluded.get("no_history")):
        says = f"Let the status histories be read: {words.count(missing, 'delivered item')} came without one"
        yield Remedy(says=says, place="fingerpost doctor tells what the source shows", shows=("Cycle time", "WIP"))


def _commitment(report: Report) -> Iterator[Remedy]:
    flow_times = [figure for figure in report.delivery if words.measure(figure.id) == "flow_time"]
    if (
        flow_times
        and all(figure.value is None for figure in flow_times)
        and flow_times[0].excluded.get("no_commitment")
    ):
        says = "Name the status in which work is committed to"
        yield Remedy(says=says, place="commitment under statuses in mappings.yaml", shows=("Flow time",))


def _history(report: Report) -> Iterator[Remedy]:
    known = sum(week.value is not None for week in report.weeks)
    if known < WEEKS:
        says = f"Let {words.count(WEEKS - known, 'more week')} of history come in, or read further back"
        yield Remedy(says=says, place="since in fingerpost.yaml", shows=("Forecasts", "Trends"))


ASKED: tuple[Callable[[Report], Iterator[Remedy]], ...] = (
    _gaps,
    _rules,
    _people,
    _histories,
    _plan,
    _promises,
    _measures,
    _services,
    _commitment,
    _history,
)
