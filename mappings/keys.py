"""Which items a text names: the grammar of keys, and what only looks like one (github.md §6)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

LinkClass: TypeAlias = Literal["closes", "implements", "mentions"]
Place: TypeAlias = Literal["closing_reference", "branch", "title", "body", "commit"]
Missing: TypeAlias = Literal["no_such_item", "unread_project"]

#: What is written like a key and names a standard, an algorithm, a format or a product.
STANDARDS = frozenset(
    {"AES", "ANSI", "ASCII", "COVID", "CVE", "CWE", "ECMA", "ES", "GHSA", "GPT", "HTTP", "IEEE", "ISBN", "ISO", "JDK"}
    | {"JEP", "MD", "PEP", "RFC", "RSA", "SHA", "SSL", "TLS", "UCS", "UTF"}
)
HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)"  # comments, where pull request templates put their examples
    r"|^[ \t]*(?:(?P<fence>```|~~~).*?(?:^[ \t]*(?P=fence)|\Z)"  # code
    r"|>[^\n]*)",  # what somebody else said
    re.DOTALL | re.MULTILINE,
)
HIDING = ("<!--", "```", "~~~", ">")
URL = re.compile(r"https?://[^\s<>()\[\]\"'`]+")
ISSUE_URL = re.compile(r"https?://[^/\s]+/(?P<repository>[\w.-]+/[\w.-]+)/issues/(?P<number>[1-9]\d*)/?(?:[?#]\S*)?$")
#: A tracker's key, or several as PAY-544/546. Not inside a longer word, number or version.
KEY = re.compile(
    r"[A-Z](?<![A-Za-z0-9_-].)(?P<rest>[A-Z0-9_]+)-(?P<numbers>[1-9]\d*(?:/[1-9]\d*)*)(?![A-Za-z0-9_-]|\.\d)"
)
NUMBER = re.compile(r"#(?P<number>[1-9]\d*)(?!\w)")  #: of a repository's issue; its name may stand before
REPOSITORY = re.compile(r"(?:^|[^\w/#.-])(?P<name>[\w.-]+/[\w.-]+)\Z")
LONGEST_REPOSITORY = 140  #: GitHub's names: 39 characters, a slash, 100
CLOSING = re.compile(r"(?<![\w-])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s{1,3}[\[(]?\Z", re.IGNORECASE)
LONGEST_CLOSING = 14
OWN_REPOSITORY = "GH"  #: GH-7 is #7 (docs.github.com, "Autolinked references and URLs")
LONGEST_BRANCH = 255  #: git's, as file systems have it
BRANCH_KEY = re.compile(r"(?<![A-Z0-9])(?P<project>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)-(?P<number>[1-9]\d*)(?=$|[-_/])")
#: What may stand before a title's first key, and between it and the next.
TITLE_HEAD = re.compile(r"(?:[\s,:;/&+\[\]()\"']|and|Revert|Reapply|WIP|Draft)*")


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
            if project := self._project_in(found["project"]):
                yield Naming(f"{project}-{found['number']}", "implements", self._missing(project))

    def in_title(self, title: str, *, repository: str) -> Iterator[Naming]:
        """The items that a title names. At its start or in brackets, a key of a project that is not read counts too."""
        visible, end, at_start = self._visible(title), 0, True
        for found in KEY.finditer(visible):
            at_start = at_start and TITLE_HEAD.fullmatch(visible, end, found.start()) is not None
            end = found.end()
            is_bracketed = visible[found.start() - 1 : found.start()] in {"[", "("}
            yield from self._at_key(found, "implements", repository=repository, is_meant=at_start or is_bracketed)

    def in_prose(self, text: str, *, repository: str) -> Iterator[Naming]:
        """The items that a description or a commit message names: closed where a closing word stands before the key."""
        spoken = HIDDEN.sub("\n", text) if any(sign in text for sign in HIDING) else text
        visible = self._visible(spoken)
        for found in KEY.finditer(visible):
            yield from self._at_key(found, _class_at(visible, found.start()), repository=repository, is_meant=False)
        for found in NUMBER.finditer(visible):
            named = REPOSITORY.search(visible[max(0, found.start() - LONGEST_REPOSITORY) : found.start()])
            start = found.start() - len(named["name"]) if named else found.start()
            if named or not visible[:start][-1:].isalnum():
                place, link_class = named["name"] if named else repository, _class_at(visible, start)
                # Of a repository whose issues are not read, a bare number is most likely a pull request's.
                is_meant = link_class == "closes" and place not in self.code_only
                yield self._of_repository(place, found["number"], link_class, is_meant=is_meant)

    def _at_key(
        self, found: re.Match[str], link_class: LinkClass, *, repository: str, is_meant: bool
    ) -> Iterator[Naming]:
        project, numbers = found[0][0] + found["rest"], found["numbers"].split("/")
        if self._is_project(project):
            yield from (Naming(f"{project}-{number}", link_class, self._missing(project)) for number in numbers)
        elif project == OWN_REPOSITORY:
            is_meant = is_meant or link_class == "closes"
            yield from (self._of_repository(repository, each, link_class, is_meant=is_meant) for each in numbers)
        elif is_meant and self._is_allowed(project):
            yield from (Naming(f"{project}-{number}", link_class, "unread_project") for number in numbers)

    def _of_repository(self, repository: str, number: str, link_class: LinkClass, *, is_meant: bool) -> Naming:
        missing: Missing = "no_such_item" if repository in self.repositories else "unread_project"
        return Naming(f"{repository}#{number}", link_class, missing if is_meant else None)

    def _project_in(self, words: str) -> str:
        """The longest end of `FIX_MY_PAY` that is a project; empty if none is."""
        while words and not self._is_project(words):
            words = words.partition("_")[2]
        return words

    def _is_project(self, name: str) -> bool:
        return self._is_allowed(name) and (name in self.read or name in self.former)

    def _is_allowed(self, name: str) -> bool:
        return name not in STANDARDS or name in self.accepted

    def _missing(self, project: str) -> Missing:
        return "no_such_item" if project in self.read else "unread_project"

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


def _class_at(text: str, start: int) -> LinkClass:
    """Closes where a closing word stands right before what begins at `start`."""
    return "closes" if CLOSING.search(text[max(0, start - LONGEST_CLOSING) : start]) else "mentions"
