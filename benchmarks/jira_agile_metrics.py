"""Our cycle times beside those of jira-agile-metrics, of the same issues, under the mapping of metrics.md §9.1.

It counts from day to day, starts anew when an item goes back to the backlog, and gives none to what was never active.
"""

import json
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks import reading, sites
from benchmarks.row import Row, Scale, Skipped
from benchmarks.tool import installed
from benchmarks.twin import Twin, twin
from connectors.twin.company.setting import END
from mappings.links import links
from mappings.rules import Mappings
from mappings.statuses import categories
from sync.reconcile.flow import flow
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot
from sync.store.database import connect
from sync.store.load import snapshot

PACKAGE = "jira-agile-metrics==0.24"
ISSUES = 600
WITHIN_S = 300
STEPS = {"todo": "backlog", "active": "accepted", "done": "complete"}  #: category of a status → kind of its step
LIKE_THEIRS = Thresholds(restart_on_return=True, debounce_s=0)
#: Run among its own packages: of a file that says what to ask, the days of each issue that it times.
PROGRAM = """\
import json, sys
from jira import JIRA
from jira_agile_metrics.calculators.cycletime import calculate_cycle_times
from jira_agile_metrics.querymanager import QueryManager
asked = json.load(open(sys.argv[1]))
query = QueryManager(JIRA(asked["url"], token_auth=asked["token"]), {})
ends = asked["cycle"][0]["name"], asked["cycle"][-1]["name"]
timed = calculate_cycle_times(query, asked["cycle"], {}, *ends, [{"jql": asked["jql"]}])
timed = timed[timed.cycle_time.notnull()]
json.dump(dict(zip(timed.key, timed.cycle_time.dt.days.tolist())), sys.stdout)
"""


def measure(scale: Scale) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="fp-oracle-") as made:
        folder = Path(made)
        programs = installed(PACKAGE, folder / "venv")
        with twin(sites.jira_data_center, scale.of(ISSUES)) as stand_in:
            known = _read(stand_in, f"sqlite:///{folder}/store.db")
            ours, theirs = _ours(known), _theirs(programs, folder, stand_in, _cycle(known))
    differing = sorted(key for key in ours if ours[key] != theirs.get(key))
    on = f"{sum(days is not None for days in ours.values()):,} timed of {len(ours):,} issues"
    yield Row(
        what="cycle times that jira-agile-metrics gives otherwise",
        result=len(differing),
        unit="issues",
        on=", ".join([on, *differing[:3]]),
    )


def _read(stand_in: Twin, store: str) -> Snapshot:
    reading.read(reading.jira_data_center, stand_in.url, stand_in.served.scope, store)
    engine = connect(store)
    try:
        return snapshot(engine, END)
    finally:
        engine.dispose()


def _ours(known: Snapshot) -> Mapping[str, int | None]:
    """By key, of every counted issue, the days from its start to its end, in UTC as the site writes; none as above."""
    rules = Mappings()
    statuses = categories(known.tables, rules.statuses, END.date())
    made = flow(known, links=links(known.tables, rules), status_categories=statuses, thresholds=LIKE_THEIRS).items
    named = made.inner_join(known["work_items"].select("ref", "key"), "ref")
    is_timed = named.cycle_us.notnull() & ~named.flags.contains("no_active")
    rows = named.select("key", "started_us", "finished_us", is_timed=is_timed).to_pyarrow().to_pylist()
    return {row["key"]: _days(row["started_us"], row["finished_us"]) if row["is_timed"] else None for row in rows}


def _days(started_us: int, finished_us: int) -> int:
    return (_day(finished_us) - _day(started_us)).days


def _day(instant_us: int) -> date:
    return datetime.fromtimestamp(instant_us / 1e6, UTC).date()


def _cycle(known: Snapshot) -> list[dict[str, object]]:
    """Its configuration: the statuses in three steps, by the categories that their source gives them."""
    names: dict[str, set[str]] = defaultdict(set)
    for row in known["statuses"].select("category", "name").to_pyarrow().to_pylist():
        names[row["category"]].add(row["name"])
    return [{"name": category, "type": kind, "statuses": sorted(names[category])} for category, kind in STEPS.items()]


def _theirs(programs: Path, folder: Path, stand_in: Twin, cycle: list[dict[str, object]]) -> Mapping[str, int]:
    asked = folder / "asked.json"
    query = f"project in ({', '.join(stand_in.served.scope)})"
    asked.write_text(json.dumps({"url": stand_in.url, "token": sites.TOKEN, "jql": query, "cycle": cycle}))
    line = [str(programs / "python"), "-c", PROGRAM, str(asked)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=WITHIN_S, cwd=folder)
    if done.returncode:
        raise Skipped(f"{PACKAGE} does not run here: {done.stderr.strip().splitlines()[-1]}")
    told: dict[str, int] = json.loads(done.stdout)
    return told
