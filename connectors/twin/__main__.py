"""The stand-ins as a process of their own: `python -m connectors.twin --company 600`.

Prints one line of JSON with the base URLs, serves until its input ends, then prints how many requests each had.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from connectors.twin.company import company
from connectors.twin.dumps import arrow_jira
from connectors.twin.faults import Faults, Injection, Late
from connectors.twin.github import github_app
from connectors.twin.github_dumps import arrow_github
from connectors.twin.jira import jira_app
from connectors.twin.serve import serving


def main(arguments: list[str]) -> None:
    options = _options(arguments)
    late = [Injection(fault=Late(seconds=options.latency_ms / 1000), times=None)] if options.latency_ms else []
    apps = {name: Faults(app, late) for name, app in _apps(options).items()}
    with serving(apps) as urls:
        _say(urls)
        sys.stdin.read()
    _say({name: len(app.requests) for name, app in apps.items()})


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m connectors.twin", description="Serve a Jira and a GitHub stand-in."
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--company", type=int, metavar="SIZE", help="the invented company, with about SIZE work items")
    what.add_argument("--arrow", type=Path, metavar="FOLDER", help="Apache Arrow's records, from this folder")
    parser.add_argument("--seed", type=int, default=7, help="of the company (7)")
    parser.add_argument("--rankings", type=float, default=2.0, help="makes the company's histories longer (2)")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="added to every answer (0)")
    return parser.parse_args(arguments)


def _apps(options: argparse.Namespace) -> dict[str, Any]:
    if options.arrow:
        return {"jira": jira_app(arrow_jira(options.arrow)), "github": github_app(arrow_github(options.arrow))}
    made = company(options.seed, options.company, rankings=options.rankings)
    return {"jira": jira_app(made.jira), "github": github_app(made.github)}


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
