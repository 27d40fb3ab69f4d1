"""Planning projects (Projects v2) as GitHub tells them: boards, their fields, and items with the values of those."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec import Raw

from connectors.errors import Malformed
from connectors.github.accounts import Accounts
from connectors.github.parse import decode, text
from connectors.github.wire import Connection, Instant, Wire
from connectors.records import Board, BoardColumn, BoardItem, ChildSet, Field, ItemRef

BOARD = "id title url closed"
OPTIONS = "... on ProjectV2SingleSelectField { options { id name } }"
FIELD = f"... on ProjectV2FieldCommon {{ id name dataType }} {OPTIONS}"
_OF = "field { ... on ProjectV2FieldCommon { id name } }"
VALUE = (
    f"... on ProjectV2ItemFieldTextValue {{ text {_OF} }} ... on ProjectV2ItemFieldNumberValue {{ number {_OF} }} "
    f"... on ProjectV2ItemFieldDateValue {{ date {_OF} }} "
    f"... on ProjectV2ItemFieldSingleSelectValue {{ name optionId {_OF} }} "
    f"... on ProjectV2ItemFieldIterationValue {{ title iterationId {_OF} }}"
)
#: A project has 50 fields at most, and some that every item has.
ITEM = (
    "id isArchived updatedAt project { id } content { __typename ... on Issue { id } ... on PullRequest { id } "
    f"... on DraftIssue {{ title }} }} fieldValues(first: 100) {{ pageInfo {{ hasNextPage }} nodes {{ {VALUE} }} }}"
)
KINDS = {"Issue": "issue", "PullRequest": "pull_request"}
STATUS = "status"  # GitHub makes this field with every project, and its timeline tells of no other


class Identified(Wire):
    id: str


class _Board(Wire):
    id: str
    title: str = ""
    url: str | None = None
    closed: bool = False


class _Option(Wire):
    id: str
    name: str


class _Field(Wire):
    id: str
    name: str
    data_type: str = ""
    options: list[_Option] | None = None


class _Content(Wire):
    """What the item stands for; of what is not to be seen, nothing is told."""

    typename: str = msgspec.field(name="__typename", default="")
    id: str = ""
    title: str = ""


class _ValueField(Wire):
    """Empty where the field is of a kind that holds no value of its own, such as the labels of the issue."""

    id: str = ""
    name: str = ""


class Value(Wire):
    """What an item has in one field; empty where the field is one of the issue's own."""

    field: _ValueField | None = None
    text: str | None = None
    number: float | None = None
    date: str | None = None
    name: str | None = None
    option_id: str | None = None
    title: str | None = None
    iteration_id: str | None = None

    @property
    def told(self) -> str | float | None:
        return next(
            (one for one in (self.name, self.title, self.text, self.date, self.number) if one is not None), None
        )


class Item(Wire):
    id: str
    updated_at: Instant
    project: Identified
    is_archived: bool = False
    content: _Content | None = None
    field_values: Connection[Value] | None = None

    @property
    def values(self) -> list[Value]:
        return self.field_values.rows if self.field_values else []

    @property
    def longer(self) -> bool:
        """It has more values than came with it."""
        return bool(self.field_values and self.field_values.longer)


def board(raw: Raw, accounts: Accounts) -> Board:
    """The board; `Malformed` where it is something else, as everywhere below."""
    found = decode(raw, _Board)
    return Board(
        ref=str(ItemRef(accounts.source, "board", found.id)),
        source=accounts.source,
        id=found.id,
        name=text(found.title),
        kind="project",
        project=None,
        url=found.url,
        estimated_by=None,
        closed=found.closed,
    )


def field(raw: Raw, accounts: Accounts) -> Field:
    """One field of a board; names repeat among boards, ids do not."""
    found = decode(raw, _Field)
    return Field(
        ref=str(ItemRef(accounts.source, "field", found.id)),
        source=accounts.source,
        id=found.id,
        name=text(found.name),
        type=found.data_type,
    )


def columns(fields: Iterable[Raw], *, board_ref: str, at: datetime) -> ChildSet:
    """The options of the status field; none where the board has no such field, or a field that makes no sense."""
    options = next((found.options for raw in fields if (found := _status_field(raw))), None) or []
    rows = [
        BoardColumn(item_ref=board_ref, id=option.id, index=index, name=text(option.name), status_ids=())
        for index, option in enumerate(options)
    ]
    return ChildSet(item_ref=board_ref, kind="board_columns", version_at=at, complete=True, rows=tuple(rows))


def item(raw: Raw, _: Accounts) -> Item:
    """The item as it came; its values may be more than came with it."""
    return decode(raw, Item)


def value(raw: Raw, _: Accounts) -> Value:
    return decode(raw, Value)


def board_item(found: Item, values: Sequence[Value], source: str) -> BoardItem:
    """The item with these values. What it stands for is None where that is a draft, or is not to be seen."""
    content = found.content or _Content()
    kind = KINDS.get(content.typename) if content.id else None
    return BoardItem(
        ref=str(ItemRef(source, "board_item", found.id)),
        source=source,
        board=str(ItemRef(source, "board", found.project.id)),
        item_ref=str(ItemRef(source, kind, content.id)) if kind else None,
        title=text(content.title) if content.typename == "DraftIssue" else None,
        archived=found.is_archived,
        status=next((text(one.name) for one in values if _is_status(one)), None),
        values=msgspec.json.encode(dict(_written(values)), order="sorted").decode(),
        updated_at=found.updated_at,
    )


def _written(values: Sequence[Value]) -> Iterator[tuple[str, dict[str, object]]]:
    """Each value by its field's id: options and iterations get renamed, so their ids stay beside (github.md §1a)."""
    for one in values:
        if one.field and one.field.id and one.told is not None:
            told = text(one.told) if isinstance(one.told, str) else one.told
            chosen = one.option_id or one.iteration_id
            yield one.field.id, {"name": one.field.name, "value": told, **({"option": chosen} if chosen else {})}


def _is_status(one: Value) -> bool:
    return bool(one.option_id and one.field and one.field.name.lower() == STATUS)


def _status_field(raw: Raw) -> _Field | None:
    try:
        found = decode(raw, _Field)
    except Malformed:
        return None  # told as a gap where it is read as a field
    return found if found.options is not None and found.name.lower() == STATUS else None
