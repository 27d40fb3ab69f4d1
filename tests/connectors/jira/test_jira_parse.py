"""Issues and histories → records: each oddity of Jira's as an example."""

import json
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from connectors.jira import wire
from connectors.jira.fields import Roles, groups, roles
from connectors.jira.parse import Parsed, Parser, Read
from connectors.records import WorkItem

AT = "2026-11-20T12:00:00.000+0000"
ROLES = Roles(
    sprint=("customfield_1",),
    points=("customfield_2", "customfield_3"),
    epic_link=("customfield_4",),
    parent_link=("customfield_5",),
    flagged=("customfield_6",),
    team=("customfield_7",),
    rank=("customfield_8",),
    names={"customfield_1": "Спринт", "customfield_6": "Markiert"},
)


def parse(fields: dict[str, Any], *, histories: list[Any] | None = None, total: int | None = None) -> Parsed:
    issue = wire.Issue(id="7", key="PAY-7", fields=_raw({"created": AT, "updated": AT, **fields}))
    read = None if histories is None else [_raw(history) for history in histories]
    parser = Parser(source="jira", url="https://acme.example", roles=ROLES, parents={"PAY-1": "1"})
    return parser.read([Read(issue=issue, histories=read, total=total)])


def item(**fields: Any) -> WorkItem:
    parsed = parse(fields)
    assert not parsed.unread, parsed.unread
    return parsed.items[0]


def changes(*items: dict[str, Any], **history: Any) -> list[tuple[str, str | None, str | None, str | None, str | None]]:
    """Field, id and text before, id and text after, of a history with these items."""
    parsed = parse({}, histories=[{"id": "1", "created": AT, "items": list(items), **history}])
    assert not parsed.unread, parsed.unread
    return [(c.field, c.from_id, c.from_text, c.to_id, c.to_text) for c in parsed.children[-1].rows]


def _raw(document: Any) -> Raw:
    return Raw(json.dumps(document).encode())


def test_an_issue_with_nothing_but_its_instants_is_an_item() -> None:
    assert item() == WorkItem(
        ref="jira:issue:7",
        source="jira",
        key="PAY-7",
        url="https://acme.example/browse/PAY-7",
        project="PAY",
        created_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
        updated_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
        fields=json.dumps({"created": AT, "updated": AT}, separators=(",", ":")),
    )


def test_every_field_that_may_be_null_may_be_null() -> None:
    nulls = dict.fromkeys(wire.Fields.__struct_fields__, None)
    assert item(**{**nulls, "fixVersions": None, "created": AT, "updated": AT}).key == "PAY-7"


def test_what_has_no_name_spoils_no_issue() -> None:
    nameless = {"id": "1", "name": None}
    read = item(
        status=nameless,
        issuetype={**nameless, "subtask": None},
        project={"id": "1", "key": None, "name": None},
        labels=["a", None],
        components=[nameless, {"id": "2", "name": "api"}],
        fixVersions=[nameless],
        issuelinks=[{"id": "1", "type": None, "inwardIssue": {"id": "9"}}],
    )
    assert (read.status_id, read.status, read.project) == ("1", None, "PAY")
    assert (read.labels, read.components, read.fix_versions) == (("a",), ("api",), ())


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("2020-06-12T08:13:13.360+0800", datetime(2020, 6, 12, 0, 13, 13, 360_000, UTC)),
        ("2020-06-12T08:13:13.360Z", datetime(2020, 6, 12, 8, 13, 13, 360_000, UTC)),
        (1_591_920_793_360, datetime(2020, 6, 12, 0, 13, 13, 360_000, UTC)),
        (1_591_920_793, datetime(2020, 6, 12, 0, 13, 13, 0, UTC)),
    ],
)
def test_instants(told: str | int, meant: datetime) -> None:
    assert item(created=told).created_at == meant


@pytest.mark.parametrize("told", ["20211-01-01T00:00:00.000+0000", "2026-11-20T12:00:00", "soon", "", 10**20, None])
def test_an_issue_without_an_instant_is_not_read(told: str | int | None) -> None:
    parsed = parse({"created": told})
    assert parsed.items == []
    assert parsed.unread["7"].startswith("it is not as Jira describes issues: ")


def test_a_due_date_of_nonsense_spoils_no_issue() -> None:
    parsed = parse({"duedate": "20211-01-01"})
    assert parsed.items[0].due_on is None
    assert "20211-01-01" in parsed.items[0].fields
    assert [gap.ref for gap in parsed.gaps] == ["jira:issue:7"]
    assert item(duedate="2026-12-15").due_on == date(2026, 12, 15)


