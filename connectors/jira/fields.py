"""Which field means what on this site: told by the field's schema, never by a fixed number (jira.md §1.4)."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from connectors.jira import wire

GREENHOPPER = "com.pyxis.greenhopper.jira:"
CUSTOM_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
FLAGS = ("flagged", "impediment")  # the names Jira gives the field; a checkbox field by any other name is no flag
POINTS = "story points"

#: Long lists that come cut to their first page inside an issue, and that make a bulk read of 1,000 one of 100.
HEAVY = ("comment", "worklog", "attachment")

#: Fields of every Jira, read even where a site's list of fields leaves them out.
SYSTEM = frozenset(
    {
        "assignee",
        "components",
        "created",
        "creator",
        "description",
        "duedate",
        "environment",
        "fixVersions",
        "issuelinks",
        "issuetype",
        "labels",
        "parent",
        "priority",
        "project",
        "reporter",
        "resolution",
        "resolutiondate",
        "status",
        "statuscategorychangedate",
        "subtasks",
        "summary",
        "updated",
        "versions",
    }
)


class Roles(Struct, frozen=True, kw_only=True):
    """The ids of the fields that play a part, the preferred first."""

    sprint: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    epic_link: tuple[str, ...] = ()
    parent_link: tuple[str, ...] = ()
    epic_label: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    rank: tuple[str, ...] = ()
    names: Mapping[str, str] = {}  #: what the site calls them, by id: older changelogs name a field by that alone


#: Role → the plugin's own name of the kind of field.
KINDS = {
    "sprint": (f"{GREENHOPPER}gh-sprint",),
    "points": (f"{GREENHOPPER}jsw-story-points",),
    "epic_link": (f"{GREENHOPPER}gh-epic-link",),
    "parent_link": ("com.atlassian.jpo:jpo-custom-field-parent",),
    "epic_label": (f"{GREENHOPPER}gh-epic-label",),
    "team": ("com.atlassian.teams:rm-teams-custom-field-team", f"{CUSTOM_TYPES}atlassian-team"),
    "rank": (f"{GREENHOPPER}gh-lexo-rank",),
}


def roles(fields: Iterable[wire.Field]) -> Roles:
    """Who plays which part. Points may be kept in two fields: the estimate of team-managed projects comes first."""
    found = [(field, _kind(field)) for field in fields]
    ids = {role: tuple(field.id for field, kind in found if kind in kinds) for role, kinds in KINDS.items()}
    ids["points"] += tuple(field.id for field, kind in found if _is_points(field, kind))
    ids["flagged"] = tuple(field.id for field, kind in found if _is_flag(field, kind))
    playing = {identity for role in ids.values() for identity in role}
    return Roles(**ids, names={field.id: field.name or field.id for field, _ in found if field.id in playing})


def groups(ids: Iterable[str], *, size: int) -> list[list[str]]:
    """The fields to ask for, long lists left out, in groups of at most `size`; the first holds the instants."""
    wanted = sorted({*ids, *SYSTEM} - {*HEAVY, "created", "updated"})
    listed = ["created", "updated", *wanted]
    return [listed[start : start + size] for start in range(0, len(listed), size)]


def _kind(field: wire.Field) -> str:
    return (field.schema and field.schema.custom) or ""


def _is_points(field: wire.Field, kind: str) -> bool:
    return kind == f"{CUSTOM_TYPES}float" and _plain_name(field) == POINTS


def _is_flag(field: wire.Field, kind: str) -> bool:
    return kind == f"{CUSTOM_TYPES}multicheckboxes" and _plain_name(field) in FLAGS


def _plain_name(field: wire.Field) -> str:
    """The name before translation, where the site tells it."""
    return (field.untranslated_name or field.name or "").casefold()
