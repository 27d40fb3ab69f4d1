"""What the words of the report mean, each where the specification defines it."""

from sync.report.entries import Definition


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
        "does not name is other. The shares add up to 1. Beside it, of all work, the share of the period's effort that "
        "went into items of each kind, delivered or not; effort on no counted item is other.",
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
        "touch_ratio",
        "Touched working days",
        "Of the working days from start to finish those with an entry of time, code, a review or words for the item. "
        "Beside flow efficiency it tells how much of the active time somebody was at work.",
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
        "merged_pull_requests",
        "Merged pull requests",
        "Into a branch that is looked at, by people: what bots opened is counted apart.",
        "§2.1",
    ),
    _define(
        "coding_time",
        "Coding",
        "From the first commit, at most 90 days before it was opened, to ready for review. Time as a draft is in here.",
        "§2.3",
    ),
    _define(
        "pickup_time",
        "Pickup",
        "From ready for review until somebody other than the author said something. In working time, the hours of the "
        "author's team count alone.",
        "§2.3",
    ),
    _define(
        "review_time",
        "Review",
        "From the first answer to the last approval that stands; to the merge where nobody approved.",
        "§2.3",
    ),
    _define("merge_wait", "Merge wait", "From the last approval to the merge.", "§2.3"),
    _define("deploy_wait", "Deploy wait", "From the merge to the first deployment to production that has it.", "§2.3"),
    _define("ready_to_merge", "Ready to merge", "From ready for review to the merge, reviewed or not.", "§2.3"),
    _define(
        "pickup_survival",
        "Pickup, unanswered ones too",
        "The same wait where those that nobody has looked at count as well, as long as they have waited so far "
        "(Kaplan–Meier).",
        "§2.3",
    ),
    _define(
        "pull_request_size",
        "Size",
        "Lines added and deleted, without locks, vendored code and what generators write. XS below 10, S below 50, "
        "M below 250, L below 1,000.",
        "§2.4",
    ),
    _define("large_pull_requests", "Large pull requests", "Share of those of 250 lines and more (L, XL).", "§2.4"),
    _define(
        "review_iterations",
        "Review iterations",
        "How often the author went back to work after a review that asked for changes or commented.",
        "§2.4",
    ),
    _define(
        "review_depth",
        "Review comments",
        "What others said before the merge: comments in the conversation, at lines of code, and with a review. Where "
        "the source does not count the comments at lines, at least one for each review that says nothing else.",
        "§2.4",
    ),
    _define("review_coverage", "Reviewed", "Share of the merged that somebody else reviewed before the merge.", "§2.4"),
    _define(
        "review_load",
        "Review load",
        "Share of the reviews that the busiest fifth of the reviewers did; for groups of five and more alone.",
        "§2.4",
    ),
    _define(
        "unreviewed_self_merge",
        "Merged alone",
        "Share of the merged that their author merged without anybody's approval.",
        "§2.4",
    ),
    _define(
        "unlinked_pull_requests",
        "Unlinked pull requests",
        "Share of the merged that close and implement no work item that is read. What names only projects that are "
        "not read is left out.",
        "§2.4",
    ),
    _define(
        "merge_rate",
        "Merge rate",
        "Of those opened in the period and ended since, the share that was merged; not told while more than a fifth "
        "of them is open.",
        "§2.4",
    ),
    _define(
        "stale_pull_requests",
        "Stale pull requests",
        "Open ones that nobody has touched for 7 days, drafts for 14.",
        "§2.4",
    ),
    _define(
        "deployments",
        "Deployments",
        "To the environment that users see, from the first kind of record that the service has. One that comes again "
        "within the hour is the same.",
        "§3.1",
    ),
    _define(
        "deploy_days",
        "Deploy days a week",
        "Days with a deployment in a complete week of the period; weeks without one are zero.",
        "§3.3",
    ),
    _define(
        "change_lead_time",
        "Change lead time",
        "From the first commit of a change to the deployment that brought it.",
        "§3.3",
    ),
    _define(
        "pipeline_time", "Merge to production", "From the merge of a change to the deployment that brought it.", "§3.3"
    ),
    _define(
        "change_fail_rate",
        "Change fail rate",
        "Share of the deployments that failed: an incident names one, it was rolled back or reverted within 7 days, "
        "hotfixed within 48 hours, or an incident began within 24 hours and before the next. Those of the last days "
        "may still turn out to have failed, and are shown apart.",
        "§3.3",
    ),
    _define(
        "rework_rate",
        "Rework rate",
        "Share of the deployments that repaired something that users saw: a rollback, a revert, a hotfix, or the fix "
        "of an incident.",
        "§3.3",
    ),
    _define(
        "recovery_time",
        "Recovery time",
        "From a failed deployment until users had their service back: the end of the impact, else the deployment that "
        "mended it, else the last of its incidents closed.",
        "§3.3",
    ),
    _define("incident_time", "Incident duration", "From the beginning of an incident to its end.", "§3.3"),
    _define(
        "operational_incidents",
        "Operational incidents",
        "Those that no deployment caused; they do not count against deployments.",
        "§3.3",
    ),
    _define(
        "pickup_working_time", "Pickup, working time", "The part of it within the hours of the author's team.", "§2.3"
    ),
    _define(
        "review_working_time", "Review, working time", "The part of it within the hours of the author's team.", "§2.3"
    ),
    _define("review_depth_per_100", "Review comments on 100 lines", "The same by a hundred changed lines.", "§2.4"),
    _define(
        "redrafted_pull_requests",
        "Made a draft again",
        "Share of the merged that were ready for review and became drafts again. That stops no clock.",
        "§2.3",
    ),
    _define(
        "redraft_time", "Time as a draft again", "Of those that became drafts again, until ready or merged.", "§2.3"
    ),
    _define(
        "stalest_pull_request", "Longest without anybody", "How long nobody has touched the most forgotten one.", "§2.4"
    ),
    _define(
        "deployments_per_week",
        "Deployments per week",
        "Seven times the deployments by the days of the period that have passed.",
        "§3.3",
    ),
    _define(
        "change_fail_rate_provisional",
        "Change fail rate, provisional",
        "Of the deployments so young that they may still turn out to have failed.",
        "§3.3",
    ),
    _define(
        "recovery_survival",
        "Recovery time, open ones too",
        "The same where those that have not recovered count as well, as long as they have been broken so far.",
        "§3.3",
    ),
    _define(
        "scope",
        "In scope",
        "Work items that serve the objective and were not given up; each counts whole. Since when an item serves it is "
        "read from its history where that says it, else it is since its creation.",
        "§6.1",
    ),
    _define("scope_delivered", "Of it delivered", "Those of the items in scope that are delivered.", "§6.1"),
    _define(
        "completion",
        "Completion",
        "Delivered divided by scope. It may fall, for scope may grow. A measure of the objective is another thing.",
        "§6.1",
    ),
    _define(
        "scope_growth",
        "Growth of scope",
        "Items added less those removed or given up in the period, by those in scope when it began.",
        "§6.1",
    ),
    _define(
        "forecast",
        "Forecast",
        "What comes out if each week to come is like one of the last twelve, each as likely: how many weeks brought "
        "and how many they added, drawn together. 50 % and 85 %: in so many of all ways it is done on that day or "
        "before.",
        "§6.2, §6.3",
    ),
    _define(
        "back_test",
        "Back-test",
        "The same forecast for each of thirteen stretches of the past, from what was known then, against what came. "
        "It is calibrated if its 85 % held about as often, and has skill if it was closer than to expect as many as "
        "last time; without skill it is not shown.",
        "§6.4",
    ),
    _define(
        "light",
        "Light",
        "The chance to deliver all of an objective by its promised day: on from 85 %, at risk from 50 %, off below. "
        "Unknown without a promise or a forecast.",
        "§5.2a",
    ),
    _define(
        "planning_accuracy",
        "Planned and delivered",
        "Of what was planned an hour after the start of a sprint or a quarter, the share that was delivered by its "
        "end.",
        "§5.2a",
    ),
    _define("planning_added", "Added later", "What came in after that, by what was planned.", "§5.2a"),
    _define("planning_removed", "Taken out", "What was planned and neither stayed nor was delivered.", "§5.2a"),
    _define(
        "planning_accuracy_points",
        "Planned and delivered, in points",
        "The same by the points that items had at the start, where four fifths of them had any.",
        "§5.2a",
    ),
    _define(
        "control_chart",
        "Natural limits",
        "Where a series lies while nothing but noise moves it: its mean and 2.66 mean differences from week to week, "
        "of its first twenty weeks. A week beyond them, or eight in a row on one side, is a signal.",
        "§7.1",
    ),
    _define(
        "change",
        "Changed",
        "Both unlikely by chance, all comparisons of the report taken together, and large enough to matter: a fifth "
        "of a median or a rate, a tenth of the whole for a share. Anything else is no detectable change.",
        "§7.2, §7.3",
    ),
    _define(
        "person_day",
        "Effort, person-day",
        "One working day of one person, shared out among what they worked on by entries of time, else by "
        "code, reviews and words, else by what was active in their hands. An estimate of attention, neither "
        "of hours nor of merit.",
        "§4",
    ),
    _define(
        "observability",
        "Observability",
        "The part of the working days of which anything tells. Read first: where it is low, the rest is about "
        "few days.",
        "§5.1",
    ),
    _define(
        "effort_coverage",
        "Coverage, by effort",
        "The part of the effort seen that serves an objective or is exempt. Not an interval but a band: its "
        "lower end counts only what items have of their own, less what an audit of tags found wrong; its "
        "upper end counts what they have from a parent or a link too.",
        "§5.1, §5.2a",
    ),
    _define(
        "strategic_yield",
        "Strategic yield",
        "The part of the effort seen that went to strategic objectives while these were current; a band as "
        "for coverage.",
        "§5.1, §5.2a",
    ),
    _define(
        "alignment",
        "Alignment",
        "Of the effort that claims a strategic objective, the part that claims one that was current on the day.",
        "§5.1",
    ),
    _define(
        "stale_share",
        "Effort on paused and closed objectives",
        "The part of the effort seen that went to objectives on days on which they were paused or closed.",
        "§5.1",
    ),
    _define(
        "early_share",
        "Effort on objectives that have not begun",
        "The part of the effort seen that went to objectives before they were current.",
        "§5.1",
    ),
    _define(
        "drift",
        "Drift from the plan",
        "The part of the effort seen that would have to move for the plan to be met: half the sum of all "
        "differences, all that no plan names together being one of them.",
        "§5.1",
    ),
    _define(
        "divergence",
        "Divergence, in bits",
        "The Jensen–Shannon divergence of effort and plan: 0 where they are the same, 1 where they have "
        "nothing in common.",
        "§5.1",
    ),
    _define(
        "focus",
        "Focus",
        "Effective number of strategic objectives: as many as would share the effort equally with the same entropy.",
        "§5.1",
    ),
    _define(
        "fragmentation",
        "Fragmentation",
        "Effective number of epics, or items without one, in a working day of a person, on average.",
        "§5.1",
    ),
    _define(
        "switching",
        "Switching",
        "The part of a person's attention that moved to other epics from one working day to the next, on average.",
        "§5.1",
    ),
    _define(
        "wip_load",
        "WIP load",
        "Active items at a time in one pair of hands: half of the people have at most so many.",
        "§5.1",
    ),
    _define(
        "unplanned_share",
        "Unplanned work",
        "The part of the effort seen that went to defects and expedited items which came up within the period.",
        "§5.2a",
    ),
    _define(
        "item_yield",
        "Strategic yield, by items",
        "Delivered items that served strategic objectives while these were current, by all delivered items: "
        "in place of effort where a group is too small for its effort to be shown.",
        "§4.1, §10.2",
    ),
    _define(
        "item_sanctioned",
        "Sanctioned work, by items",
        "Delivered items of sanctioned objectives and exemptions, by all delivered items.",
        "§4.1, §10.2",
    ),
    _define(
        "effort_share",
        "Share of effort",
        "The part of the effort seen that an objective, with all below it, took.",
        "§4.4",
    ),
    _define(
        "attainment",
        "Attainment",
        "The share of effort that an objective got on days on which it was current, by the share that was "
        "planned for it.",
        "§5.1",
    ),
    _define(
        "share_by_items",
        "Share of delivered items",
        "The same question by counting delivered items, small and large alike.",
        "§4.1",
    ),
    _define(
        "share_by_points",
        "Share of delivered points",
        "The same question by their points; none where more than a fifth of the items have no points.",
        "§4.1",
    ),
    _define(
        "cost",
        "Cost",
        "Person-days times the day rates of the teams; none where a team that contributed has no rate. Never "
        "of a person.",
        "§5.2a",
    ),
    _define(
        "shift_lag",
        "Shift lag",
        "Working days from the day an objective ceased to be current until five working days in a row had at "
        "most a twentieth of the effort before.",
        "§5.2",
    ),
    _define(
        "pick_up_lag",
        "Pick-up lag",
        "Working days from the day an objective became current until five person-days had gone to it.",
        "§5.2",
    ),
    _define(
        "suppressed_privacy",
        "Group too small to show",
        "Effort is shown of five people at least, none of whom did more than half of it, and never where a "
        "shown group would tell of fewer by subtraction.",
        "§10.2",
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
