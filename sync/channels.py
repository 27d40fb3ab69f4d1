"""What `fingerpost.yaml` says of the channels by which reports get to people; each is opt-in."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationInfo, model_validator

from mappings.model import Model
from sync.values import Address, Secret, SecretFile, Text, needs_one, the_one

About: TypeAlias = Literal["report", "map", "trouble"]
Span: TypeAlias = Literal["week", "month", "quarter", "days"]


def _mailbox(text: str) -> str:
    """One address and nothing that a header could be ended with."""
    if not re.fullmatch(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+", text):
        raise ValueError(f"'{text}' is no address; write ops@example.com")
    return text


def _repository(text: str) -> str:
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", text, re.ASCII):
        raise ValueError(f"'{text}' names no repository; write owner/name")
    return text


def _job_summary(value: Any, info: ValidationInfo) -> Any:
    """Where GitHub Actions wants a job's summary; None outside of a job."""
    told = value or (info.context or {}).get("environment", {}).get("GITHUB_STEP_SUMMARY")
    return Path(told) if told else None


Mailbox = Annotated[Text, AfterValidator(_mailbox)]
ChannelName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]


class _ChannelConfig(Model):
    about: tuple[About, ...] = Field(
        ("report", "map", "trouble"), description="the report, a map that moved, a run that went wrong"
    )
    periods: tuple[Span, ...] = Field(("week", "month", "quarter", "days"), description="whose reports are sent")

    @property
    def secrets(self) -> Iterator[SecretStr]:
        """Every secret that is set."""
        return (value for _, value in self if isinstance(value, SecretStr))


class SlackConfig(_ChannelConfig):
    """By a bot, which can change what it sent and answer in threads, or by an incoming webhook, which cannot."""

    type: Literal["slack"]
    url: Address = Field("https://slack.com/api", description="of the Web API")
    webhook: Secret | None = Field(None, description="an incoming webhook's address, which is a secret")
    webhook_file: SecretFile | None = None
    token: Secret | None = Field(None, description="a bot's, with the scope chat:write")
    token_file: SecretFile | None = None
    channel: Text | None = Field(None, description="the id of the channel that the bot writes to, as in C0123456789")
    threads: bool = Field(True, description="a thread under the digest for each team whose turn something is")
    teams: dict[str, Text] = Field({}, description="team: the id of a channel of its own, in place of the thread")

    @model_validator(mode="after")
    def _one_way(self) -> "SlackConfig":
        needs_one(self, "webhook", "webhook_file", "token", "token_file")
        if (self.channel is None) is self.is_bot:
            raise ValueError("`channel` is the bot's, and needed with `token`; a webhook knows its own")
        return self

    @property
    def secrets(self) -> Iterator[SecretStr]:
        """Also the path of a webhook's address: it alone lets anybody in, and stands in a log by itself."""
        yield from super().secrets
        if not self.is_bot:
            yield SecretStr(urlsplit(self.secret).path)

    @property
    def is_bot(self) -> bool:
        return self.token is not None or self.token_file is not None

    @property
    def secret(self) -> str:
        """The token, or the webhook's address."""
        return the_one(self.token, self.token_file, self.webhook, self.webhook_file).get_secret_value()


class MailConfig(_ChannelConfig):
    type: Literal["mail"]
    host: Text
    port: int = Field(587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Text | None = None
    password: Secret | None = None
    password_file: SecretFile | None = None
    sender: Mailbox = Field(alias="from")
    to: tuple[Mailbox, ...] = Field((), description="each gets a message of its own, and one of each report")
    teams: dict[str, tuple[Mailbox, ...]] = Field({}, description="team: who reads its own part")

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> "MailConfig":
        if self.user is not None:
            needs_one(self, "password", "password_file")
        if self.user is not None and self.security == "none":
            raise ValueError("a password is never sent in the clear; leave out `user`, or use starttls or tls")
        return self

    @property
    def secret(self) -> str | None:
        """The password; None where nobody signs in."""
        return the_one(self.password, self.password_file).get_secret_value() if self.user is not None else None


class GitHubIssueConfig(_ChannelConfig):
    """An issue for each period."""

    about: tuple[About, ...] = Field(("report",), description="the report, a map that moved, a run that went wrong")
    type: Literal["github"]
    url: Address = Field("https://api.github.com", description="Enterprise Server: https://host/api/v3")
    repository: Annotated[Text, AfterValidator(_repository)]
    labels: tuple[Text, ...] = ()
    token: Secret | None = Field(None, description="one that may write issues of this repository and nothing else")
    token_file: SecretFile | None = None

    @model_validator(mode="after")
    def _one_token(self) -> "GitHubIssueConfig":
        return needs_one(self, "token", "token_file")

    @property
    def secret(self) -> str:
        return the_one(self.token, self.token_file).get_secret_value()


class JobSummaryConfig(_ChannelConfig):
    about: tuple[About, ...] = Field(("report",), description="the report, a map that moved, a run that went wrong")
    type: Literal["job_summary"]
    file: Annotated[Path | None, BeforeValidator(_job_summary)] = Field(
        None, validate_default=True, description="default what GitHub Actions names in GITHUB_STEP_SUMMARY"
    )


class ConfluenceConfig(_ChannelConfig):
    """A page for each period, below one that stands."""

    about: tuple[About, ...] = Field(("report",), description="the report, a map that moved, a run that went wrong")
    type: Literal["confluence"]
    url: Address = Field(description="Cloud: https://acme.atlassian.net/wiki; Data Center: with its context path")
    email: Text | None = Field(None, description="Cloud: the account of the API token; leave out for Data Center")
    parent: Text = Field(pattern=r"^\d+$", description="the id of the page that the reports stand below")
    token: Secret | None = None
    token_file: SecretFile | None = None

    @model_validator(mode="after")
    def _one_token(self) -> "ConfluenceConfig":
        return needs_one(self, "token", "token_file")

    @property
    def secret(self) -> str:
        return the_one(self.token, self.token_file).get_secret_value()


class WebhookConfig(_ChannelConfig):
    type: Literal["webhook"]
    url: Address
    key: Secret | None = Field(None, description="signs each body: X-Fingerpost-Signature-256 is its HMAC-SHA-256")
    key_file: SecretFile | None = None
    token: Secret | None = Field(None, description="goes into the header Authorization, as a bearer's")
    token_file: SecretFile | None = None

    @property
    def secret_key(self) -> str | None:
        """What signs; None where nothing does."""
        return _any(self.key, self.key_file)

    @property
    def secret_token(self) -> str | None:
        return _any(self.token, self.token_file)


def _any(*held: SecretStr | None) -> str | None:
    return next((secret.get_secret_value() for secret in held if secret is not None), None)


ChannelConfig = Annotated[
    SlackConfig | MailConfig | GitHubIssueConfig | JobSummaryConfig | ConfluenceConfig | WebhookConfig,
    Field(discriminator="type"),
]
