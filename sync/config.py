"""`fingerpost.yaml`: what to read, where to keep it, and which files hold the map."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationInfo, model_validator

from mappings.load import read
from mappings.model import Model, UserFile, Zone
from mappings.problems import Problem, Problems

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def _expanded(value: Any, info: ValidationInfo) -> Any:
    """The text with every ${NAME} taken from the environment; ValueError names those that are not set."""
    if not isinstance(value, str) or not info.context:
        return value
    environment: Mapping[str, str] = info.context["environment"]
    missing = [name for name in _REFERENCE.findall(value) if not environment.get(name)]
    if missing:
        raise ValueError(f"{missing[0]} is not set in the environment")
    return _REFERENCE.sub(lambda match: environment[match[1]], value)


def _secret(value: Any, info: ValidationInfo) -> Any:
    """A secret, which never stands in the file itself."""
    if not isinstance(value, str) or not _REFERENCE.fullmatch(value):
        raise ValueError(
            "a secret never stands in a file; write ${NAME} and set NAME in the environment, or use the *_file key"
        )
    return _expanded(value, info)


def _secret_file(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str) or not info.context:
        return value
    read: Callable[[str], str] = info.context["read"]
    try:
        secret = read(value).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{value} cannot be read: {_why(error)}") from error
    if not secret:
        raise ValueError(f"{value} is empty")
    return secret


def _address(value: str) -> str:
    if not re.match(r"https?://[^/\s]+", value):
        raise ValueError("an address begins with https:// and a host")
    return value.rstrip("/")


Text = Annotated[str, BeforeValidator(_expanded)]
Address = Annotated[str, BeforeValidator(_expanded), AfterValidator(_address)]
Secret = Annotated[SecretStr, BeforeValidator(_secret)]
SecretFile = Annotated[SecretStr, BeforeValidator(_secret_file)]


class _Credentials(Model):
    token: Secret | None = None
    token_file: SecretFile | None = None
    since: date | None = Field(None, description="where the backfill starts")
    hook_secrets: tuple[Secret, ...] = Field((), max_length=2, description="two while rotating")

    @model_validator(mode="after")
    def _one_token(self) -> "_Credentials":
        if (self.token is None) == (self.token_file is None):
            raise ValueError("one of `token` and `token_file` is needed, and only one")
        return self

    @property
    def secret(self) -> str:
        """The token itself, for a request header and for nothing else."""
        held = self.token or self.token_file
        assert held is not None  # noqa: S101 - the validator above saw to it
        return held.get_secret_value()


class JiraConfig(_Credentials):
    type: Literal["jira"]
    url: Address = Field(description="the site; for Data Center with its context path")
    email: Text | None = Field(None, description="Cloud: the account of the API token; leave out for Data Center")
    projects: tuple[Text, ...] = Field(min_length=1)


class GitHubConfig(_Credentials):
    type: Literal["github"]
    url: Address = Field("https://api.github.com", description="Enterprise Server: https://host/api/v3")
    repositories: tuple[Text, ...] = Field(min_length=1, description="owner/name; * stands for any name")


SourceConfig = Annotated[JiraConfig | GitHubConfig, Field(discriminator="type")]
SourceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]


class Config(UserFile):
    """What `fingerpost.yaml` says."""

    store: Text = "sqlite:///fingerpost.db"
    zone: Zone = "UTC"
    strategy: str = "strategy.yaml"
    mappings: str = "mappings.yaml"
    people: str | None = None
    acks: str | None = None
    reports: str = Field("reports", description="the folder that `run` writes its reports to")
    sources: dict[SourceName, SourceConfig] = Field(min_length=1)


def load_config(path: Path, *, environment: Mapping[str, str]) -> Config:
    """The configuration in this file. Raises `Problems`, also where the file cannot be read."""
    outside = {"environment": environment, "read": lambda name: (path.parent / name).read_text(encoding="utf-8")}
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        hint = "name it with --config, or write one as the README shows"
        raise Problems([Problem(str(path), 0, 0, f"cannot be read: {_why(error)}", hint)]) from None
    return read(text, str(path), Config, context=outside)


def _why(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror or "it is not there").lower() if isinstance(error, OSError) else "it is not UTF-8"


def secrets(config: Config) -> list[str]:
    """Every secret in use, so that the log can strike them out."""
    held = [source.secret for source in config.sources.values()]
    hooks = [hook.get_secret_value() for source in config.sources.values() for hook in source.hook_secrets]
    return [secret for secret in held + hooks if secret]
