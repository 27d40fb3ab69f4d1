"""The catalogues that are read beside the items, in this order."""

from connectors.github.visit import Catalogue

CATALOGUES: tuple[Catalogue, ...] = ()
