"""What a report lists beside its figures: the items that it names, what its words mean, and where to start."""

from typing import Literal, TypeAlias

from msgspec import Struct

Ground: TypeAlias = Literal["direction", "data", "learning", "health"]


class Item(Struct, frozen=True, kw_only=True):
    """What a figure or a finding points at, and where its source shows it."""

    ref: str
    key: str
    title: str
    url: str


class Definition(Struct, frozen=True, kw_only=True):
    id: str  #: of the figures it defines
    term: str
    text: str
    section: str  #: of the metric specification


class Start(Struct, frozen=True, kw_only=True):
    """One thing to begin with."""

    says: str
    place: str  #: where to do it
    slug: str | None = None  #: of the kind of finding; None for what lights a grey figure
    effort_days: float | None = None  #: at stake
    shows: tuple[str, ...] = ()  #: the grey figures that it lights


class Starts(Struct, frozen=True, kw_only=True):
    """Where to start on one ground, what has the most effort at stake first."""

    ground: Ground
    starts: tuple[Start, ...]
    more: int  #: that are not listed
    signs: tuple[str, ...]  #: figures that tell how it stands there
    unseen: str  #: what these tools do not show of it
