"""`fingerpost.yaml`: secrets from outside, and nothing else taken on trust."""

from pathlib import Path

import pytest

from mappings.problems import Problems
from sync.config import Config, GitHubConfig, JiraConfig, load_config, secrets

JIRA = "type: jira, url: https://jira.example/base/, projects: [PAY]"

GITHUB = "type: github"


def load(folder: Path, source: str, **environment: str) -> Config:
    (folder / "fingerpost.yaml").write_text(f"sources:\n  tracker: {{{source}}}\n")
    return load_config(folder / "fingerpost.yaml", environment=environment)


def test_a_secret_comes_from_the_environment(tmp_path: Path) -> None:
    config = load(tmp_path, JIRA + ', token: "${TOKEN}"', TOKEN="s3cret")
    assert config.sources["tracker"].secret == "s3cret"
    assert secrets(config) == ["s3cret"]
    assert "s3cret" not in repr(config)


def test_the_password_of_the_store_is_a_secret(tmp_path: Path) -> None:
    source = "sources:\n  tracker: {" + JIRA + ', token: "${TOKEN}"}\n'
    (tmp_path / "fingerpost.yaml").write_text('store: "postgresql://app:${PASSWORD}@db.example/work"\n' + source)
    config = load_config(tmp_path / "fingerpost.yaml", environment={"TOKEN": "s3cret", "PASSWORD": "hidden"})
    assert secrets(config) == ["s3cret", "hidden"]


def test_a_secret_comes_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    assert load(tmp_path, JIRA + ", token_file: token").sources["tracker"].secret == "s3cret"


def test_secrets_of_hooks_come_from_files_too_and_are_secrets_as_others_are(tmp_path: Path) -> None:
    (tmp_path / "hook").write_text("new\n")
    given = ', token: "${TOKEN}", hook_secrets: ["${OLD}"], hook_secret_files: [hook]'
    config = load(tmp_path, JIRA + given, TOKEN="t", OLD="old")
    assert [secret.get_secret_value() for secret in config.sources["tracker"].hooks] == ["old", "new"]
    assert secrets(config) == ["t", "old", "new"]


def test_an_address_keeps_its_context_path(tmp_path: Path) -> None:
    source = load(tmp_path, JIRA + ', token: "${TOKEN}"', TOKEN="t").sources["tracker"]
    assert isinstance(source, JiraConfig)
    assert source.url == "https://jira.example/base"


def test_an_app_has_its_key_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "app.pem").write_text("-----BEGIN KEY-----\n")
    app = "app: {id: 1, private_key_file: app.pem, installations: {acme: 7}}"
    config = load(tmp_path, f"{GITHUB}, repositories: [acme/shop], {app}")
    source = config.sources["tracker"]
    assert isinstance(source, GitHubConfig)
    assert source.app
    assert (source.app.id, source.app.installations) == (1, {"acme": 7})
    assert secrets(config) == [source.app.key.get_secret_value()] == ["-----BEGIN KEY-----"]


def test_what_oauth_renews_is_kept_beside_the_configuration(tmp_path: Path) -> None:
    oauth = 'oauth: {client_id: app, client_secret: "${TOKEN}", refresh_token_file: jira.token}'
    config = load(tmp_path, f"{JIRA}, {oauth}", TOKEN="s3cret")
    source = config.sources["tracker"]
    assert isinstance(source, JiraConfig)
    assert source.oauth
    assert source.oauth.refresh_token_file == tmp_path / "jira.token"
    assert secrets(config) == ["s3cret"]


@pytest.mark.parametrize(("content", "said"), [(b" \n", "token is empty"), (b"\xff", "it is not UTF-8")])
def test_a_file_that_holds_no_secret(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(Problems, match=said):
        load(tmp_path, JIRA + ", token_file: token")


@pytest.mark.parametrize("zone", ["Europe", "Europe/Atlantis", "../../etc/passwd", "''"])
def test_a_zone_that_there_is_not(tmp_path: Path, zone: str) -> None:
    (tmp_path / "fingerpost.yaml").write_text(f"zone: {zone}\n")
    with pytest.raises(Problems, match="there is no time zone"):
        load_config(tmp_path / "fingerpost.yaml", environment={})


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (JIRA + ", token: plain", "a secret never stands in a file"),
        (JIRA + ', token: "${TOKEN}x"', "a secret never stands in a file"),
        (JIRA + ', token: "${NOPE}"', "NOPE is not set in the environment"),
        (JIRA, "one of `token`, `token_file` and `oauth` is needed, and only one"),
        (JIRA + ", token_file: nowhere", "nowhere cannot be read"),
        ('type: jira, url: jira.example, projects: [A], token: "${TOKEN}"', "an address begins with https://"),
        (
            'type: jira, url: "https://me:word@jira.example", projects: [A], token: "${TOKEN}"',
            "an address holds no user and no password",
        ),
        ('type: jira, url: "https://a", projects: [], token: "${TOKEN}"', "at least"),
        (
            JIRA + ', token: "${TOKEN}", oauth: {client_id: a, client_secret: "${TOKEN}", refresh_token_file: c}',
            "one of `token`, `token_file` and `oauth`",
        ),
        (JIRA + ", oauth: {client_id: a, client_secret: b, refresh_token_file: c}", "a secret never stands in a file"),
        (JIRA + ', token: "${TOKEN}", write_back: {}', "one of `label_prefix` and `field` is needed"),
        (GITHUB + ', repositories: [noslash], token: "${TOKEN}"', "'noslash' names no repository"),
        (GITHUB + ', repositories: [a/b/c], token: "${TOKEN}"', "'a/b/c' names no repository"),
        (GITHUB + ', repositories: ["*/shop"], token: "${TOKEN}"', "'*/shop' names no repository"),
        (GITHUB + ", repositories: [a/b], app: {id: 1}", "one of `private_key` and `private_key_file` is needed"),
        (GITHUB + ', repositories: [a/b], app: {id: 1, private_key: "${TOKEN}"}, token: "${TOKEN}"', "and only one"),
        ('type: gitlab, token: "${TOKEN}"', "jira"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, source: str, said: str) -> None:
    with pytest.raises(Problems) as found:
        load(tmp_path, source, TOKEN="t")
    assert said in str(found.value)
    assert all(problem.line == 2 for problem in found.value.problems)
