"""`deliver` in `fingerpost.yaml`: typed, secrets from outside, nothing in the clear."""

from pathlib import Path

import pytest

from mappings.problems import Problems
from sync.config import Config, load_config, secrets

ENVIRONMENT = {"T": "s3cret", "HOOK": "https://hooks.test/services/T1/B2/xyz"}
SOURCE = "sources: {jira: {type: jira, url: 'https://a.test', token: '${T}', projects: [PAY]}}\n"
SLACK = "type: slack, token: '${T}', channel: C1"
MAIL = "type: mail, host: smtp.test, from: a@b.test, to: [c@d.test]"


def load(folder: Path, channel: str, **environment: str) -> Config:
    (folder / "fingerpost.yaml").write_text(f"{SOURCE}deliver: {{ops: {{{channel}}}}}\n")
    return load_config(folder / "fingerpost.yaml", environment=ENVIRONMENT | environment)


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("type: pager", "pager"),
        ("type: slack, token: xoxb-1, channel: C1", "a secret never stands in a file"),
        ("type: slack, token: '${T}'", "`channel` is the bot's, and needed with `token`"),
        ("type: slack, webhook: '${HOOK}', channel: C1", "a webhook knows its own"),
        (SLACK + ", webhook: '${HOOK}'", "and only one"),
        (SLACK + ", periods: [day]", "'week', 'month', 'quarter' or 'days'"),
        (MAIL + ", user: u", "is needed, and only one"),
        (MAIL + ", user: u, password: '${T}', security: none", "a password is never sent in the clear"),
        ("type: mail, host: h, from: 'a@b.test\\nBcc: x@y.test', to: [c@d.test]", "is no address"),
        ("type: mail, host: h, from: a@b.test, to: ['c@d.test, x@y.test']", "is no address"),
        ("type: github, repository: acme, token: '${T}'", "'acme' names no repository; write owner/name"),
        ("type: confluence, url: 'https://u:p@w.test', token: '${T}', parent: '1'", "holds no user and no password"),
        ("type: webhook, url: 'file:///etc/passwd'", "an address begins with https://"),
    ],
)
def test_what_is_refused(tmp_path, channel, said):
    with pytest.raises(Problems, match=said):
        load(tmp_path, channel)


@pytest.mark.parametrize(
    "channel", ["type: slack, webhook: '${HOOK}'", "type: webhook, url: 'https://h.test', key: '${T}'"]
)
def test_every_secret_is_known_so_that_it_can_be_struck_out(tmp_path, channel):
    held = secrets(load(tmp_path, channel))
    assert set(held) >= ({ENVIRONMENT["HOOK"], "/services/T1/B2/xyz"} if "HOOK" in channel else {"s3cret"})


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path):
    (tmp_path / "token").write_text("xoxb\n")
    assert load(tmp_path, "type: slack, token_file: token, channel: C1").deliver["ops"].secret == "xoxb"


def test_the_summary_of_a_job_is_where_actions_says(tmp_path):
    assert load(tmp_path, "type: job_summary").deliver["ops"].file is None
    in_a_job = load(tmp_path, "type: job_summary", GITHUB_STEP_SUMMARY="/github/summary")
    assert in_a_job.deliver["ops"].file == Path("/github/summary")


def test_issues_pages_and_summaries_are_for_reports_alone(tmp_path):
    assert load(tmp_path, "type: job_summary").deliver["ops"].about == ("report",)
    assert load(tmp_path, SLACK).deliver["ops"].about == ("report", "map", "trouble")
