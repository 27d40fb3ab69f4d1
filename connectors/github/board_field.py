"""Mirrors by a field of a planning project: a single select whose options are objectives, or a text."""

from collections.abc import Mapping, Sequence

import msgspec

from connectors.errors import Gone, Malformed, Refused, SourceError
from connectors.github import api
from connectors.github.reader import Reader
from connectors.github.wire import Home, PageInfo, Wire
from connectors.github.write_back import APART_S, UNSEEN
from connectors.records import ItemRef
from connectors.source import Writing, Written
from connectors.transport import Clock

HINT = "Write `field: PROJECT_ID/FIELD_ID`, of a text or single select field of a project that the token may write to."
WRITE_HINT = "Give the token, or the App, write access to the organisation's projects."

FIELD = """query field($field: ID!) { node(id: $field) {
  ... on ProjectV2SingleSelectField { name options { id name } }
  ... on ProjectV2Field { name dataType }
} }"""
ITEMS = """query mirrored($project: ID!, $first: Int!, $after: String, $name: String!) { node(id: $project) {
  ... on ProjectV2 { items(first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes {
    id isArchived
    content {
      ... on Issue { id number repository { nameWithOwner } }
      ... on PullRequest { id number repository { nameWithOwner } }
    }
    value: fieldValueByName(name: $name) {
      ... on ProjectV2ItemFieldSingleSelectValue { name }
      ... on ProjectV2ItemFieldTextValue { text }
    }
  } } }
} }"""
SET = """mutation mirror($project: ID!, $item: ID!, $field: ID!, $value: ProjectV2FieldValue!) {
  written: updateProjectV2ItemFieldValue(
    input: {projectId: $project, itemId: $item, fieldId: $field, value: $value}
  ) { projectV2Item { id } }
}"""
CLEAR = """mutation mirror($project: ID!, $item: ID!, $field: ID!) {
  written: clearProjectV2ItemFieldValue(
    input: {projectId: $project, itemId: $item, fieldId: $field}
  ) { projectV2Item { id } }
}"""


class Option(Wire):
    id: str
    name: str


class Field(Wire):
    """The field; without a name where it is of another type."""

    name: str = ""
    options: list[Option] | None = None
    data_type: str | None = None


class Found(Wire):
    node: Field | None = None


class Content(Wire):
    """What the project's item stands for; empty where that is a draft, or not to be seen."""

    id: str = ""
    number: int = 0
    repository: Home | None = None


class Value(Wire):
    name: str | None = None
    text: str | None = None


class Row(Wire):
    id: str
    is_archived: bool = False
    content: Content | None = None
    value: Value | None = None

    @property
    def shows(self) -> str | None:
        return (self.value.name or self.value.text or None) if self.value else None


class Rows(Wire):
    nodes: list[Row | None] | None = None
    page_info: PageInfo = msgspec.field(default_factory=PageInfo)


class Listed(Wire):
    items: Rows | None = None


class Page(Wire):
    node: Listed | None = None


class Answered(Wire):
    written: dict[str, object] | None = None


class BoardField:
    """Writes to the items that the project has; none is put into it, and what is archived stays as it is."""

    def __init__(self, reader: Reader, *, field: str, clock: Clock) -> None:
        """`field` is PROJECT_ID/FIELD_ID."""
        self._reader = reader
        self._project, _, self._field = field.partition("/")
        self._clock = clock

    async def plan(self, tags: Mapping[str, str | None]) -> list[Writing]:
        """What differs, in the order of the tags."""
        rows = await self._rows((await self._known()).name)
        held = {ref: rows[identity] for ref in tags if (identity := ItemRef.parse(ref).id) in rows}
        return [
            Writing(ref=ref, key=_key(held[ref]), remove=held[ref].shows, add=objective)
            for ref, objective in tags.items()
            if ref in held and held[ref].shows != objective
        ]

    async def write(self, writings: Sequence[Writing]) -> list[Written]:
        """How each went, in their order; one that fails stops no other."""
        field = await self._known()
        rows = await self._rows(field.name)
        return [await self._written(writing, field, rows.get(ItemRef.parse(writing.ref).id)) for writing in writings]

    async def _known(self) -> Field:
        graph = await self._reader.ask(FIELD, {"field": self._field}, Found, label="field")
        field = graph.data.node
        if field is None or not field.name or (field.options is None and field.data_type != "TEXT"):
            raise Refused(f"{self._field} is no field that an objective can be written to", hint=HINT)
        return field

    async def _rows(self, name: str) -> dict[str, Row]:
        """The project's items by the id of what they stand for."""
        rows: dict[str, Row] = {}
        cursor: str | None = None
        while True:
            page = await self._page(name, cursor)
            shown = [row for row in page.nodes or () if row and row.content and row.content.repository]
            rows |= {row.content.id: row for row in shown if row.content and not row.is_archived}
            if not page.page_info.has_next_page:
                return rows
            if page.page_info.end_cursor in (None, cursor):
                raise Malformed("GitHub's pages stand still")
            cursor = page.page_info.end_cursor

    async def _page(self, name: str, cursor: str | None) -> Rows:
        async def ask(size: int, shrinkable: bool) -> Rows:
            place = {"project": self._project, "after": cursor, "name": name, "first": size}
            graph = await self._reader.ask(ITEMS, place, Page, label="mirrored", shrinkable=shrinkable)
            if graph.data.node is None or graph.data.node.items is None:
                raise Refused(f"there is no project {self._project} that is to be seen", hint=HINT)
            return graph.data.node.items

        return await self._reader.sized("mirrored", ask, most=100)

    async def _written(self, writing: Writing, field: Field, row: Row | None) -> Written:
        if row is None:
            return Written(writing=writing, error=UNSEEN)
        if row.shows == writing.add:
            return Written(writing=writing)
        try:
            await self._set(row, _value(field, writing.add))
        except SourceError as error:
            return Written(writing=writing, error=error.in_full)
        return Written(writing=writing)

    async def _set(self, row: Row, value: Mapping[str, str] | None) -> None:
        await self._clock.sleep(APART_S)
        place: dict[str, object] = {"project": self._project, "item": row.id, "field": self._field}
        query, variables = (SET, {**place, "value": value}) if value else (CLEAR, place)
        try:
            graph = await self._reader.ask(query, variables, Answered, label="write", shrinkable=True)
        except Gone as error:  # without data: the whole of the mutation was refused
            raise Refused(str(error), hint=WRITE_HINT) from error
        if graph.data.written is None:
            why = "; ".join(api.causes(graph.hidden)) or "no reason given"
            raise Refused(f"GitHub refuses to be written to ({why})", hint=WRITE_HINT)


def _value(field: Field, objective: str | None) -> dict[str, str] | None:
    """What the mutation is given; None to clear the field."""
    if objective is None:
        return None
    if field.options is None:
        return {"text": objective}
    chosen = next((option for option in field.options if option.name == objective), None)
    if chosen is None:
        raise Refused(f"the field {field.name} has no option {objective}", hint="Add it in the project's settings.")
    return {"singleSelectOptionId": chosen.id}


def _key(row: Row) -> str:
    """acme/shop#7"""
    content = row.content or Content()
    return f"{content.repository.name_with_owner if content.repository else ''}#{content.number}"
