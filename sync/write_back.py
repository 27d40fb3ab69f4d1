"""Write-back: the tag of each item mirrored in its source, as one label or one field, where the configuration asks.

Decided first, as a plan that can be printed; then carried out, one item after another.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Engine

from connectors.source import Mirror, Writer, Writing, Written
from sync.mirrors import LABELLED
from sync.store.memory import recall

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST = 500  # writings of one run: what GitHub lets anybody create in an hour (github.md §2)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be written to one source; nothing where every mirror shows its tag."""

    source: str
    writings: tuple[Writing, ...]
    left: int = 0  #: writings that wait for the next run

    def __str__(self) -> str:
        """A line for each writing, as `--dry-run` prints it."""
        lines = [_line(writing) for writing in self.writings]
        lines += [f"{self.left:,} more wait for the next run"] if self.left else []
        return "\n".join(lines) or f"{self.source}: every mirror shows its tag"


async def planned(
    writer: Writer,
    *,
    source: str,
    mirror: Mirror,
    engine: Engine,
    tables: Mapping[str, "ir.Table"],
    tags: "ir.Table",
    most: int = MOST,
) -> Plan:
    """What differs between the tags of this source's items and their mirrors, the items that moved last first.

    `tables` and `tags` are the facts and the tags of one instant. Raises `SourceError` where the source cannot be
    asked.
    """
    wanted = dict(_wanted(tables, tags, source=source, mirror=mirror))
    writings = await writer.plan(wanted, recall(engine, source)) if wanted else []
    return Plan(source=source, writings=tuple(writings[:most]), left=len(writings[most:]))


async def carry_out(writer: Writer, plan: Plan, *, engine: Engine) -> list[Written]:
    """How each writing of the plan went, in its order; one that fails stops no other."""
    done = await writer.write(plan.writings, recall(engine, plan.source)) if plan.writings else []
    failed = sum(written.error is not None for written in done)
    structlog.get_logger().info("written back", source=plan.source, done=len(done) - failed, failed=failed)
    return done


def _line(writing: Writing) -> str:
    changes = [f"remove {writing.remove}"] if writing.remove else []
    changes += [f"add {writing.add}"] if writing.add else []
    return f"{writing.key}: {', '.join(changes)}"


def _wanted(
    tables: Mapping[str, "ir.Table"], tags: "ir.Table", *, source: str, mirror: Mirror
) -> Iterator[tuple[str, str | None]]:
    """Each item whose mirror is not known to show its tag, and the objective that it is to show.

    Of several objectives the weightiest, then the first by name. What an unknown item serves is not known: its mirror
    stays as it is.
    """
    import ibis

    items = ibis.union(*(tables[name].select("ref", "source", "labels", "updated_us") for name in LABELLED))
    known = tags.filter(tags.outcome != "unknown").select("ref", "objective", "weight")
    rows = items.filter(items.source == source).inner_join(known, "ref")
    rows = rows.order_by(ibis.desc("updated_us"), "ref", ibis.desc("weight"), "objective")
    last = None
    for row in rows.select("ref", "labels", "objective").to_pyarrow().to_pylist():
        if row["ref"] != last and not _is_shown(row["objective"], row["labels"] or (), mirror.label_prefix):
            yield row["ref"], row["objective"]
        last = row["ref"]


def _is_shown(objective: str | None, labels: Sequence[str], prefix: str | None) -> bool:
    """Whether the labels mirror just this objective; what a field shows is for the source to say."""
    if prefix is None:
        return False
    return [label for label in labels if label.startswith(prefix)] == ([prefix + objective] if objective else [])
