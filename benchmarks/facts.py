"""Facts by the million, made up in DuckDB, and a map for them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

import duckdb

from sync.snapshot import SCHEMAS
from sync.store.rows import epoch_us

SEED = 7
TYPES = {
    "string": "VARCHAR",
    "int64": "BIGINT",
    "float64": "DOUBLE",
    "boolean": "BOOLEAN DEFAULT false",
    "array<string>": "VARCHAR[] DEFAULT []",
}
AS_OF = datetime(2026, 11, 20, 18, tzinfo=UTC)
ITEMS_A_PROJECT, MOST_PROJECTS, ITEMS_A_PERSON = 1_000, 100, 500
OBJECTIVES, DAYS = 20, 1_000
WORDS = ("basket", "checkout", "search", "start screen", "backups")


def people_of(items: int, *, items_a_person: int = ITEMS_A_PERSON) -> int:
    """How many people do so many items."""
    return 10 + items // items_a_person


def make(
    connection: duckdb.DuckDBPyConnection, items: int, *, days: int = DAYS, items_a_person: int = ITEMS_A_PERSON
) -> None:
    """Puts the tables of a snapshot with so many work items, created in so many days, into the database."""
    told = {
        "items": items,
        "seed": SEED,
        "as_of_us": epoch_us(AS_OF),
        "projects": min(MOST_PROJECTS, 1 + items // ITEMS_A_PROJECT),
        "people": people_of(items, items_a_person=items_a_person),
        "days": days,
    }
    connection.execute("SET enable_progress_bar = false")  # it goes to stdout
    for name, value in told.items():
        connection.execute(f"SET VARIABLE {name} = {value}")
    connection.execute(Path(__file__).with_name("facts.sql").read_text(encoding="utf-8"))
    for name, columns in SCHEMAS.items():
        _complete(connection, name, columns)


def _complete(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]) -> None:
    """What no fact was made up for is there too, and empty."""
    told = {name: TYPES[kind] for name, kind in columns.items()}
    listed = ", ".join(f'"{name}" {kind}' for name, kind in told.items())
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({listed})")
    for name, kind in told.items():
        connection.execute(f'ALTER TABLE {table} ADD COLUMN IF NOT EXISTS "{name}" {kind}')


def strategy(count: int = OBJECTIVES) -> str:
    """The text of a strategy with so many objectives."""
    objectives = (
        f"  - {{id: goal-{number}, name: Goal {number}, owner: team-{number % 5}, class: strategic, "
        f"state: [{{current: 2024-01-01}}], plan: [{{from: 2024-01-01, share: {1 / count}}}]}}"
        for number in range(count)
    )
    return (
        "\n".join(["from: 2024-01-01", "vision: Every shop sells more through us", "objectives:", *objectives]) + "\n"
    )


def mappings(rules: int, *, objectives: int = OBJECTIVES) -> str:
    """The text of a mapping file with so many rules, of every usual kind in turn."""
    matching = (
        f"  - {{id: rule-{number}, when: {when}, objective: goal-{number % objectives}}}"
        for number, when in enumerate(islice(_conditions(), rules))
    )
    statuses = "  - {active: [In Progress], waiting: [In Review], done: [Done]}"
    return "\n".join(["rules:", *matching, "statuses:", statuses]) + "\n"


def _conditions() -> Iterator[str]:
    for number in count():
        project = f"PRJ{number % MOST_PROJECTS}"
        yield f"{{project: {project}, components: [part-{number % 5}]}}"
        yield f'{{project: {project}, title: {{regex: "(?i){WORDS[number % len(WORDS)]}"}}}}'
        yield f"{{labels: [label-{number % 40}], type: [Story, Bug]}}"
        yield f'{{project: {project}, fix_versions: ["Release {number % 12}"]}}'
        yield f"{{repository: acme/shop-{number % MOST_PROJECTS}}}"
