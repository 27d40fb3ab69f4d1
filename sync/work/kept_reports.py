"""Reports that lie in files: as JSON, or inside a page."""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from mappings.problems import Problem, Problems
from sync.report import json
from sync.report.diff.build import diff
from sync.report.diff.json import render as as_json
from sync.report.diff.model import Diff
from sync.report.diff.text import render as as_text
from sync.report.model import Report
from sync.values import why

FORMS: Mapping[str, Callable[[Diff], str]] = {"text": as_text, "json": as_json}
TWIN = re.compile(rb'<script type="application/json" id="report">(.*?)</script>', re.DOTALL)
HINT = "name one that `fingerpost report` wrote as JSON or as a page"


class _Packed(msgspec.Struct):
    """What a page carries: the report's JSON, deflated (RFC 1950) and in base64."""

    deflate: str


def difference(before: Path, after: Path) -> Diff:
    """What differs between the reports in these files. Raises `Problems` where one of them holds none."""
    return diff(read_report(before), read_report(after))


def read_report(path: Path) -> Report:
    """The report in this file, JSON or HTML. Raises `Problems` with the reason where there is none."""
    try:
        content = path.read_bytes()
        return json.read(_twin(content) or content)
    except OSError as error:
        raise _no_report(path, f"cannot be read: {why(error)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, binascii.Error, zlib.error) as error:
        raise _no_report(path, f"is no report: {error}") from None


def _twin(content: bytes) -> bytes | None:
    """The JSON inside a page; None where this is no page of a report."""
    found = TWIN.search(content)
    return zlib.decompress(base64.b64decode(msgspec.json.decode(found[1], type=_Packed).deflate)) if found else None


def _no_report(path: Path, message: str) -> Problems:
    return Problems([Problem(str(path), 0, 0, message, HINT)])
