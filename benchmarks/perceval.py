"""Perceval (https://perceval.readthedocs.io), which reads an Enterprise Server's pull requests one by one."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import sites
from benchmarks.row import Row, Scale
from benchmarks.tool import Tool, measured


def measure(scale: Scale) -> Iterator[Row]:
    yield from measured(PERCEVAL, scale)


def _line(programs: Path, folder: Path, url: str, repository: str) -> Sequence[str]:
    owner, name = repository.split("/")
    where = ["--enterprise-url", url.removesuffix(sites.ENTERPRISE), "--api-token", sites.TOKEN]
    asked = ["--category", "pull_request", "--no-archive", "--json-line", "--output", str(folder / "read.jsonl")]
    return [str(programs / "perceval"), "github", owner, name, *where, *asked]


PERCEVAL = Tool(
    name="Perceval",
    package="perceval",
    make=sites.github_enterprise,
    line=_line,
    kinds="pull requests with reviews, comments on code, commits and the accounts in them",
)
