"""Where a page of the report stands: by itself in a file, or among others that it can lead to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sync.report import page


def _nowhere(_: str) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What surrounds the page, and where its items and findings lead."""

    links: Sequence[tuple[str, str]] = ()  #: address and words of the pages beside it
    forms: Sequence[tuple[str, str]] = ()  #: of the same report in other forms
    style: str = ""  #: beside that of the report
    item: Callable[[str, str | None], str] = lambda _, url: page.href(url)  #: by key and address at its source
    finding: Callable[[str], str] = _nowhere  #: by id


FILE = Frame()
