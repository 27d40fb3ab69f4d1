"""The catalogues that are read beside the items, in this order."""

from connectors.github.boards import Boards
from connectors.github.history import History
from connectors.github.runs import Runs
from connectors.github.survey import Survey
from connectors.github.teams import Teams
from connectors.github.visit import Catalogue

CATALOGUES: tuple[Catalogue, ...] = (Survey(), Boards(), Teams(), Runs(), History())
