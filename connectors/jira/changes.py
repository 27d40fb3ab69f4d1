"""Jira's changelog → changes in our words."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import TypeAlias, cast

from connectors.jira import wire
from connectors.jira.accounts import Accounts
from connectors.jira.dates import instant
from connectors.jira.fields import OPTIONS, Roles
from connectors.records import Change, ItemRef

Sides: TypeAlias = tuple[str | None, str | None, str | None, str | None]

#: Jira's field ids, and the names that stand where a change has no id (jira.md §1.3), → our words.
WORDS = {
    "assignee": "assignees",
    "components": "components",
    "Component": "components",
    "duedate": "due_on",
    "Epic Link": "parent",
    "fixVersions": "fix_versions",
    "Fix Version": "fix_versions",
    "Flagged": "flagged",
    "IssueParentAssociation": "parent",
    "issuetype": "type",
    "Key": "key",
    "labels": "labels",
    "Parent": "parent",
    "parent": "parent",
    "Parent Issue": "parent",
    "Parent Link": "parent",
    "priority": "priority",
    "project": "project",
    "resolution": "resolution",
    "Sprint": "sprints",
    "status": "status",
    "Story Points": "points",
    "Story point estimate": "points",
    "summary": "title",
    "Team": "team",
}
OURS = frozenset(WORDS.values())
CUSTOM = "custom"  #: what a changelog calls the kind of a field that a site made
RANK = "rank"  #: changes with every drag on a board and says nothing (jira.md §1.4)
#: Fields whose sides are whole lists as one text: an empty side is an empty list, and never absent.
WHOLE_LISTS = frozenset({"labels", "sprints"})
#: Fields whose sides are not told as Jira tells them.
TRANSLATED = WHOLE_LISTS | {"parent", "assignees", "project", "points"}

_TEXTS = {str, type(None)}
_COMMA = re.compile(r"-?\d+,\d+")


class Vocabulary:
    """Our words for the fields that a site's changelog names."""

    def __init__(self, roles: Roles) -> None:
        self._ids = {
            "sprints": roles.sprint,
            "points": roles.all_points,
            "parent": roles.epic_link + roles.parent_link,
            "flagged": roles.flagged,
            "team": roles.team,
            RANK: roles.rank,
        }
        self._by_id = {identity: word for word, ids in self._ids.items() for identity in ids}
        self._id_of = {roles.names[identity]: identity for identity in self._by_id if identity in roles.names}
        self._by_name = {
            **{name: self._by_id[identity] for name, identity in self._id_of.items()},
            **WORDS,
            "Rank": RANK,
        }
        self._checkboxes = roles.checkboxes
        self._told: dict[tuple[str | None, str | None, str | None], str] = {}

    def word(self, item: wire.ChangeItem) -> str:
        """Our word, else Jira's."""
        if item.field_id in self._checkboxes and _raises_or_lowers_a_flag(item):
            return "flagged"
        named = item.field, item.field_id, item.fieldtype
        if named not in self._told:
            is_custom = item.fieldtype == CUSTOM or (item.field_id or "").startswith("customfield_")
            self._told[named] = self._word(item.field or "", item.field_id or "", is_custom=is_custom)
        return self._told[named]

    def _word(self, name: str, identity: str, *, is_custom: bool) -> str:
        word = self._by_id.get(identity) or self._by_name.get(identity) or self._by_name.get(name)
        if word and is_custom and self._is_another(identity, word):
            word = None
        if word is None and is_custom and name in OURS:
            return identity or f"{name} ({CUSTOM})"
        return word or name or identity

    def field_id(self, item: wire.ChangeItem) -> str | None:
        """The id of the field, which older changelogs leave out."""
        return item.field_id or self._id_of.get(item.field or "")

    def _is_another(self, identity: str, word: str) -> bool:
        """Whether this custom field only has the name of one that the site has (fivetran/dbt_jira PR #93), or of one
        that is Jira's own."""
        known = self._ids.get(word)
        return known is None or (bool(identity) and bool(known) and identity not in known)


