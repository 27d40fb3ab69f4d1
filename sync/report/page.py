"""What every page has in common: where its templates are, and what they can say."""

import base64
import re
import zlib
from typing import Any

import msgspec
from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from sync.report import words


class _Compiled(BytecodeCache):
    """What templates compile to, kept in this process: compiling takes longer than filling in."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._held:
            bucket.bytecode_from_string(self._held[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._held[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def environment() -> Environment:
    """The templates of this package, with the words that need no document."""
    made = Environment(
        loader=PackageLoader("sync.report"),
        autoescape=True,
        undefined=StrictUndefined,
        bytecode_cache=_COMPILED,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["marks"] = words.MARKS
    made.filters |= {
        "capitalized": lambda text: text[:1].upper() + text[1:],
        "code": code,
        "count": words.count,
        "href": href,
        "kind": words.kind,
        "marked": lambda word: words.LIGHTS.get(word, word.replace("_", " ")),
        "records": words.records,
        "slug": slug,
        "short": lambda text, most: words.line(text, most=most),
        "standing": words.standing,
        "thousands": lambda number: f"{number:,}",
    }
    return made


def slug(identity: str) -> str:
    """An identity as the name of a place on the page."""
    return re.sub(r"[^\w.-]", "-", identity)


def href(url: str | None) -> str:
    """The address where it is one of the web, else nothing: a source may say `javascript:` too."""
    return url if url and re.match(r"https?://", url) else ""


def code(text: str) -> Markup:
    """What stands between backticks as code, and the rest as text."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def packed(document: Any) -> str:
    """The whole document as JSON that is deflated (RFC 1950) and in base64, in a JSON object that says so.

    Most of a page would be its twin otherwise.
    """
    told = zlib.compress(msgspec.json.encode(document, order="deterministic"), level=9)
    return msgspec.json.encode({"deflate": base64.b64encode(told).decode()}).decode()


def twin(document: Any) -> str:
    """The whole document as JSON that no markup in it can end (HTML, script data state)."""
    text = msgspec.json.encode(document, order="deterministic").decode()
    return re.sub("[<>&\u2028\u2029]", lambda sign: f"\\u{ord(sign.group()):04x}", text)
