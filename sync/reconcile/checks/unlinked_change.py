"""M03 unlinked change: code was merged that no work item asked for.

Definition: a merged pull request, not by a bot and not exempt, that closes or implements nothing: it names no work
item in its branch, its title, or as a closing reference. A mention in its text is no link.
Severity: medium.
Evidence: when it was merged.
Decision: which work item asked for it?
Suggested action: name the work item in its title, or exempt such changes with a reason.
Against false alarms: one that names a project which is not read, or a work item that does not exist, is not unlinked;
each has a line of its own in the account of links. One whose title begins by saying that it is minor, or needs no work
item (MINOR:, [TRIVIAL], NO-ISSUE:), is counted there and not told; nor is one that by its title mends no more than
words (a typo, a comment, a link, what a linter asks for). `unlinked_lines` sets a floor for tiny fixes; one of unknown
size is told.
"""

from typing import TYPE_CHECKING

from sync.reconcile.balance import link_line
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M03", "unlinked-change"
OPTIONS = (
    Option(says="Name the work item in its title", cost="a minute"),
    Option(says="Exempt such changes with a reason", cost="a line of mappings.yaml"),
    Option(says="Open a work item for it", cost="a few minutes, and a record of why"),
)
DEFAULT = "Its effort stays dark: it counts for no objective."
#: How projects mark a change that needs no issue: Apache Kafka and Arrow by MINOR:, Spark by [MINOR].
MINOR = r"(?i)^\s*(\[[^\]]+\]\s*)*\[?(minor|trivial|no[- ]?(issue|jira|ticket))(\]|\s*:|\s*\[)"
#: What changes nothing that runs. Where a word ends every engine has another sign for, hence the letters.
WORDS = (
    r"(?i)(^|[^a-z])(typos?|spelling|misspell[a-z]*|grammar|wording|whitespace|comments?|links?|lint(er|r|s)?|formatting)"
    r"([^a-z]|$)"
)


def ask(facts: Facts) -> list[Row]:
    return rows_of(_unlinked(facts))


def _unlinked(facts: Facts) -> "ir.Table":
    import ibis

    lines = link_line(facts.snapshot, facts.links)
    pulls = facts.snapshot["pull_requests"].semi_join(lines.filter(lines.line == "no_key_merged"), "ref")
    size = pulls.additions + pulls.deletions
    is_small = pulls.title.re_search(MINOR) | pulls.title.re_search(WORDS)
    pulls = pulls.filter(ibis.coalesce(size >= facts.thresholds.unlinked_lines, True) & ~is_small)
    exempt = facts.tags.filter(facts.tags.outcome == "exempt")
    return pulls.select("ref", "merged_us").anti_join(exempt, "ref").order_by("ref")


def finding(row: Row, facts: Facts) -> Finding:
    merged_at = None if row["merged_us"] is None else instant(row["merged_us"])
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(Evidence(says="Merged, and names no work item", at=merged_at, ref=row["ref"]),),
        place_to_fix="The pull request's title or branch, or mappings.yaml",
        action="Name the work item in its title, or exempt such changes with a reason",
        since=merged_at,
    )