class Changes:
    """Reads the histories of one issue after another."""

    def __init__(self, *, source: str, vocabulary: Vocabulary, accounts: Accounts) -> None:
        self._source = source
        self._vocabulary = vocabulary
        self._accounts = accounts

    def of(self, histories: Iterable[wire.History], *, item_ref: str, points: Sequence[str] = ()) -> tuple[Change, ...]:
        """Every change but those of rank, oldest first: by instant, then history, then place in it (jira.md §7.1).

        `points`: the id of the field that holds the item's points; else of those that may, the preferred first, of
        which the first that changed is meant. Another is told by its own name, so that nobody adds up both.
        """
        dated = {str(history.id): (instant(history.created), _number(history.id), history) for history in histories}
        in_order = sorted(dated.values(), key=itemgetter(0, 1))
        held = self._points_field([history for _, _, history in in_order], points)
        rows: list[Change] = []
        for at, _, history in in_order:
            rows += self._history(history, at=at, item_ref=item_ref, points=held)
        return tuple(rows)

    def _points_field(self, histories: Iterable[wire.History], preferred: Sequence[str]) -> str | None:
        if len(preferred) < 2:
            return next(iter(preferred), None)
        changed = {self._vocabulary.field_id(item) for history in histories for item in history.items or ()}
        return next((identity for identity in preferred if identity in changed), preferred[0])

    def _history(self, history: wire.History, *, at: datetime, item_ref: str, points: str | None) -> list[Change]:
        author, identity = self._accounts.ref(history.author), str(history.id)
        items = history.items or []
        rows: list[Change] = []
        for index, item in enumerate(items):
            word = self._vocabulary.word(item)
            if word == RANK:
                continue
            if word == "points" and points and self._vocabulary.field_id(item) != points:
                word = item.field or word
            from_id, from_text, to_id, to_text = self._sides(word, item, items)
            row = Change(
                item_ref=item_ref,
                id=identity,
                index=index,
                at=at,
                author=author,
                field=word,
                field_id=item.field_id,
                from_id=from_id,
                from_text=from_text,
                to_id=to_id,
                to_text=to_text,
            )
            rows.append(row)
        return rows

    def _sides(self, word: str, item: wire.ChangeItem, items: list[wire.ChangeItem]) -> Sides:
        """Id and text before, id and text after."""
        sides = before, before_text, after, after_text = _texts(item)
        if word not in TRANSLATED:
            return sides
        if word == "points":
            return before, _decimal(before_text), after, _decimal(after_text)
        if word == "parent":
            return self._issue_ref(before), before_text, self._issue_ref(after), after_text
        if word == "assignees":
            return self._accounts.ref_of(before), before_text, self._accounts.ref_of(after), after_text
        if word == "project":
            before_text, after_text = _keys(items) or (before_text, after_text)
            return before, before_text, after, after_text
        return before or "", before_text or "", after or "", after_text or ""

    def _issue_ref(self, identity: str | None) -> str | None:
        """The ref of a parent told by its id; one told by its key alone has the key in its text."""
        return str(ItemRef(self._source, "issue", identity)) if identity and identity.isdigit() else None


def _keys(items: list[wire.ChangeItem]) -> tuple[str, str] | None:
    """The keys of the projects between which an issue moved: the project's own change tells only their names."""
    for item in items:
        before, after = _text(item.from_string), _text(item.to_string)
        if item.field == "Key" and before and after:
            return before.rpartition("-")[0], after.rpartition("-")[0]
    return None


def _raises_or_lowers_a_flag(item: wire.ChangeItem) -> bool:
    return bool({_text(item.from_string), _text(item.to_string)} & OPTIONS)


def _decimal(text: str | None) -> str | None:
    """The number with a point, where a locale wrote a comma (fivetran/dbt_jira PR #175)."""
    return text.replace(",", ".") if text and _COMMA.fullmatch(text) else text


def _texts(item: wire.ChangeItem) -> Sides:
    """What its sides say, which are texts already but for those that plugins and imports have written."""
    told = item.from_, item.from_string, item.to, item.to_string
    if _TEXTS.issuperset(map(type, told)):
        return cast("Sides", told)
    before, before_text, after, after_text = map(_text, told)
    return before, before_text, after, after_text


def _text(side: wire.Said) -> str | None:
    return side if side is None or isinstance(side, str) else str(side)


def _number(identity: wire.Id) -> int:
    """The place of an id among others given at the same instant."""
    try:
        return int(identity)
    except ValueError:
        return 0
