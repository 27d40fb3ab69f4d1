"""The pull requests that the figures of a period are reckoned from, by scope; who is behind them stays in here."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sync.reconcile.span import Span

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Pull(NamedTuple):
    """One that was opened, merged or deployed in the period, or is open at the end of what is known."""

    ref: str
    author: str | None
    state: str
    draft: bool | None
    opened_us: int | None
    ready_us: int | None
    reviewed_us: int | None
    merged_us: int | None
    deployed_us: int | None
    active_us: int | None
    seen_us: int
    coding_us: int | None
    pickup_us: int | None
    review_us: int | None
    merge_wait_us: int | None
    deploy_us: int | None
    undated: bool
    unreviewed: bool
    deployed_early: bool
    redrafts: int
    redraft_us: int
    iterations: int
    size: int | None
    band: str | None
    reviews: int
    depth: int
    self_merged: bool
    linked: bool
    unread_project: bool

    @property
    def ready_to_merge_us(self) -> int | None:
        if self.merged_us is None or self.ready_us is None:
            return None
        return self.merged_us - self.ready_us


class Member(NamedTuple):
    """A pull request in one scope."""

    pull: Pull
    weight: float


def population(pulls: "ir.Table", members: "ir.Table", span: Span) -> dict[str, list[Member]]:
    """By scope, those that the period's figures are of, by ref. `pulls` are the counted ones."""
    import ibis

    instants = [pulls[name] for name in ("opened_us", "merged_us", "deployed_us")]
    begun = [(at >= span.start_us) & (at < span.until_us) for at in instants]
    here = pulls.filter(ibis.or_((pulls.state == "open"), *(each.fill_null(False) for each in begun)))
    here = here.select(*Pull._fields).cache()
    found = {pull.ref: pull for pull in map(Pull._make, _rows(here.order_by("ref")))}
    pairs = members.semi_join(here, "ref").select("scope", "ref", weight=members.weight.cast("float64"))
    by_scope: dict[str, list[Member]] = defaultdict(list)
    for scope, ref, weight in _rows(pairs.order_by("scope", "ref")):
        by_scope[scope].append(Member(found[ref], weight))
    return by_scope


def reviewers(told: "ir.Table", members: "ir.Table", span: Span) -> Mapping[str, Counter[str]]:
    """Scope → how many reviews each account handed in during the period. `told` is what others said."""
    here = told.filter(told.state.notnull() & told.author.notnull())
    here = here.filter((here.at_us >= span.start_us) & (here.at_us < span.until_us)).select("ref", "author")
    placed = here.join(members.select("ref", "scope"), "ref")
    counts = placed.group_by(["scope", "author"]).aggregate(count=placed.count())
    by_scope: dict[str, Counter[str]] = defaultdict(Counter)
    for scope, author, count in _rows(counts.order_by("scope", "author")):
        by_scope[scope][author] = count
    return by_scope


def _rows(table: "ir.Table") -> Iterator[tuple[Any, ...]]:
    arrow = table.to_pyarrow()
    return zip(*(column.to_pylist() for column in arrow.columns), strict=True)
