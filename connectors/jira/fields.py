"""Which field means what on this site: told by the field's schema, never by a fixed number (jira.md §1.4)."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, convert
from msgspec.structs import replace

from connectors.jira import wire

GREENHOPPER = "com.pyxis.greenhopper.jira:"
CUSTOM_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
FLAGS = ("flagged", "impediment")  # the names Jira gives the field
#: The one option of that field. A site may have translated the field's name, and left this as it was shipped; and a
#: checkbox field without it is no flag.
OPTIONS = frozenset({"Impediment"})
POINTS = "story points"
CHECKBOXES = f"{CUSTOM_TYPES}multicheckboxes"

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
    estimates: Mapping[str, tuple[str, ...]] = {}  #: by project key, what its boards estimate by
    checkboxes: tuple[str, ...] = ()  #: fields that may be a flag by a translated name, which their option tells
    names: Mapping[str, str] = {}  #: what the site calls them, by id: older changelogs name a field by that alone

    def points_of(self, project: str | None) -> tuple[str, ...]:
        """The fields that may hold the points of a project's issues: what its boards say wins (jira.md §1.4)."""
        return tuple(dict.fromkeys([*self.estimates.get(project or "", ()), *self.points]))

    @property
    def all_points(self) -> tuple[str, ...]:
        """Every field that holds points in some project."""
        return tuple(dict.fromkeys([*self.points, *(one for ids in self.estimates.values() for one in ids)]))


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
#: Roles whose fields the configuration may name, where a site has several or calls them otherwise.
CHOSEN = ("sprint", "points", "epic_link", "parent_link", "flagged", "team")


def roles(fields: Iterable[wire.Field], *, chosen: Mapping[str, Sequence[str]] | None = None) -> Roles:
    """Who plays which part; `chosen` names the fields of a role outright.

    Points may be kept in two fields: the estimate of team-managed projects comes first.
    """
    found = [(field, _kind(field)) for field in fields]
    ids = {role: tuple(field.id for field, kind in found if kind in kinds) for role, kinds in KINDS.items()}
    ids["points"] += tuple(field.id for field, kind in found if _is_points(field, kind))
    ids["flagged"] = tuple(field.id for field, kind in found if _is_flag(field, kind))
    ids |= {role: tuple(named) for role, named in (chosen or {}).items() if named}
    playing = {identity for role in ids.values() for identity in role}
    checkboxes = [field.id for field, kind in found if kind == CHECKBOXES and field.id not in playing]
    names = {field.id: field.name or field.id for field, _ in found if field.id in playing}
    found_roles = convert(ids, Roles)
    return replace(found_roles, checkboxes=() if found_roles.flagged else tuple(checkboxes), names=names)


def with_estimates(found: Roles, estimates: Mapping[str, Iterable[str]], fields: Iterable[wire.Field]) -> Roles:
    """The roles with what boards estimate by, as far as that is a number and not a time (jira.md §1.4)."""
    numbers = {field.id: field.name or field.id for field in fields if field.schema and field.schema.type == "number"}
    counted = {
        project: tuple(one for one in dict.fromkeys(ids) if one.startswith("customfield_") and one in numbers)
        for project, ids in estimates.items()
    }
    named = {one: numbers[one] for ids in counted.values() for one in ids}
    return replace(found, estimates={key: ids for key, ids in counted.items() if ids}, names={**found.names, **named})


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
    return kind == CHECKBOXES and _plain_name(field) in FLAGS


def _plain_name(field: wire.Field) -> str:
    """The name before translation, where the site tells it."""
    return (field.untranslated_name or field.name or "").casefold()
