"""Meltano's tap-github (https://hub.meltano.com/extractors/tap-github), by the streams that tell of pull requests."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import sites
from benchmarks.row import Row, Scale
from benchmarks.tool import Tool, measured, written

STREAMS = ("repositories", "pull_requests", "pull_request_commits", "reviews")


def measure(scale: Scale) -> Iterator[Row]:
    yield from measured(TAP, scale)


def _line(programs: Path, folder: Path, url: str, repository: str) -> Sequence[str]:
    """Without a token, which it would try at github.com, whatever the address."""
    asked = {"api_url_base": url, "repositories": [repository], "start_date": "2020-01-01T00:00:00Z"}
    config = written(folder / "config.json", {**asked, "rate_limit_buffer": 0, "stream_maps": {}})
    return [str(programs / "python"), "-c", SELECTED, config, str(folder / "catalog.json"), *STREAMS]


#: Runs the tap with these streams selected of all that it discovers.
SELECTED = """\
import json, sys
from tap_github.tap import TapGitHub
config, catalog, *streams = sys.argv[1:]
found = TapGitHub(config=[config]).catalog_dict
for stream in found["streams"]:
    for entry in stream["metadata"]:
        if not entry["breadcrumb"]:
            entry["metadata"]["selected"] = stream["tap_stream_id"] in streams
with open(catalog, "w") as file:
    json.dump(found, file)
TapGitHub(config=[config], catalog=catalog).sync_all()
"""

TAP = Tool(
    name="tap-github",
    package="meltanolabs-tap-github",
    make=sites.github_open,
    line=_line,
    kinds="pull requests, reviews, commits",
)
