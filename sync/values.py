"""What the values of `fingerpost.yaml` may be: texts from the environment, secrets, files beside it, addresses."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationInfo

from mappings.model import Model

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
        raise ValueError(f"{value} cannot be read: {why(error)}") from error
    if not secret:
        raise ValueError(f"{value} is empty")
    return secret


def _address(value: str) -> str:
    if not re.match(r"https?://[^/\s]+", value):
        raise ValueError("an address begins with https:// and a host")
    if "@" in urlsplit(value).netloc:
        raise ValueError("an address holds no user and no password; sign in by `token`")
    return value.rstrip("/")


def _repository(value: str) -> str:
    """`owner/name`, where * may stand for any part of the name; the connector refuses the rest when it is asked."""
    if not re.fullmatch(r"[^/\s*?\[]+/[^/\s]+", value):
        raise ValueError(f"'{value}' names no repository; write owner/name, where * may stand for any part of the name")
    return value


def _beside(value: Any, info: ValidationInfo) -> Any:
    """The path, beside the configuration file where it is not absolute."""
    expanded = _expanded(value, info)
    return info.context["folder"] / expanded if isinstance(expanded, str) and info.context else expanded


Text = Annotated[str, BeforeValidator(_expanded)]
Address = Annotated[str, BeforeValidator(_expanded), AfterValidator(_address)]
Secret = Annotated[SecretStr, BeforeValidator(_secret)]
SecretFile = Annotated[SecretStr, BeforeValidator(_secret_file)]
RepositoryName = Annotated[str, BeforeValidator(_expanded), AfterValidator(_repository)]
File = Annotated[Path, BeforeValidator(_beside)]


M = TypeVar("M", bound=Model)


def needs_one(model: M, *names: str) -> M:
    """The model, if exactly one of these keys is set."""
    if sum(getattr(model, name) is not None for name in names) != 1:
        *others, last = (f"`{name}`" for name in names)
        raise ValueError(f"one of {', '.join(others)} and {last} is needed, and only one")
    return model


def the_one(*held: SecretStr | None) -> SecretStr:
    """The first that is set."""
    return next(secret for secret in held if secret is not None)


def why(error: OSError | UnicodeDecodeError) -> str:
    """Why a file cannot be read, in a few words."""
    return (error.strerror or "it is not there").lower() if isinstance(error, OSError) else "it is not UTF-8"
