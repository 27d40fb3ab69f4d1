"""What is out of sight: projects and repositories that their source does not show any more.

Their items are kept as they were last seen. They are known up to that instant and not after it, so that they neither
age nor contradict anything from then on.
"""

from typing import TYPE_CHECKING, TypeAlias

from sync.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

Place: TypeAlias = tuple[str, str]  #: a source's name, and a project's key or a repository's name


def lost(snapshot: Snapshot) -> "ir.Table":
    """source, scope, lost_us, in the order of the first two."""
    projects, repositories = snapshot["projects"], snapshot["repositories"]
    every = projects.select("source", "lost_us", scope="key").union(
        repositories.select("source", "lost_us", scope="name")
    )
    return every.filter(every.lost_us.notnull()).select("source", "scope", "lost_us").order_by(["source", "scope"])


def lost_places(snapshot: Snapshot) -> frozenset[Place]:
    return frozenset((row["source"], row["scope"]) for row in lost(snapshot).to_pyarrow().to_pylist())


def place_of(ref: str, key: str) -> Place:
    """Where a record lies, by its ref and key: PAY-12 in PAY, acme/shop#7 in acme/shop; a place lies in itself."""
    scope = key.partition("#")[0] if "/" in key else key.rpartition("-")[0] or key
    return ref.partition(":")[0], scope
