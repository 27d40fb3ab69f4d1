"""Delivery into a folder: one file a form, named after the period and the instant it was made for."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mappings.problems import Problem, Problems
from sync.report.model import Report


def deliver(report: Report, forms: Mapping[str, str], *, folder: Path) -> list[Path]:
    """The files written: of each form its own, and the same again as `latest`. The same report overwrites itself."""
    written = [folder / f"{stem}.{suffix}" for stem in (name(report), "latest") for suffix in forms]
    for path in written:
        write(path, forms[path.suffix.removeprefix(".")])
    return written


def name(report: Report) -> str:
    """What the report's own files are called, before the dot."""
    head = report.masthead
    return f"{head.period.replace('..', '_')}-as-of-{head.as_of:%Y%m%dT%H%M%SZ}"


def write(path: Path, content: str | bytes) -> None:
    """Writes the file whole or not at all: whoever reads beside us sees the old one or the new one.

    Raises `Problems` where it cannot be written.
    """
    try:
        _replace(path, content.encode() if isinstance(content, str) else content)
    except OSError as error:
        message = f"cannot be written: {(error.strerror or str(error)).lower()}"
        raise Problems([Problem(str(path), 0, 0, message, "name another place")]) from error


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
