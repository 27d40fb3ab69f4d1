"""Jira's wiki text, as Data Center and webhooks write it, without its marks.

Only marks that are plainly marks go: what a link leads to stays, since it is evidence, and so does everything between
`{code}` or `{noformat}`, word for word.
"""

import re
from collections.abc import Iterator

#: The beginning of a block whose content is no wiki text; `{code}` or `{noformat}` ends it.
_VERBATIM = re.compile(r"\{(code|noformat)(?::[^{}\n]{0,200})?\}")
_TITLED = re.compile(
    r"\{(?:panel|expand)(?::(?:[^{}\n]{0,200}\|)?title=([^{}|\n]{0,200})[^{}\n]{0,200}|:[^{}\n]{0,200})?\}"
)
_BRACED = re.compile(r"\{(?:quote|color(?::[^{}\n]{0,50})?|anchor:[^{}\n]{0,100}|section|column|div|csv)\}")
_HEADING = re.compile(r"^[ \t]{0,9}h[1-6]\.[ \t]{1,9}", re.MULTILINE)
_QUOTED = re.compile(r"^bq\.[ \t]{1,9}", re.MULTILINE)
_RULE = re.compile(r"^-{4,9}[ \t]{0,9}$", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]{0,9}(?:[*#]{1,9}|-)[ \t]{1,9}", re.MULTILINE)
_TABLE_ROW = re.compile(r"^[ \t]{0,9}\|.*\|[ \t]{0,9}$", re.MULTILINE)
_MENTION = re.compile(r"\[~(?:accountid:)?([^\[\]\n]{1,200})\]")
_NAMED_LINK = re.compile(r"\[([^\[\]|\n]{1,500})\|([^\[\]|\s]{1,2000})(?:\|[^\[\]\n]{0,200})?\]")
_BARE_LINK = re.compile(r"\[((?:https?|ftp|mailto|file):[^\[\]|\s]{1,2000})\]")
_IMAGE = re.compile(r"!([^!|\s]{1,200}\.\w{1,9})(?:\|[^!\n]{0,200})?!")
#: A mark stands at the edge of a word, and has no space inside it: 2 * 3 and snake_case are no marks.
_STRESS = re.compile(r"(?<![\w*_+\\])([*_+]|\?\?)(?=\S)([^\n]{1,200}?)(?<=\S)\1(?![\w*_+])")
_CODE = re.compile(r"\{\{([^\n]{1,200}?)\}\}")
_ESCAPE = re.compile(r"\\([{}\[\]*_!|+\-])")


def flat(text: str) -> str:
    """The text that a reader sees."""
    return "".join(_parts(text)).strip("\n")


def _parts(text: str) -> Iterator[str]:
    """The text, block after block; a block that never ends is none."""
    start = 0
    while block := _next_block(text, start):
        opened, inside, ended = block
        yield _seen(text[start:opened])
        yield inside.strip("\n")
        start = ended
    yield _seen(text[start:])


def _next_block(text: str, start: int) -> tuple[int, str, int] | None:
    """Where the next block of verbatim text begins, what is in it, and where it ends."""
    ends: dict[str, int] = {}
    for opener in _VERBATIM.finditer(text, start):
        mark = f"{{{opener[1]}}}"
        if ends.get(mark) != -1:
            ends[mark] = text.find(mark, opener.end())
        if ends[mark] >= 0:
            return opener.start(), text[opener.end() : ends[mark]], ends[mark] + len(mark)
    return None


def _seen(text: str) -> str:
    text = _TITLED.sub(lambda block: f"{block[1]}\n" if block[1] else "", text)
    text = _BRACED.sub("", text)
    for mark in (_HEADING, _QUOTED, _RULE, _BULLET):
        text = mark.sub("", text)
    text = _MENTION.sub(r"@\1", text)
    text = _NAMED_LINK.sub(_led, text)
    text = _BARE_LINK.sub(r"\1", text)
    text = _IMAGE.sub(r"\1", text)
    text = _TABLE_ROW.sub(lambda row: "\t".join(cell.strip() for cell in row[0].split("|") if cell.strip()), text)
    text = _CODE.sub(r"\1", text)
    text = _STRESS.sub(r"\2", text)
    return _ESCAPE.sub(r"\1", text)


def _led(link: re.Match[str]) -> str:
    """A link's words and where it leads, unless the words are the address."""
    return link[2] if link[1] == link[2] else f"{link[1]} ({link[2]})"