def test_fields_keep_the_sources_bytes_and_no_nulls() -> None:
    """airbytehq/airbyte#13175, #5256: what nobody asks for today is there tomorrow."""
    raw = b'{"created": "%b","updated":"%b", "big": 9223372036854775807, "rate": 1.50, "none": null}' % (
        (AT.encode(),) * 2
    )
    parser = Parser(source="jira", url="", roles=Roles(), parents={})
    (parsed,) = parser.read([Read(issue=wire.Issue(id=7, key="PAY-7", fields=Raw(raw)))]).items
    assert '"big":9223372036854775807,"rate":1.50}' in parsed.fields


@pytest.mark.parametrize(
    "told",
    [
        [{"id": 37, "name": "S, id=9", "state": "active"}, {"id": 38}],
        [
            "com.atlassian.greenhopper.service.sprint.Sprint@1f[id=37,state=CLOSED,name=S, 1,startDate=<null>]",
            "S@2[name=a,id=38]",
        ],
        [37, "38"],
    ],
)
def test_sprints_as_objects_as_javas_printout_and_as_numbers(told: list[Any]) -> None:
    assert item(customfield_1=told).sprints == ("37", "38")


def test_points_are_those_of_the_first_field_that_has_them() -> None:
    assert item(customfield_2=3.0, customfield_3=5.0).points == 3.0
    assert item(customfield_3="2,5").points == 2.5
    assert item(customfield_2=None).points is None


def test_a_parent_is_told_in_four_ways() -> None:
    assert item(parent={"id": "9", "key": "PAY-9"}).parent_ref == "jira:issue:9"
    assert item(customfield_4="PAY-1").parent_ref == "jira:issue:1"
    assert item(customfield_5={"data": {"id": 12, "key": "PAY-12"}}).parent_ref == "jira:issue:12"
    assert item(customfield_4="10073").parent_ref == "jira:issue:10073"
    assert item(customfield_4="NONE-1").parent_ref is None


def test_flag_and_team() -> None:
    assert item(customfield_6=[{"value": "Impediment"}]).flagged
    assert not item(customfield_6=[]).flagged
    assert item(customfield_7={"id": "a-b", "name": "Payments"}).team == "Payments"
    assert item(customfield_7="a-b").team == "a-b"


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        ({"name": "Initiative", "hierarchyLevel": 2}, 2),
        ({"name": "Sub-task", "subtask": True, "hierarchyLevel": -1}, -1),
        ({"name": "Sub-task", "subtask": True}, -1),
        ({"name": "Task", "subtask": False}, 0),
        (None, None),
    ],
)
def test_levels(kind: dict[str, Any] | None, level: int | None) -> None:
    assert item(issuetype=kind).level == level


@pytest.mark.parametrize(
    ("key", "category"), [("new", "todo"), ("indeterminate", "active"), ("done", "done"), ("undefined", None)]
)
def test_a_category_is_told_by_its_key(key: str, category: str | None) -> None:
    status = {"id": "3", "name": "已完成", "statusCategory": {"key": key, "name": "新建"}}
    assert (item(status=status).status, item(status=status).status_category) == ("已完成", category)


def test_links_are_read_from_this_side() -> None:
    blocks = {"name": "Blocks", "inward": "is blocked by", "outward": "blocks"}
    tests = {"name": "Tests", "inward": "is tested by", "outward": "tests"}
    links = [
        {"id": "1", "type": blocks, "outwardIssue": {"id": "8", "key": "PAY-8"}},
        {"id": "2", "type": blocks, "inwardIssue": {"id": "9", "key": "PAY-9"}},
        {
            "id": "3",
            "type": tests,
            "inwardIssue": {"key": "PAY-3"},
        },
    ]
    (rows,) = parse({"issuelinks": links}).children
    assert rows.complete
    assert [(row.kind, row.to_ref, row.to_key) for row in rows.rows] == [
        ("blocks", "jira:issue:8", "PAY-8"),
        ("blocked_by", "jira:issue:9", "PAY-9"),
        ("is tested by", None, "PAY-3"),
    ]
    assert parse({"issuelinks": []}).children[0].rows == ()
    assert parse({}).children == []  # a site whose links are switched off


