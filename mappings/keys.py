"""Which items a text names: the grammar of keys, and what only looks like one (github.md §6)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

LinkClass: TypeAlias = Literal["closes", "implements", "mentions"]
Place: TypeAlias = Literal[
    "closing_reference",  # stated by the source of the pull request, as the two that follow
    "closing_event",
    "cross_reference",
    "development_panel",  # stated by the source of the work item, as the one that follows
    "remote_link",
    "branch",
    "title",
    "body",
    "commit",
    "trailer",  # of the body, or of a commit's message
]
Missing: TypeAlias = Literal["no_such_item", "unread_project"]
NO_SUCH: Missing = "no_such_item"
UNREAD: Missing = "unread_project"

#: What is written like a key and names a standard, an algorithm, a format or a product.
STANDARDS = frozenset(
    {"AES", "ANSI", "ASCII", "COVID", "CVE", "CWE", "ECMA", "ES", "GHSA", "GPT", "HTTP", "IEEE", "ISBN", "ISO", "JDK"}
    | {"JEP", "MD", "PEP", "RFC", "RSA", "SHA", "SSL", "TLS", "UCS", "UTF"}
)
#: What is written like a key and means a number in whatever tracker; a project of such a name counts if it is read.
PLACEHOLDERS = frozenset({"BUG", "ISSUE", "PR", "TASK", "TICKET"})
HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)"  # comments, where pull request templates put their examples
    r"|^[ \t]*(?:(?P<fence>```|~~~).*?(?:^[ \t]*(?P=fence)|\Z)"  # code
    r"|>[^\n]*)",  # what somebody else said
    re.DOTALL | re.MULTILINE,
)
HIDING = ("<!--", "```", "~~~", ">")
#: Less the punctuation that it ends with (github.github.com/gfm, "Extended autolink path validation").
URL = re.compile(r"https?://[^\s<>()\[\]\"'`]*[^\s<>()\[\]\"'`?!.,:;*_~]")
ISSUE_URL = re.compile(r"https?://[^/\s]+/(?P<repository>[\w.-]+/[\w.-]+)/issues/(?P<number>[1-9]\d*)/?(?:[?#]\S*)?$")
#: A tracker's key, or several as PAY-544/546. Not inside a longer word, number or version.
KEY = re.compile(
    r"(?P<project>[A-Z](?<![A-Za-z0-9_-].)[A-Z0-9_]+)-(?P<numbers>[1-9]\d*(?:/[1-9]\d*)*)(?![A-Za-z0-9_-]|\.\d)"
)
NUMBER = re.compile(r"#(?P<number>[1-9]\d*)(?!\w)")  #: of a repository's issue; its name may stand before
REPOSITORY = re.compile(r"(?:^|[^\w/#.-])(?P<name>[\w.-]+/[\w.-]+)\Z")
LONGEST_REPOSITORY = 140  #: GitHub's names: 39 characters, a slash, 100
CLOSING = re.compile(r"(?<![\w-])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s{1,3}[\[(<]?\Z", re.IGNORECASE)
LONGEST_CLOSING = 14
OWN_REPOSITORY = "GH"  #: GH-7 is #7 (docs.github.com, "Autolinked references and URLs")
LONGEST_BRANCH = 255  #: git's, as file systems have it
BRANCH_KEY = re.compile(r"(?<![A-Z0-9])(?P<project>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)-(?P<number>[1-9]\d*)(?=$|[-_/])")
#: What may stand before a key at the start of a title.
TITLE_HEAD = re.compile(r"(?:[\s,:;/&+\[\]()\"']|and|Revert|Reapply|WIP|Draft|[A-Z][A-Z0-9_]+-[1-9][\d/]*)*")


class Naming(NamedTuple):
    """A text names an item. `missing` is what it means if there is no such item: None where it then means nothing."""

    key: str
    link_class: LinkClass
    missing: Missing | None


@dataclass(frozen=True, kw_only=True)
class Grammar:
    """What is needed to tell a key from what only looks like one."""

    read: frozenset[str] = frozenset()  #: keys of the projects whose items are read
    former: frozenset[str] = frozenset()  #: projects that items moved away from
    accepted: frozenset[str] = frozenset()  #: projects meant although a standard has the name
    repositories: frozenset[str] = frozenset()  #: whose issues are read, owner/name
    code_only: frozenset[str] = frozenset()  #: of which only the pull requests are read
    browse: tuple[str, ...] = ()  #: what an item's address on the tracker begins with, up to its key

    def in_branch(self, name: str) -> Iterator[Naming]:
        """The items that a branch is for. Case does not count in it, so only projects that are read do."""
        for found in BRANCH_KEY.finditer(name[:LONGEST_BRANCH].upper()):
            project = self._project_in(found["project"])
            if project:
                yield Naming(f"{project}-{found['number']}", "implements", self._projects[project])

    def in_title(self, title: str, *, repository: str) -> Iterator[Naming]:
        """The items that a title names. At its start or in brackets, a key of a project that is not read counts too."""
        visible = self._visible(title)
        head = TITLE_HEAD.match(visible)
        for found in KEY.finditer(visible):
            if self._is_allowed(found["project"]):
                leads = head is not None and found.end() <= head.end()
                leads = leads or visible[found.start() - 1 : found.start()] in {"[", "("}
                yield from self._at_key(found, "implements", repository, is_meant=leads)

    def in_prose(self, text: str, *, repository: str) -> Iterator[Naming]:
        """The items that a description or a commit message names: closed where a closing word stands before the key."""
        visible = self._visible(spoken(text))
        for found in KEY.finditer(visible):
            if self._is_allowed(found["project"]):
                link_class = _class_at(visible, found.start())
                yield from self._at_key(found, link_class, repository, is_meant=link_class == "closes")
        for found in NUMBER.finditer(visible):
            yield from self._at_number(found, repository)

    def in_trailer(self, value: str, link_class: LinkClass, *, repository: str) -> Iterator[Naming]:
        """The items that a trailer names, in the way that it says; a key of a project that is not read counts too."""
        visible, is_meant = self._visible(value), link_class != "mentions"
        for found in KEY.finditer(visible):
            if self._is_allowed(found["project"]):
                yield from self._at_key(found, link_class, repository, is_meant=is_meant)
        for found in NUMBER.finditer(visible):
            yield from self._at_number(found, repository, link_class)

    def _at_key(self, found: re.Match[str], link_class: LinkClass, repository: str, *, is_meant: bool) -> list[Naming]:
        """The items at this key. `is_meant` says that it is one, whatever project it is of."""
        project, numbers = found["project"], found["numbers"].split("/")
        missing = self._projects.get(project)
        if missing:
            return [Naming(f"{project}-{number}", link_class, missing) for number in numbers]
        if project == OWN_REPOSITORY:
            return [self._of_repository(repository, number, link_class, is_meant=is_meant) for number in numbers]
        if is_meant and project not in PLACEHOLDERS:
            return [Naming(f"{project}-{number}", link_class, UNREAD) for number in numbers]
        return []

    def _at_number(self, found: re.Match[str], repository: str, link_class: LinkClass | None = None) -> list[Naming]:
        """The item of this number. Without a class, what stands before it tells."""
        text, end = found.string, found.start()
        named = REPOSITORY.search(text[max(0, end - LONGEST_REPOSITORY) : end])
        before = text[end - 1 : end]
        if named is None and (before.isalnum() or before in {"_", "&"}):  # issue#7, &#35;
            return []
        name, start = (named["name"], end - len(named["name"])) if named else (repository, end)
        link_class = link_class or _class_at(text, start)
        # Of a repository whose issues are not read, a bare number is most likely a pull request's.
        is_meant = link_class == "closes" and name not in self.code_only
        return [self._of_repository(name, found["number"], link_class, is_meant=is_meant)]

    def _of_repository(self, repository: str, number: str, link_class: LinkClass, *, is_meant: bool) -> Naming:
        missing: Missing = NO_SUCH if repository in self.repositories | self.code_only else UNREAD
        return Naming(f"{repository}#{number}", link_class, missing if is_meant else None)

    def _project_in(self, words: str) -> str:
        """The longest end of `FIX_MY_PAY` that is a project; empty if none is."""
        while words and words not in self._projects:
            words = words.partition("_")[2]
        return words

    @cached_property
    def _projects(self) -> dict[str, Missing]:
        """Each project whose keys count anywhere, and what a key of it means if there is no such item."""
        known = dict.fromkeys(self.former, UNREAD) | dict.fromkeys(self.read, NO_SUCH)
        return {project: missing for project, missing in known.items() if self._is_allowed(project)}

    def _is_allowed(self, project: str) -> bool:
        return project not in STANDARDS or project in self.accepted

    def _visible(self, text: str) -> str:
        """The text with addresses of items replaced by their keys, and all other addresses taken out."""
        return URL.sub(lambda found: self._key_at(found[0]), text) if "://" in text else text

    def _key_at(self, url: str) -> str:
        for start in self.browse:
            if url.startswith(start):
                return re.split(r"[?#/]", url.removeprefix(start))[0].rstrip(".,;:")
        if issue := ISSUE_URL.match(url):
            return f"{issue['repository']}#{issue['number']}"
        return " "


def spoken(text: str) -> str:
    """What a text says itself, without its comments, its code, and what it quotes."""
    return HIDDEN.sub("\n", text) if any(sign in text for sign in HIDING) else text


def _class_at(text: str, start: int) -> LinkClass:
    """Closes where a closing word stands right before what begins at `start`."""
    return "closes" if CLOSING.search(text[max(0, start - LONGEST_CLOSING) : start]) else "mentions"
