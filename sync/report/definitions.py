"""What the words of the report mean, each where the specification defines it."""

from sync.report.model import Definition


def _define(identity: str, term: str, text: str, section: str) -> Definition:
    return Definition(id=identity, term=term, text=text, section=section)


DEFINITIONS = (
    _define(
        "throughput",
        "Delivered (throughput)",
        "Work items that reached done with the outcome delivered inside the period. An item belongs whole to the "
        "period in which it finished. An item that serves several objectives counts for each by its weight. "
        "Items closed in bulk are not counted.",
        "§1.6",
    ),
    _define(
        "bulk_closed",
        "Closed in bulk",
        "Finished in one sweep: at least 20 items that one account moved to the same status within a minute of each "
        "other. Counted by itself, so that a clean-up does not pass for delivery.",
        "§1.10",
    ),
    _define(
        "discarded",
        "Discarded",
        "Work items that were finished without being delivered: won't do, duplicate, not planned and their like.",
        "§1.4",
    ),
    _define("abandonment", "Abandonment", "Discarded divided by discarded plus delivered.", "§1.6"),
    _define(
        "coverage",
        "Serves an objective (coverage)",
        "Share of the delivered work items that are tagged to an objective or exempt. The lower end counts only tags "
        "from an override or from the item's own rule, the upper end those from a parent or a linked item too.",
        "§5.2a",
    ),
    _define("lead_time", "Lead time", "From creation to finish, in calendar days.", "§1.5"),
    _define(
        "cycle_time",
        "Cycle time",
        "From the start of work to finish, in calendar days. An item without a status history has none.",
        "§1.5",
    ),
    _define("flow_time", "Flow time", "From commitment to finish, in calendar days.", "§1.5"),
    _define("wip", "Work in progress (WIP)", "Work items started and not finished at the end of the period.", "§1.8"),
    _define("age", "Age", "How long an item in progress has been in progress.", "§1.8"),
    _define(
        "cycle_days",
        "Cycle time in whole days",
        "From the day on which work started to the day on which it finished, both counted: what starts and finishes on "
        "one day took 1.",
        "§1.5",
    ),
    _define(
        "expectation",
        "Service level expectation",
        "85 % finish within so many whole days: read from what was delivered in the last 13 complete weeks.",
        "§1.6",
    ),
    _define(
        "survival",
        "Time in progress",
        "How long work is in progress, what is not finished yet counted too (Kaplan–Meier): everything that was in "
        "progress in the last 182 days. Not shown from where fewer than 5 items are left to tell.",
        "§1.8",
    ),
    _define(
        "reopen_rate",
        "Opened again",
        "Share of the items that were done for the first time in the period and opened again within 30 days; known "
        "when these have passed.",
        "§1.6",
    ),
    _define(
        "distribution",
        "Flow distribution",
        "Which part of the delivered items are features, defects, risks, debts, by the map of item types; what that "
        "does not name is other. The shares add up to 1.",
        "§1.6",
    ),
    _define(
        "cumulative",
        "Cumulative flow",
        "How many items had been created, started and finished when each day began. Started minus finished is the WIP.",
        "§1.9",
    ),
    _define(
        "little",
        "Little's law",
        "The average WIP divided by what is finished in a day times the mean cycle time. From 0.8 to 1.25 the flow is "
        "roughly balanced. A diagnostic, not a measure.",
        "§1.9",
    ),
    _define(
        "miss",
        "Chance to miss",
        "How likely an item in progress takes longer than the service level expectation, given how old it is.",
        "§1.8",
    ),
    _define(
        "flow_efficiency",
        "Flow efficiency",
        "Active time divided by active plus waiting time of what was delivered. It tells how long items sat in a "
        "status called active, not how long anybody worked on them.",
        "§1.5",
    ),
    _define(
        "percentile",
        "p50, p85, p95",
        "An observed value: half, 85 % or 95 % of the items took at most this long. Shown from 5, 7 and 20 items on.",
        "§0.8, §0.11",
    ),
    _define(
        "interval",
        "90 % interval",
        "Where the figure would lie in nine of ten samples like this one. Open on a side that so few items leave "
        "unbounded.",
        "§0.9",
    ),
    _define(
        "linked",
        "Linked pull requests",
        "Those that close or implement a work item that is read, by closing reference, branch or title, divided by all "
        "that no bot opened.",
        "§2.4",
    ),
    _define(
        "balance",
        "Balance",
        "Every record that was seen is tagged to an objective, exempt by a written rule, untagged, or unknown; "
        "the four add up exactly.",
        "§5",
    ),
    _define(
        "unknown",
        "Unknown",
        "Not judged, because it names a project that is not read or because its source is behind. Neither good nor "
        "bad.",
        "§0.7",
    ),
)
