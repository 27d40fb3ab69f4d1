"""How work items, pull requests and parents stand to each other: what several checks ask for, each made once."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from mappings.ancestry import ancestors
from mappings.identities import identities
from mappings.people import People, team_of_accounts
from mappings.rows import as_table
from sync.reconcile.balance import SERVES, bots
from sync.reconcile.categories import STATUS
from sync.reconcile.flow import Flow
from sync.reconcile.periods import day_of, micros
from sync.snapshot import Snapshot

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import ibis.expr.types as ir

TRIAL = r"(?i)(^|[^a-z])(wip|do not merge|dnm)([^a-z]|$)"  #: what the title of a pull request says that is none yet
SIGNS_DAYS = 92  #: how far back signs of life are looked for


@dataclass(frozen=True, kw_only=True)
class Relations:
    """Of the facts known at `as_of`; objectives play no part in it, so that it holds whatever the map says."""

    snapshot: Snapshot
    flowed: Flow
    links: "ir.Table"
    categories: "ir.Table"
    people: People
    zone: "ZoneInfo"

    @cached_property
    def standing(self) -> "ir.Table":
        """Where each work item stands, counted or not: ref, parent_ref, level, is_counted, category, outcome, since_us.

        `since_us` is when it came into this category, null where no history says it. The outcome of what is not
        counted is null.
        """
        import ibis

        items = self.snapshot["work_items"].select(
            *("ref", "parent_ref", "level", *STATUS, "repository", "status_changed_us", "resolved_us")
        )
        known = items.left_join(self._counted(), "ref").drop("ref_right")
        known = known.left_join(self._moved(), "ref").drop("ref_right")
        known = known.left_join(self.categories.select(*STATUS, told="category"), STATUS)
        is_closed = known.status_id == "closed"
        told = ibis.ifelse(known.repository.notnull(), ibis.ifelse(is_closed, "done", "active"), known.told)
        resolved_us = ibis.ifelse(told == "done", known.resolved_us, None)
        return known.select(
            *("ref", "parent_ref", "level", "outcome"),
            is_counted=known.category.notnull(),
            category=ibis.coalesce(known.category, told, "todo"),
            since_us=ibis.ifelse(
                known.category.notnull(),
                known.since_us,
                ibis.coalesce(known.moved_us, known.status_changed_us, resolved_us),
            ),
        ).cache()

    def _counted(self) -> "ir.Table":
        import ibis

        flow, runs = self.flowed.items, self.flowed.runs
        last = runs.filter(runs.is_last).select("ref", began_us="start_us")
        told = flow.select("ref", "category", "outcome", "finished_us").left_join(last, "ref")
        return told.select("ref", "category", "outcome", since_us=ibis.coalesce(told.finished_us, told.began_us))

    def _moved(self) -> "ir.Table":
        """When each item that is not counted last changed its status: ref, moved_us."""
        changes = self.snapshot["changes"]
        moves = changes.filter(changes.field == "status").anti_join(
            self.flowed.items, changes.item_ref == self.flowed.items.ref
        )
        return moves.group_by(ref="item_ref").aggregate(moved_us=moves.at_us.max())

    @cached_property
    def served(self) -> "ir.Table":
        """The pull requests, no bots' ones, that close or implement each work item: `ref` is the item's.

        pull_ref, state, draft, trial (a draft, or called one), alone (it serves no other item), author, milestone,
        repository, begun_us (the first merge there that is read), opened_us, merged_us, closed_us.
        """
        import ibis

        links, pulls = self.links, self.snapshot["pull_requests"]
        serving = links.filter(links["class"].isin(SERVES) & links.to_ref.notnull())
        pairs = serving.select(ref="to_ref", pull_ref="item_ref").distinct()
        pairs = pairs.mutate(alone=pairs.count().over(ibis.window(group_by="pull_ref")) == 1)
        pulls = pulls.anti_join(bots(self.snapshot), [("author", "ref")])
        ours = pulls.select(
            *("state", "draft", "author", "milestone", "repository", "merged_us", "closed_us"),
            begun_us=pulls.merged_us.min().over(ibis.window(group_by="repository")),
            trial=pulls.draft.fill_null(False) | pulls.title.re_search(TRIAL),
            pull_ref="ref",
            opened_us="created_us",
        )
        return pairs.join(ours, "pull_ref").cache()

    @cached_property
    def mirrors(self) -> "ir.Table":
        """Work items that say of one of another source that it is the same work: ref, other (metrics.md §1.1).

        They say it by a link to its page; a mere mention does not.
        """
        items, pages = self.snapshot["work_items"], self.snapshot["remote_links"]
        stated = pages.filter(~pages.kind.lower().contains("mention").fill_null(False))
        stated = stated.select(ref="item_ref", url=stated.url.lower())
        found = stated.join(items.select(other="ref", url=items.url.lower(), other_source="source"), "url")
        found = found.join(items.select("ref", "source"), "ref")
        return found.filter(found.source != found.other_source).select("ref", "other").distinct().cache()

    @cached_property
    def has_mirrors(self) -> bool:
        return bool(self.mirrors.count().to_pyarrow().as_py())

    @cached_property
    def ancestors(self) -> "ir.Table":
        """ref, ancestor, distance."""
        return ancestors(self.snapshot["work_items"]).cache()

    @cached_property
    def roots(self) -> "ir.Table":
        """The topmost ancestor of each work item that has one: ref, root_ref."""
        chain = self.ancestors
        return chain.group_by("ref").aggregate(root_ref=chain.ancestor.argmax(chain.distance)).cache()

    @cached_property
    def teams(self) -> "ir.Table":
        """The team that each account is in at `as_of`: ref, team."""
        day = day_of(self.snapshot.as_of, zone=self.zone)
        return team_of_accounts(self.snapshot["accounts"], self.people, day).distinct().cache()

    @cached_property
    def persons(self) -> "ir.Table":
        """Whose each account is, across sources: account, person."""
        known = identities(self.snapshot["accounts"], self.people)
        return as_table(
            [{"account": each.ref, "person": each.person} for each in known], {"account": "string", "person": "string"}
        )

    @cached_property
    def waits(self) -> "ir.Table":
        """Open items that are blocked by open ones: waiting, blocking."""
        stated, flow = self.snapshot["stated_links"], self.flowed.items
        blocked = stated.filter(stated.kind == "blocked_by").select(waiting="item_ref", blocking="to_ref")
        blocks = stated.filter(stated.kind == "blocks").select(waiting="to_ref", blocking="item_ref")
        going = flow.filter(flow.finished_us.isnull())
        pairs = blocked.union(blocks, distinct=True).semi_join(going.select(waiting="ref"), "waiting")
        return pairs.semi_join(going.select(blocking="ref"), "blocking").cache()

    @cached_property
    def item_teams(self) -> "ir.Table":
        """The team that each work item names, else the only one that its assignees are in: ref, team."""
        import ibis

        items = self.snapshot["work_items"]
        given = items.filter(items.team.isnull()).select("ref", account="assignees").unnest("account")
        held = given.join(self.teams.select("team", account="ref"), "account")
        only = held.group_by("ref").aggregate(team=held.team.min(), several=held.team.nunique())
        named = items.filter(items.team.notnull()).select("ref", "team")
        return ibis.union(named, only.filter(only.several == 1).select("ref", "team")).cache()

    @cached_property
    def signs(self) -> "ir.Table":
        """The last sign of life of each work item that had one in the last 92 days: ref, sign_us.

        Of people: a change, a comment, a worklog, an update of whatever kind, or of a pull request that serves it the
        opening, a commit, a review, a comment, the end.
        """
        import ibis

        as_of_us, since_us = micros(self.snapshot.as_of), micros(self.snapshot.as_of - timedelta(days=SIGNS_DAYS))
        items = self.snapshot["work_items"]
        own, served = self._of_items(), self._of_pulls().join(self.served.select("ref", "pull_ref"), "pull_ref")
        every = ibis.union(
            items.select("ref", at_us=items.updated_us.nullif(as_of_us)),
            items.select("ref", at_us="created_us"),
            own,
            served.select("ref", "at_us"),
        )
        recent = every.filter(every.at_us >= since_us)
        return recent.group_by("ref").aggregate(sign_us=recent.at_us.max()).cache()

    def _of_items(self) -> "ir.Table":
        import ibis

        changes, none = self.snapshot["changes"], bots(self.snapshot)
        changes = changes.filter(~changes.own.fill_null(False))
        told = [
            changes.select("author", ref="item_ref", at_us="at_us"),
            self.snapshot["comments"].select("author", ref="item_ref", at_us="created_us"),
            self.snapshot["worklogs"].select("author", ref="item_ref", at_us="created_us"),
        ]
        return ibis.union(*told).anti_join(none, [("author", "ref")]).select("ref", "at_us")

    def _of_pulls(self) -> "ir.Table":
        """pull_ref, at_us."""
        import ibis

        served, reviews, comments = self.served, self.snapshot["reviews"], self.snapshot["comments"]
        said = ibis.union(
            reviews.select("author", pull_ref="item_ref", at_us="submitted_us"),
            comments.select("author", pull_ref="item_ref", at_us="created_us"),
        )
        return ibis.union(
            *(served.select("pull_ref", at_us=name) for name in ("opened_us", "merged_us", "closed_us")),
            said.anti_join(bots(self.snapshot), [("author", "ref")]).select("pull_ref", "at_us"),
            self.snapshot["commits"].select(pull_ref="item_ref", at_us="committed_us"),
        )
