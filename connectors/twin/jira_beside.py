"""What Jira tells apart from an issue's body: worklogs by feeds, comments in pages, links to pages outside, and the
development panel; and the edits that write them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from connectors.twin.jira_dates import epoch_ms, jira_time
from connectors.twin.jira_state import JiraSite
from connectors.twin.jira_wire import Call, Endpoint, Json, Refusal, page

FEED_PAGE, LIST_MOST = 1_000, 1_000
WITHHELD = timedelta(minutes=1)  # the feeds say nothing of the last minute (jira.md §1.5)
COMMENTS_PAGE = 100


def log_work(site: JiraSite, key: str, *, at: datetime, author: str, spent_s: int) -> str:
    """The id of the worklog. Its history names no worklog but the time that the issue has taken in all."""
    issue, user = site.issue(key), site.users[author]
    site.last_worklog_id += 1
    identity = str(site.last_worklog_id)
    site.worklogs[identity] = {
        "id": identity,
        "issueId": issue.id,
        "self": f"{site.url}/rest/api/2/issue/{issue.id}/worklog/{identity}",
        "author": user,
        "updateAuthor": user,
        "started": jira_time(at),
        "created": jira_time(at),
        "updated": jira_time(at),
        "timeSpent": f"{spent_s // 60}m",
        "timeSpentSeconds": spent_s,
    }
    before = issue.fields.get("timespent") or 0
    issue.fields["timespent"] = before + spent_s
    told = {"from": str(before) if before else None, "to": str(before + spent_s)}
    item = {"field": "timespent", "fieldtype": "jira", "fieldId": "timespent", **told}
    site.record(issue, [{**item, "fromString": told["from"], "toString": told["to"]}], at=at, author=author)
    return identity


def delete_worklog(site: JiraSite, identity: str, *, at: datetime) -> None:
    """Removes it; the issue itself says nothing of that (jira.md §3.6)."""
    del site.worklogs[identity]
    site.deleted_worklogs[identity] = epoch_ms(at)


def comment(site: JiraSite, key: str, *, at: datetime, author: str, text: str) -> None:
    """Adds a comment, which moves `updated` and writes no history."""
    issue, user = site.issue(key), site.users[author]
    site.last_comment_id += 1
    told = issue.fields.setdefault("comment", {"comments": []})["comments"]
    identity = str(site.last_comment_id)
    told.append(
        {
            "self": f"{site.url}/rest/api/2/issue/{issue.id}/comment/{identity}",
            "id": identity,
            "author": user,
            "updateAuthor": user,
            "body": text,
            "created": jira_time(at),
            "updated": jira_time(at),
        }
    )
    issue.fields["updated"] = jira_time(at)
    site.revision += 1


def link_page(
    site: JiraSite, key: str, *, at: datetime, author: str, url: str, title: str, relationship: str = "mentioned in"
) -> None:
    """Links the issue to a page outside, of which the history tells in a sentence."""
    issue = site.issue(key)
    site.last_remote_link_id += 1
    links = site.remote_links.setdefault(issue.id, [])
    identity = site.last_remote_link_id
    path = f"{site.url}/rest/api/2/issue/{issue.key}/remotelink/{identity}"
    links.append({"id": identity, "self": path, "relationship": relationship, "object": {"url": url, "title": title}})
    said = f'This issue links to "{title} (Web Link)"'
    item = {"field": "RemoteWorkItemLink", "fieldtype": "jira", "from": None, "fromString": None}
    site.record(issue, [{**item, "to": str(identity), "toString": said}], at=at, author=author)


def worklogs_updated(call: Call) -> Json:
    told = [(epoch_ms(datetime.fromisoformat(one["updated"])), one["id"]) for one in call.site.worklogs.values()]
    return _feed(call, told)


def worklogs_deleted(call: Call) -> Json:
    return _feed(call, [(at_ms, identity) for identity, at_ms in call.site.deleted_worklogs.items()])


def worklog_list(call: Call) -> list[Json]:
    """Those of the ids that are there; the others are left out."""
    ids = call.words("ids")
    if not 1 <= len(ids) <= LIST_MOST:
        raise Refusal(400, f"The number of worklog ids must be between 1 and {LIST_MOST}.")
    return [call.site.worklogs[identity] for identity in ids if identity in call.site.worklogs]


def comments(call: Call) -> Json:
    """A page of an issue's comments."""
    told = call.issue().fields.get("comment", {"comments": []})["comments"]
    found = page(call, told, cap=COMMENTS_PAGE)
    return {name: found[name] for name in ("startAt", "maxResults", "total")} | {"comments": found["values"]}


def remote_links(call: Call) -> list[Json]:
    return call.site.remote_links.get(call.issue().id, [])


def development(call: Call) -> Json:
    """What tools told of an issue, as Jira's own page asks for it."""
    return {"errors": [], "detail": call.site.panels.get(call.text("issueId"), [])}


def _feed(call: Call, told: Iterable[tuple[int, str]]) -> Json:
    """A page of ids since an instant, the oldest first, without the last minute."""
    since = call.number("since", 0)
    newest = epoch_ms(call.site.now() - WITHHELD)
    entries = sorted((at_ms, int(identity)) for at_ms, identity in told if since <= at_ms <= newest)
    shown = entries[:FEED_PAGE]
    until = shown[-1][0] if shown else since
    is_last = len(entries) <= FEED_PAGE
    body: Json = {
        "values": [{"worklogId": identity, "updatedTime": at_ms, "properties": []} for at_ms, identity in shown],
        "since": since,
        "until": until,
        "self": call.url,
        "lastPage": is_last,
    }
    return body if is_last else {**body, "nextPage": f"{call.url.partition('?')[0]}?since={until}"}


ROUTES: list[tuple[str, str, Endpoint]] = [
    ("GET", "/rest/api/{version}/worklog/updated", worklogs_updated),
    ("GET", "/rest/api/{version}/worklog/deleted", worklogs_deleted),
    ("POST", "/rest/api/{version}/worklog/list", worklog_list),
    ("GET", "/rest/api/{version}/issue/{issue}/comment", comments),
    ("GET", "/rest/api/{version}/issue/{issue}/remotelink", remote_links),
    ("GET", "/rest/dev-status/latest/issue/detail", development),
]
