"""Pull requests told in a few words, and their rows.

A story is a list of lines `<instant> <who> <did> [more]`, of a year of its own: `05-06T16:00 ann opened draft`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import ibis.expr.types as ir

from mappings.links import LINKS
from sync.reconcile.pull_requests import pull_requests
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot
from tests.builders import micros, ref_of, table, tables

Row = dict[str, Any]
AS_OF = "2024-07-01T00:00Z"
HOUR_US = 3_600_000_000
SHOP = {"name": "acme/shop", "default_branch": "main"}
STATES = {"approved": "approved", "requested": "changes_requested", "commented": "commented", "dismissed": "dismissed"}
FLIPS = {"ready": ("true", "false"), "redrafted": ("false", "true")}


class Story:
    """The rows of one pull request, gathered line by line."""

    def __init__(self, number: int, lines: Iterable[str]) -> None:
        self.key = f"acme/shop#{number}"
        self.pull: Row = {"key": self.key, "base": "main", "created_us": None}
        self.rows: dict[str, list[Row]] = {"reviews": [], "comments": [], "commits": [], "changes": []}
        self.deployed_us: int | None = None
        for line in lines:
            at, who, did, *more = line.split()
            self._tell(at_us(at), account(who), did, more)

    @property
    def ref(self) -> str:
        return ref_of(self.key, kind="pull_request")

    def _tell(self, us: int, who: str | None, did: str, more: list[str]) -> None:
        if did == "opened":
            self.pull |= {"created_us": us, "updated_us": us, "author": who, "draft": "draft" in more}
        elif did == "merged":
            self.pull |= {"merged_us": us, "closed_us": us, "merged_by": who, "state": "merged", "merge_sha": self.key}
        elif did == "closed":
            self.pull |= {"closed_us": us, "state": "closed"}
        elif did == "deployed":
            self.deployed_us = us
        elif did in FLIPS:
            before, after = FLIPS[did]
            self._add("changes", us, at_us=us, author=who, field="draft", from_id=before, to_id=after)
            self.pull["draft"] = did == "redrafted"
        else:
            self._discuss(us, who, did, more)

    def _discuss(self, us: int, who: str | None, did: str, more: list[str]) -> None:
        told = dict(word.split("=") for word in more if "=" in word)
        if did in STATES:
            inline = int(told["inline"]) if "inline" in told else None
            said = {"state": STATES[did], "has_body": "body" in more, "comments": inline}
            self._add("reviews", us, submitted_us=us, author=who, **said)
        elif did == "said":
            self._add("comments", us, created_us=us, author=who)
        elif did == "committed":
            authored_us = at_us(told["authored"]) if "authored" in told else us
            row = {"sha": f"{self.key}@{len(self.rows['commits'])}", "message": "", "co_authors": []}
            self.rows["commits"].append(
                {"item_ref": self.ref, "author": who, "authored_us": authored_us, "committed_us": us, **row}
            )
        elif did == "pushed":
            self._add("changes", us, at_us=us, author=who, field="force_push", from_id="a", to_id="b")
        else:
            raise ValueError(f"nobody knows what it is to have {did}")

    def _add(self, name: str, us: int, **row: Any) -> None:
        index = {"index": 0} if name == "changes" else {}
        self.rows[name].append({"item_ref": self.ref, "id": f"{us}-{len(self.rows[name]):03}", **index, **row})


def at_us(text: str) -> int:
    """`05-06T16:00` of 2024, or any instant in full."""
    return micros(text if text.endswith("Z") else f"2024-{text}Z")


def account(name: str) -> str | None:
    """The ref of an account; `ghost` is a deleted one."""
    return None if name == "ghost" else f"github:account:{name}"


def facts(stories: Iterable[Story], *, as_of: str = AS_OF, **rows: list[Row]) -> Snapshot:
    """What is known at an instant: nothing that came after it."""
    told = list(stories)
    until_us = micros(as_of)
    known = {
        name: [row for story in told for row in story.rows[name] if row[instant] <= until_us]
        for name, instant in (
            ("reviews", "submitted_us"),
            ("comments", "created_us"),
            ("commits", "committed_us"),
            ("changes", "at_us"),
        )
    }
    names = {row["author"] for each in known.values() for row in each} | {story.pull.get("author") for story in told}
    accounts = [{"ref": name} for name in sorted(filter(None, names))]
    held = {"repositories": [SHOP], "accounts": accounts, "pull_requests": [story.pull for story in told]}
    return Snapshot(as_of=datetime.fromisoformat(as_of), digest="", tables=tables(**{**held, **known, **rows}))


def rows_of(
    stories: Mapping[str, Story], *, as_of: str = AS_OF, thresholds: Thresholds | None = None, **rows: list[Row]
) -> dict[str, Row]:
    """By the name of each story, its row."""
    told = phases(facts(stories.values(), as_of=as_of, **rows), stories.values(), thresholds=thresholds)
    by_ref = {row["ref"]: row for row in told.to_pyarrow().to_pylist()}
    return {name: by_ref[story.ref] for name, story in stories.items()}


def phases(snapshot: Snapshot, stories: Iterable[Story], *, thresholds: Thresholds | None = None) -> ir.Table:
    shipped = [{"ref": each.ref, "deployed_us": each.deployed_us} for each in stories if each.deployed_us]
    return pull_requests(
        snapshot,
        links=table(LINKS, []),
        thresholds=thresholds or Thresholds(),
        deployed=table({"ref": "string", "deployed_us": "int64"}, shipped),
    ).rows


def hours(us: int | None) -> float | None:
    return None if us is None else us / HOUR_US
