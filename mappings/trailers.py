"""The trailers of a message: lines such as `Refs: PAY-12` that end it (git-interpret-trailers)."""

import re
from collections.abc import Iterator

from mappings.keys import LinkClass

#: What a trailer says of the items that it names; those of other words name none.
WORDS: dict[str, LinkClass] = {
    **dict.fromkeys(
        ("close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved"), "closes"
    ),
    **dict.fromkeys(("implements", "part-of", "ref", "refs", "references"), "implements"),
    **dict.fromkeys(("bug", "issue", "issues", "jira", "story", "task", "ticket", "work-item"), "implements"),
    **dict.fromkeys(("related", "related-to", "relates-to", "see", "see-also"), "mentions"),
}
#: What a text with such a trailer has somewhere, as RE2 reads it.
SIGN = rf"(?im)^({'|'.join(sorted(WORDS))})(:| #)"
TRAILER = re.compile(r"(?P<word>[A-Za-z][A-Za-z-]{0,30})(?::[ \t]*|[ \t](?=#))(?P<value>\S.*)")
PARAGRAPHS = re.compile(r"\n[ \t]*\n")
BETWEEN = re.compile(r"[\s,;&]+")
REFERENCE = re.compile(r"https?://\S+|[\w./-]{0,140}#\d+|[A-Z][A-Z0-9_]+-\d[\d/]*|and|")


def trailers(text: str) -> Iterator[tuple[LinkClass, str]]:
    """What the paragraphs that end a text say of items, trailer by trailer; those of trailers alone are looked at.

    A line that begins with a blank goes on with the one before it. Where a value holds more than references, it speaks
    of something else: `Fixes: 54a4f02 ("Basket for PAY-3")`.
    """
    for paragraph in reversed(PARAGRAPHS.split(text.replace("\r\n", "\n").strip())):
        lines = re.sub(r"\n[ \t]+", " ", paragraph).split("\n")
        found = [line for line in map(TRAILER.fullmatch, lines) if line]
        if len(found) < len(lines) and paragraph.strip("-"):  # GitHub sets co-authors off with a rule of hyphens
            return
        yield from (
            (WORDS[word], each["value"])
            for each in found
            if (word := each["word"].lower()) in WORDS and all(map(REFERENCE.fullmatch, BETWEEN.split(each["value"])))
        )
