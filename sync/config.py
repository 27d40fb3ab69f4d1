"""`fingerpost.yaml`: what to read, where to keep it, and which files hold the map."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from connectors.source import Mirror
from mappings.load import read
from mappings.model import Model, UserFile, Zone
from mappings.problems import Problem, Problems
from sync.channels import ChannelConfig, ChannelName
from sync.serving import AccessConfig, KeepConfig, SchedulesConfig, ServeConfig
from sync.values import Address, File, RepositoryName, Secret, SecretFile, Text, needs_one, the_one, why


class AppConfig(Model):
    """A GitHub App and its private key."""

    id: int | Text
    private_key: Secret | None = None
    private_key_file: SecretFile | None = Field(None, description="the PEM file, beside this one")
    installations: dict[str, int] = Field({}, description="owner: id, for those that need not be asked for")

    @model_validator(mode="after")
    def _one_key(self) -> "AppConfig":
        return needs_one(self, "private_key", "private_key_file")

    @property
    def key(self) -> SecretStr:
        """The key in PEM."""
        return the_one(self.private_key, self.private_key_file)


class OAuthConfig(Model):
    """An OAuth 2.0 app of Jira Cloud that a person let in."""

    client_id: Text
    client_secret: Secret
    refresh_token_file: File = Field(description="written anew with each refresh: one for each installation")


class WriteBackConfig(Model):
    """The one label or field that mirrors the tag."""

    label_prefix: str | None = Field(None, min_length=1, description="the label is this and the objective's id")
    field: str | None = Field(None, min_length=1, description="the field's id; on GitHub PROJECT_ID/FIELD_ID")

    @model_validator(mode="after")
    def _one_mirror(self) -> "WriteBackConfig":
        return needs_one(self, "label_prefix", "field")


class FieldsConfig(Model):
    """Ids of fields, for where the site does not tell which they are, or has several."""

    points: Text | None = None
    sprint: Text | None = None
    flagged: Text | None = None
    team: Text | None = None
    epic_link: Text | None = None
    parent_link: Text | None = None


class _SourceConfig(Model):
    token: Secret | None = None
    token_file: SecretFile | None = None
    since: date | None = Field(None, description="where the backfill starts")
    hook_secrets: tuple[Secret, ...] = Field((), max_length=2, description="two while rotating")
    hook_secret_files: tuple[SecretFile, ...] = Field((), max_length=2, description="the same from files")
    write_back: WriteBackConfig | None = Field(None, description="mirrors each tag in its source; opt-in")

    @property
    def secret(self) -> str:
        """The token itself, for a request header and for nothing else."""
        return the_one(self.token, self.token_file).get_secret_value()

    @property
    def hooks(self) -> tuple[SecretStr, ...]:
        """The secrets by which deliveries are signed; none where nobody may send any."""
        return (*self.hook_secrets, *self.hook_secret_files)


class JiraConfig(_SourceConfig):
    type: Literal["jira"]
    url: Address = Field(description="the site; for Data Center with its context path")
    email: Text | None = Field(None, description="Cloud: the account of the API token; leave out for Data Center")
    oauth: OAuthConfig | None = Field(None, description="Cloud: in place of a token")
    projects: tuple[Text, ...] = Field(min_length=1)
    fields: FieldsConfig = Field(FieldsConfig(), description="by what they mean, the ids of fields")
    comments: bool = Field(
        False, description="reads every comment's time in the backfill: ten requests per 1,000 issues"
    )
    development: bool = Field(False, description="reads the development panel: one request for each changed issue")
    unsigned_hooks: bool = Field(False, description="takes deliveries that nobody signed, as hints to look again")

    @model_validator(mode="after")
    def _one_sign_in(self) -> "JiraConfig":
        return needs_one(self, "token", "token_file", "oauth")


class GitHubConfig(_SourceConfig):
    type: Literal["github"]
    url: Address = Field("https://api.github.com", description="Enterprise Server: https://host/api/v3")
    app: AppConfig | None = Field(None, description="in place of a token")
    repositories: tuple[RepositoryName, ...] = Field(min_length=1, description="owner/name; * stands for any name")
    redeliver: bool = Field(False, description="asks for failed deliveries again; the token must write webhooks")

    @model_validator(mode="after")
    def _one_sign_in(self) -> "GitHubConfig":
        return needs_one(self, "token", "token_file", "app")


SourceConfig = Annotated[JiraConfig | GitHubConfig, Field(discriminator="type")]
SourceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]


class Config(UserFile):
    """What `fingerpost.yaml` says."""

    store: Text = "sqlite:///fingerpost.db"
    zone: Zone = "UTC"
    strategy: str = "strategy.yaml"
    mappings: str = "mappings.yaml"
    people: str | None = None
    acks: str = Field("acks.yaml", description="keeps what is accepted for now; `ack` adds to it")
    audit: str = Field("audit.yaml", description="keeps the answers of `triage --audit`")
    reports: str = Field("reports", description="the folder that `run` writes its reports to")
    reports_url: Address | None = Field(None, description="where people can read that folder; every digest leads there")
    editions: tuple[Literal["month", "quarter"], ...] = Field(
        (), description="also reported, by the first `run` after they end; the last whole week always is"
    )
    late_after_hours: int = Field(24, ge=1, description="after a period's end, until its report is late")
    deliver: dict[ChannelName, ChannelConfig] = Field({}, description="the channels that reports are sent by")
    sources: dict[SourceName, SourceConfig] = Field(min_length=1)
    confidential: tuple[Text, ...] = Field((), description="projects and repositories shown by keys alone")
    serve: ServeConfig = ServeConfig()
    schedules: SchedulesConfig = SchedulesConfig()
    keep: KeepConfig = KeepConfig()
    access: AccessConfig = AccessConfig()

    @property
    def mirrors(self) -> dict[str, Mirror]:
        """By source, what is to mirror its tags, where that is asked for."""
        asked = {name: source.write_back for name, source in self.sources.items()}
        return {name: Mirror(label_prefix=m.label_prefix, field=m.field) for name, m in asked.items() if m}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def load_config(path: Path, *, environment: Mapping[str, str], text_of: Callable[[Path], str] = _text) -> Config:
    """The configuration in this file. Raises `Problems`, also where the file cannot be read.

    `text_of` reads it, and the files of its secrets.
    """
    outside = {"environment": environment, "folder": path.parent, "read": lambda name: text_of(path.parent / name)}
    try:
        text = text_of(path)
    except (OSError, UnicodeDecodeError) as error:
        hint = "name it with --config, or write one as the README shows"
        raise Problems([Problem(str(path), 0, 0, f"cannot be read: {why(error)}", hint)]) from None
    return read(text, str(path), Config, context=outside)


def secrets(config: Config) -> list[str]:
    """Every secret in use, so that the log can strike them out."""
    held = [secret.get_secret_value() for source in config.sources.values() for secret in _secrets(source)]
    held += [token.secret for token in config.access.tokens]
    held += [secret.get_secret_value() for channel in config.deliver.values() for secret in channel.secrets]
    return [text for text in (*held, urlsplit(config.store).password) if text]


def _secrets(source: JiraConfig | GitHubConfig) -> Iterator[SecretStr]:
    yield from (secret for secret in (source.token, source.token_file) if secret)
    yield from source.hooks
    if isinstance(source, JiraConfig) and source.oauth:
        yield source.oauth.client_secret
    if isinstance(source, GitHubConfig) and source.app:
        yield source.app.key