def test_numbers_for_names_and_a_link_without_an_id_are_no_gap() -> None:
    """Imports write numbers, and a link to another site's issue has no id."""
    blocks = {"inward": "is blocked by", "outward": "blocks"}
    parsed = parse(
        {
            "summary": 2026,
            "priority": {"id": "1", "name": 1},
            "status": {"id": 3, "name": 7},
            "issuelinks": [{"type": blocks, "outwardIssue": {"key": "OTHER-1"}}],
        }
    )
    assert (parsed.gaps, parsed.unread) == ([], {})
    (read,) = parsed.items
    assert (read.title, read.priority, read.status_id, read.status) == ("2026", "1", "3", "7")
    assert [(row.id, row.to_key) for row in parsed.children[0].rows] == [("blocks OTHER-1", "OTHER-1")]


def test_a_field_of_another_kind_than_described_is_left_out_and_said() -> None:
    parsed = parse({"assignee": "payments-dev-1", "summary": "Basket is slow", "labels": "cart"})
    assert (parsed.items[0].title, parsed.items[0].assignees, parsed.items[0].labels) == ("Basket is slow", (), ())
    assert [(gap.ref, gap.cause.split(" is not")[0]) for gap in parsed.gaps] == [
        ("jira:issue:7", "the field labels"),
        ("jira:issue:7", "the field assignee"),
    ]
    assert '"assignee":"payments-dev-1"' in parsed.items[0].fields


def test_a_title_is_no_wiki_text() -> None:
    assert item(summary="*Fix* {code} [PAY-7]").title == "*Fix* {code} [PAY-7]"


def test_a_flag_of_another_name_is_told_by_its_option() -> None:
    boxes = msgspec.structs.replace(ROLES, flagged=(), checkboxes=("customfield_6", "customfield_9"))
    assert item(customfield_6=[{"value": "Impediment"}]).flagged
    for value, flagged in (([{"value": "Impediment"}], True), ([{"value": "iOS"}], False), (["x", "y"], False)):
        issue = wire.Issue(id="7", key="PAY-7", fields=_raw({"created": AT, "updated": AT, "customfield_9": value}))
        parsed = Parser(source="jira", url="", roles=boxes, parents={}).read([Read(issue=issue)])
        assert parsed.items[0].flagged == flagged


@pytest.mark.parametrize("name", ["Key", "labels", "project", "status", "title"])
def test_a_custom_field_called_like_one_of_jiras_own_is_not_that(name: str) -> None:
    by_id = {"field": name, "fieldId": "customfield_77", "fromString": "a", "toString": "b"}
    by_kind = {"field": name, "fieldtype": "custom", "fromString": "a", "toString": "b"}
    sprint = {"field": "Sprint", "fieldtype": "custom", "from": "1", "to": "2"}
    words = [word for word, *_ in changes(by_id, by_kind, sprint)]
    assert words in (["Key", "Key", "sprints"], ["customfield_77", f"{name} (custom)", "sprints"])


def test_a_field_that_only_has_the_name_of_another_is_not_that() -> None:
    """fivetran/dbt_jira#61: two fields of one name; the id decides where it is told."""
    told = {"field": "Sprint", "fieldId": "customfield_77", "fromString": "a", "toString": "b"}
    assert changes(told) == [("Sprint", None, "a", None, "b")]


def test_points_are_numbers_with_a_point_and_from_one_field() -> None:
    """fivetran/dbt_jira PR #175: commas of a locale; jira.md §1.4: never both fields."""
    first = {"field": "Story point estimate", "fieldId": "customfield_2", "fromString": "1", "toString": "2,5"}
    second = {"field": "Story Points", "fieldId": "customfield_3", "fromString": None, "toString": "8"}
    assert changes(first) == [("points", None, "1", None, "2.5")]
    assert changes(second) == [("points", None, None, None, "8")]
    assert [name for name, *_ in changes(first, second)] == ["points", "Story Points"]
    held = parse({"customfield_3": 8}, histories=[{"id": "1", "created": AT, "items": [first, second]}])
    assert [row.field for row in held.children[-1].rows] == ["Story point estimate", "points"]


def test_leaving_a_sprint_is_told_as_the_whole_list_that_is_left() -> None:
    """apache/devlake#1752, fivetran/dbt_jira PRs #158 and #161: removals lost where sides are taken for deltas."""
    told = {"field": "Sprint", "fieldId": "customfield_1", "from": "7, 8", "fromString": "Seven, Eight", "to": "7"}
    assert changes(told | {"toString": "Seven"}) == [("sprints", "7, 8", "Seven, Eight", "7", "Seven")]
    assert changes(told | {"to": "", "toString": ""}) == [("sprints", "7, 8", "Seven, Eight", "", "")]


