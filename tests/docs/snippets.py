"""What the documents show: every fenced block, where it stands and what it is."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md")))
FENCED = re.compile(r"^```(\w*)(?: title=\"(.+?)\")?\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


class Snippet(NamedTuple):
    page: str
    line: int
    language: str
    title: str  #: the file that it is, or is a part of
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def lines(self) -> list[str]:
        """What is typed, without what is said behind it."""
        return [line.partition(" #")[0].strip() for line in self.text.splitlines() if line.strip()]


def snippets(*languages: str) -> list[Snippet]:
    """All of these languages, in the order of the pages."""
    return [each for page in PAGES for each in _on(page) if each.language in languages]


def _on(page: Path) -> Iterator[Snippet]:
    text = page.read_text(encoding="utf-8")
    for found in FENCED.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Snippet(str(page.relative_to(ROOT)), line, found[1], found[2] or "", found[3])
