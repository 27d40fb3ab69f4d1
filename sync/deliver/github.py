"""GitHub: an issue for each period, and the summary of a job of GitHub Actions.

# docs.github.com: REST API endpoints for issues; workflow commands, adding a job summary
"""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from connectors.errors import Gone, Refused
from connectors.transport import Clock
from sync.channels import GitHubIssueConfig, JobSummaryConfig
from sync.deliver import http
from sync.deliver.channel import Channel, Post
from sync.deliver.message import Message
from sync.report import markdown

MOST_SUMMARY = 1_000_000  #: bytes are 1,048,576 at most; a sign may take four
ACCEPT = "application/vnd.github+json"


class Issue(Struct):
    number: int


class GitHubIssue(Channel):
    def __init__(self, name: str, config: GitHubIssueConfig, *, clock: Clock) -> None:
        super().__init__(name, config)
        self._said = config
        headers = {**http.bearer(config.secret), "Accept": ACCEPT, "X-GitHub-Api-Version": "2022-11-28"}
        self._transport = http.transport(name, clock=clock, headers=headers)

    def posts(self, message: Message) -> Iterator[Post]:
        """The whole report, as far as a body has room; teams have no part of their own."""
        if message.team is None:
            body = _body(message, most=markdown.MOST)
            content = {"title": message.title, "body": body}
            yield Post(reader=f"github:{self._said.repository}", subject=message.subject, text=body, content=content)

    async def send(self, post: Post, *, remote: str, under: str) -> str:  # noqa: ARG002 - an issue stands alone
        issues = f"{self._said.url}/repos/{self._said.repository}/issues"
        if remote:
            try:
                return await self._number("PATCH", f"{issues}/{remote}", post.content)
            except Gone:
                pass  # somebody deleted it
        return await self._number("POST", issues, {**post.content, "labels": list(self._said.labels)})

    async def close(self) -> None:
        await self._transport.close()

    async def _number(self, method: str, url: str, content: dict[str, object]) -> str:
        request = http.asked(method, url, json=content)
        issue = await self._transport.send(request, lambda answer: http.accepted(answer).decode(Issue))
        return str(issue.number)


class JobSummary(Channel):
    """A part of the file for each subject; others may write to it before and after."""

    def __init__(self, name: str, config: JobSummaryConfig) -> None:
        super().__init__(name, config)
        self._file = config.file

    def posts(self, message: Message) -> Iterator[Post]:
        if message.team is None and self._file is not None:
            body = _body(message, most=MOST_SUMMARY // 4)
            yield Post(reader=f"job_summary:{self._file}", subject=message.subject, text=body, content=body)

    async def send(self, post: Post, *, remote: str, under: str) -> str:  # noqa: ARG002 - the file is all there is
        file = Path(post.reader.partition(":")[2])
        try:
            held = file.read_text(encoding="utf-8") if file.exists() else ""
            file.write_text(_with(held, post), encoding="utf-8")
        except OSError as error:
            raise Refused(f"{file} cannot be written: {error.strerror}") from error
        return str(file)


def _with(held: str, post: Post) -> str:
    """The file's text with this post in place of the one about the same."""
    begin, end = f"<!-- fingerpost {post.subject} -->\n", f"\n<!-- /fingerpost {post.subject} -->\n"
    before, _, rest = held.partition(begin)
    return f"{before}{begin}{post.text}{end}{rest.partition(end)[2]}"


def _body(message: Message, *, most: int) -> str:
    if message.report is None:
        return "\n\n".join(map(markdown.line, message.lines)) + "\n"
    return markdown.body(message.report, most=most, elsewhere=message.whole)
