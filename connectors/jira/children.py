"""What belongs to an issue, from its body or read besides: links, links to pages outside, comments."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import UNSET, Raw, UnsetType

from connectors.errors import Malformed
from connectors.jira import wire, wire_beside
from connectors.jira.accounts import Accounts
from connectors.jira.dates import instant
from connectors.jira.document import decode
from connectors.jira.values import said
from connectors.records import ChildSet, Comment, ItemRef, RemoteLink, StatedLink, WorkItem

#: What a link type says of itself, in English as Jira ships it, → our words.
LINKS: Mapping[str, str] = {
    "blocks": "blocks",
    "is blocked by": "blocked_by",
    "duplicates": "duplicates",
    "is duplicated by": "duplicated_by",
    "relates to": "relates",
    "is related to": "relates",
    "clones": "clones",
    "is a clone of": "clones",
    "is cloned by": "cloned_by",
}


def stated_links(
    links: list[wire.Link] | UnsetType | None, pull_requests: Sequence[str] | None, *, item: WorkItem, source: str
) -> Iterator[ChildSet]:
    """The links, none too; no set where the site does not have the field at all.

    `pull_requests` are those of the development panel; None where it could not be read: the set is incomplete then.
    """
    if links is UNSET and not pull_requests:
        return
    rows = [row for place, link in enumerate(links or ()) for row in _link(link, place, item.ref, source)]
    panel = [
        StatedLink(item_ref=item.ref, id=url, kind="development", to_ref=None, to_key=url)
        for url in dict.fromkeys(pull_requests or ())
    ]
    complete = links is not UNSET and pull_requests is not None
    yield ChildSet(
        item_ref=item.ref,
        kind="stated_links",
        version_at=item.updated_at,
        complete=complete,
        rows=(*rows, *panel),
    )


def _link(link: wire.Link, place: int, item_ref: str, source: str) -> Iterator[StatedLink]:
    kind = link.type or wire.LinkType()
    for word, other in ((kind.outward or "", link.outward_issue), (kind.inward or "", link.inward_issue)):
        if other is None:
            continue
        named = other.key or other.id
        yield StatedLink(
            item_ref=item_ref,
            # A link to an issue of another site has none.
            id=f"{word} {named if named is not None else place}" if link.id is None else str(link.id),
            kind=LINKS.get(word.casefold(), word),
            to_ref=None if other.id is None else str(ItemRef(source, "issue", str(other.id))),
            to_key=other.key,
        )


def remote_links(links: Sequence[Raw] | None, *, item: WorkItem) -> Iterator[ChildSet]:
    """The links to pages outside, where they were read; what has no address is none."""
    if links is None:
        return
    rows = [_remote_link(decode(raw, wire_beside.RemoteLink), item.ref) for raw in links]
    yield ChildSet(
        item_ref=item.ref,
        kind="remote_links",
        version_at=item.updated_at,
        complete=True,
        rows=tuple(row for row in rows if row.url),
    )


def _remote_link(link: wire_beside.RemoteLink, item_ref: str) -> RemoteLink:
    page = link.object or wire_beside.RemoteObject()
    url = page.url or ""
    return RemoteLink(
        item_ref=item_ref, id=str(link.id), url=url, title=said(page.title) or url, kind=said(link.relationship)
    )


def comments(inline: Raw, read: Sequence[Raw] | None, *, item: WorkItem, accounts: Accounts) -> Iterator[ChildSet]:
    """The comments: those read besides, else those in the issue, complete where as many came as Jira says there are."""
    told = inline_comments(inline)
    if told is None and read is None:
        return
    found = read if read is not None else (told.comments if told else ())
    total = None if read is not None or told is None else told.total
    yield ChildSet(
        item_ref=item.ref,
        kind="comments",
        version_at=item.updated_at,
        complete=total is None or len(found) >= total,
        rows=tuple(_comment(decode(raw, wire.Comment), item.ref, accounts) for raw in found),
    )


def inline_comments(raw: Raw) -> wire.Comments | None:
    """The comments in an issue's own body; None where it has none, or tells them in another form."""
    if raw == wire.NULL:
        return None
    try:
        return decode(raw, wire.Comments)
    except Malformed:
        return None


def _comment(comment: wire.Comment, item_ref: str, accounts: Accounts) -> Comment:
    return Comment(
        item_ref=item_ref,
        id=str(comment.id),
        author=accounts.ref(comment.author),
        created_at=instant(comment.created),
        updated_at=instant(comment.updated) if comment.updated else None,
    )
