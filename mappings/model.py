"""What the models of all user files have in common."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, PrivateAttr

from mappings.document import Document, Path
from mappings.problems import Problem


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):  # unknown; no name at all such as ../etc; a folder of zones such as Europe
        raise ValueError(f"there is no time zone '{name}'; zones are named like Europe/Berlin") from None


Zone: TypeAlias = Annotated[str, AfterValidator(_zone)]


class Model(BaseModel):
    """Frozen; refuses unknown keys, and a number where text is meant."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Fault(NamedTuple):
    """A mistake that only the whole file shows, at its path."""

    path: Path
    message: str
    hint: str = ""
    at_key: bool = False  #: the key is the mistake, not its value


class UserFile(Model):
    """The whole of one file, which knows where its values stand."""

    _document: Document = PrivateAttr(default_factory=lambda: Document(""))

    @classmethod
    def faults(cls, data: Any) -> Iterator[Fault]:  # noqa: ARG003 - for those that override it
        """What is wrong between the parts of the file, told from its plain data, however broken that may be."""
        yield from ()

    @property
    def document(self) -> Document:
        """What stands in the file, and where."""
        return self._document

    def problem(self, path: Path, message: str, hint: str = "", at_key: bool = False) -> Problem:
        """A problem at this path of the file: keys as the file spells them, and indices."""
        return self._document.problem(path, message, hint, at_key)


def entries(data: Any, *keys: str) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The mappings in the list at `keys`, each with its path; what has another shape is left out."""
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    for index, entry in enumerate(data if isinstance(data, tuple) else ()):
        if isinstance(entry, Mapping):
            yield (*keys, index), entry


def repeated_ids(*lists: Iterator[tuple[Path, Mapping[str, Any]]]) -> Iterator[Fault]:
    """One fault for each entry whose `id` an earlier entry of these lists has."""
    seen: set[str] = set()
    for path, entry in (pair for each in lists for pair in each):
        name = entry.get("id")
        if not isinstance(name, str):
            continue
        if name in seen:
            yield Fault((*path, "id"), f"the id '{name}' stands twice")
        seen.add(name)
