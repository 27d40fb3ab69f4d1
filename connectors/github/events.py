"""GitHub's webhook events by name: what each is about, and which are of no use here (github.md §4)."""

#: Event → where in its payload the items stand that it is about. Whatever the action, they are worth a look.
ABOUT: dict[str, tuple[str, ...]] = {
    "deployment": ("deployment",),
    "deployment_status": ("deployment",),
    "issue_comment": ("issue",),
    "issue_dependencies": ("blocked_issue", "blocking_issue"),
    "issues": ("issue",),
    "projects_v2_item": ("projects_v2_item",),
    "pull_request": ("pull_request",),
    "pull_request_review": ("pull_request",),
    "pull_request_review_comment": ("pull_request",),
    "pull_request_review_thread": ("pull_request",),
    "release": ("release",),
    "sub_issues": ("parent_issue", "sub_issue"),
    "workflow_run": ("workflow_run",),
}

#: Events after which repositories, their catalogues, teams or our own access are not as they were. A repository that
#: was deleted, hidden, moved or taken away is no departure of its items: they are told by whether it still resolves.
RENEWING = frozenset(
    {
        *("installation", "installation_repositories", "installation_target", "label", "member", "membership", "meta"),
        *("milestone", "organization", "personal_access_token_request", "projects_v2", "public", "repository"),
        *("team", "team_add"),
    }
)

#: What is gone after these, and where it stands in the payload.
GONE = {
    "issues.deleted": "issue",
    "issues.transferred": "issue",
    "label.deleted": "label",
    "milestone.deleted": "milestone",
    "projects_v2.deleted": "projects_v2",
    "projects_v2_item.deleted": "projects_v2_item",
    "release.deleted": "release",
}

#: Events of branches and tags. Of branches nothing is read but what their pull requests tell.
OF_TAGS = frozenset({"create", "delete", "push"})

#: Known, and about nothing that is read. Checks are read with their pull request, whose id they do not tell; an
#: item's place in a view says nothing.
IGNORED = frozenset(
    {
        *("branch_protection_configuration", "branch_protection_rule", "check_run", "check_suite"),
        *("code_scanning_alert", "commit_comment", "custom_property", "custom_property_values", "dependabot_alert"),
        *("deploy_key", "deployment_protection_rule", "deployment_review", "discussion", "discussion_comment"),
        *("fork", "github_app_authorization", "gollum", "marketplace_purchase", "merge_group", "org_block"),
        *("package", "page_build", "ping", "project", "project_card", "project_column", "projects_v2_item.reordered"),
        *("projects_v2_status_update", "registry_package", "repository_advisory", "repository_dispatch"),
        *("repository_import", "repository_ruleset", "repository_vulnerability_alert", "secret_scanning_alert"),
        *("secret_scanning_alert_location", "secret_scanning_scan", "security_advisory", "security_and_analysis"),
        *("sponsorship", "star", "status", "watch", "workflow_dispatch", "workflow_job"),
    }
)

#: Where a thing stands in a payload → the kind in its ref.
KINDS = {
    "blocked_issue": "issue",
    "blocking_issue": "issue",
    "deployment": "deployment",
    "issue": "issue",
    "label": "label",
    "milestone": "milestone",
    "parent_issue": "issue",
    "projects_v2": "board",
    "projects_v2_item": "board_item",
    "pull_request": "pull_request",
    "release": "release",
    "sub_issue": "issue",
    "workflow_run": "workflow_run",
}
#: What an item of a project stands for → the kind in its ref. A draft stands for nothing.
CONTENTS = {"Issue": "issue", "PullRequest": "pull_request"}
