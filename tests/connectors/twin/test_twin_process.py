"""The stand-ins as a process of their own."""

import json
import subprocess
import sys
from pathlib import Path

import httpx

CHECKOUT = Path(__file__).resolve().parents[3]


def test_it_serves_until_its_input_ends_and_counts_what_came() -> None:
    command = [sys.executable, "-m", "connectors.twin", "--company", "200", "--latency-ms", "1"]
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as twin:
        assert twin.stdout
        urls = json.loads(twin.stdout.readline())
        assert httpx.get(urls["jira"] + "/rest/api/3/serverInfo").json()["deploymentType"] == "Cloud"
        assert httpx.post(urls["github"] + "/graphql", json={"query": "{viewer{login}}"}).status_code == 200
        rest, _ = twin.communicate()
    assert json.loads(rest) == {"jira": 1, "github": 1}
    assert twin.returncode == 0
