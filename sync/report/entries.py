"""What a report lists beside its figures: the items that it names, and what its words mean."""

from msgspec import Struct


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
