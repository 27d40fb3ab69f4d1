"""What a page holds, read back from its HTML."""

import base64
import json
import zlib
from dataclasses import dataclass, field
from html.parser import HTMLParser


def unpacked(script: str) -> bytes:
    """The JSON that a page carries deflated."""
    return zlib.decompress(base64.b64decode(json.loads(script)["deflate"]))


VOID = {"meta", "br", "link", "img", "input", "hr", "path", "rect", "line", "circle"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    inside: tuple[str, ...]  #: tags of its ancestors, the outermost first
    text: str = ""  #: of all that is in it


@dataclass
class Page(HTMLParser):
    elements: list[Element] = field(default_factory=list)

    @classmethod
    def of(cls, html: str) -> "Page":
        page = cls()
        page.feed(html)
        page.close()
        assert page.open == [], "every element is closed"
        return page

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        inside = tuple(element.tag for element in self.open)
        element = Element(tag, {name: value or "" for name, value in attributes}, inside)
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        return [
            element
            for element in self.elements
            if element.tag == tag and all(element.attributes.get(name) == value for name, value in attributes.items())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        (element,) = self.all(tag, **attributes)
        return element