def test_comments_are_as_many_as_jira_says_or_not_whole() -> None:
    told = {"id": "1", "author": {"accountId": "5b10a"}, "created": AT, "updated": AT, "body": "words"}
    for total, complete in ((1, True), (2, False), (None, True)):
        rows = next(
            rows
            for rows in parse({"comment": {"comments": [told], "total": total}}).children
            if rows.kind == "comments"
        )
        assert (rows.complete, [row.author for row in rows.rows]) == (complete, ["jira:account:5b10a"])
    assert [rows.kind for rows in parse({"comment": {"total": 3}}).children] == []


def test_changes_speak_our_words() -> None:
    assert changes(
        {"field": "status", "fieldId": "status", "from": "1", "fromString": "To Do", "to": "3", "toString": "Doing"},
        {"field": "summary", "fieldId": "summary", "from": None, "fromString": "a", "to": None, "toString": "b"},
        {"field": "Component", "from": None, "fromString": None, "to": "5", "toString": "Web"},
        {"field": "Fix Version", "fieldId": "fixVersions", "from": "6", "fromString": "1.0", "to": None},
        {"field": "assignee", "from": None, "to": "5b10a", "toString": "payments-dev-1"},
        {"field": "Markiert", "from": "", "fromString": "", "to": "[10019]", "toString": "Impediment"},
        {"field": "Link", "to": "PAY-9", "toString": "This issue blocks PAY-9"},
        {"field": "customfield", "fieldId": "customfield_3", "fromString": None, "toString": 5},
    ) == [
        ("status", "1", "To Do", "3", "Doing"),
        ("title", None, "a", None, "b"),
        ("components", None, None, "5", "Web"),
        ("fix_versions", "6", "1.0", None, None),
        ("assignees", None, None, "jira:account:5b10a", "payments-dev-1"),
        ("flagged", "", "", "[10019]", "Impediment"),
        ("Link", None, None, "PAY-9", "This issue blocks PAY-9"),
        ("points", None, None, None, "5"),
    ]


@pytest.mark.parametrize("name", ["Epic Link", "Parent", "Parent Issue", "Parent Link", "IssueParentAssociation"])
def test_every_form_of_parent_is_one_timeline(name: str) -> None:
    told = {"field": name, "from": None, "fromString": None, "to": "10073", "toString": "EE-11"}
    assert changes(told) == [("parent", None, None, "jira:issue:10073", "EE-11")]


def test_whole_lists_have_two_sides() -> None:
    assert changes(
        {"field": "labels", "from": None, "fromString": "", "to": None, "toString": "cart checkout"},
        {"field": "Спринт", "from": None, "fromString": None, "to": "7, 8", "toString": "Seven, Eight"},
    ) == [("labels", "", "", "", "cart checkout"), ("sprints", "", "", "7, 8", "Seven, Eight")]


def test_a_move_tells_the_keys_of_the_projects() -> None:
    assert changes(
        {"field": "project", "from": "1", "fromString": "Payments", "to": "2", "toString": "Web"},
        {"field": "Key", "fromString": "PAY-7", "toString": "WEB-3"},
    ) == [("project", "1", "PAY", "2", "WEB"), ("key", None, "PAY-7", None, "WEB-3")]


def test_one_history_may_change_a_field_twice_and_rank_is_left_out() -> None:
    """apache/devlake#9057"""
    link = {"field": "Link", "toString": "x"}
    parsed = parse({}, histories=[{"id": 5, "created": AT, "items": [link, {"field": "Rank"}, link]}])
    assert [(row.id, row.index) for row in parsed.children[-1].rows] == [("5", 0), ("5", 2)]


def test_histories_are_put_in_order_and_told_once() -> None:
    late = "2026-11-21T12:00:00.000+0000"
    told = [("12", AT), ("9", late), ("9", late), ("11", AT)]
    histories = [{"id": i, "created": at, "items": [{"field": "status"}]} for i, at in told]
    assert [row.id for row in parse({}, histories=histories).children[-1].rows] == ["11", "12", "9"]


def test_a_change_by_nobody() -> None:
    for author in (None, {}, {"accountId": ""}):
        parsed = parse({}, histories=[{"id": "1", "created": AT, "author": author, "items": [{"field": "status"}]}])
        assert parsed.children[-1].rows[0].author is None


def test_a_history_that_cannot_be_read_leaves_the_item_and_is_no_empty_set() -> None:
    parsed = parse({}, histories=[{"id": "1", "created": "soon", "items": []}])
    assert [item.key for item in parsed.items] == ["PAY-7"]
    assert [rows.kind for rows in parsed.children] == []
    assert "7" in parsed.unread


def test_an_entry_that_cannot_be_read_costs_no_other_and_leaves_the_history_incomplete() -> None:
    """Fault: histories collected and not converted, silently (§8 row 12). # apache/devlake#8834"""
    moved = {"items": [{"field": "status", "from": "1", "to": "3"}]}
    parsed = parse({}, histories=[{"id": "1", "created": AT, **moved}, {"id": "2", "created": "soon", **moved}])
    (rows,) = parsed.children
    assert ([row.id for row in rows.rows], rows.complete) == (["1"], False)
    assert "'soon' is no instant" in parsed.unread["7"]


def test_a_comment_that_cannot_be_read_costs_no_history() -> None:
    moved = {"id": "1", "created": AT, "items": [{"field": "status", "from": "1", "to": "3"}]}
    parsed = parse({"comment": {"comments": [{"id": None}], "total": 1}}, histories=[moved])
    assert [(rows.kind, rows.complete) for rows in parsed.children] == [("changes", True)]
    assert "comments are not as Jira describes" in parsed.unread["7"]


def test_no_histories_are_a_whole_history() -> None:
    (rows,) = parse({}, histories=[]).children
    assert (rows.kind, rows.complete, rows.rows) == ("changes", True, ())


def test_apps_are_bots() -> None:
    parser = Parser(source="jira", url="", roles=Roles(), parents={})
    people = {
        "creator": {"accountId": "a", "displayName": "Automation", "accountType": "app"},
        "assignee": {"key": "k", "name": "n"},
    }
    fields = _raw({"created": AT, "updated": AT, **people})
    parser.read([Read(issue=wire.Issue(id="7", key="PAY-7", fields=fields))] * 2)
    assert [(a.ref, a.name, a.kind) for a in parser.accounts.records()] == [
        ("jira:account:k", "n", "person"),
        ("jira:account:a", "Automation", "bot"),
    ]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "name", "key", "value"]), inner),
    max_leaves=8,
)
names = st.sampled_from([*wire.Fields.__struct_encode_fields__, *(f"customfield_{n}" for n in range(1, 9))])
histories = st.lists(st.dictionaries(st.sampled_from(["id", "created", "author", "items"]), values), max_size=3)


@given(st.dictionaries(names, values), histories)
def test_whatever_comes_is_read_or_named_as_unread(fields: dict[str, Any], told: list[Any]) -> None:
    parsed = parse(fields, histories=told)
    assert parsed.items or parsed.unread


def field(identity: str, name: str, custom: str, **more: str) -> wire.Field:
    return msgspec.convert({"id": identity, "name": name, "schema": {"custom": custom}, **more}, wire.Field)


def test_fields_play_their_part_by_kind_and_not_by_name() -> None:
    kinds = "com.atlassian.jira.plugin.system.customfieldtypes:"
    found = roles(
        [
            field("customfield_1", "Velocity box", "com.pyxis.greenhopper.jira:gh-sprint"),
            field("customfield_2", "Story Points", f"{kinds}float"),
            field("customfield_3", "Story point estimate", "com.pyxis.greenhopper.jira:jsw-story-points"),
            field("customfield_4", "Sprint", f"{kinds}textfield"),
            field("customfield_5", "Markiert", f"{kinds}multicheckboxes", untranslatedName="Flagged"),
            field("customfield_6", "Platforms", f"{kinds}multicheckboxes"),
        ]
    )
    assert (found.sprint, found.flagged) == (("customfield_1",), ("customfield_5",))
    assert found.points == ("customfield_3", "customfield_2")


def test_fields_are_asked_for_in_groups_without_long_lists() -> None:
    asked = groups([*(f"customfield_{n}" for n in range(150)), "comment", "worklog"], size=100)
    assert [len(group) for group in asked] == [100, 73]
    assert asked[0][:2] == ["created", "updated"]
    assert not {"comment", "worklog"} & {name for group in asked for name in group}
