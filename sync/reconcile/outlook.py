"""Where each objective stands and what lies ahead of it: progress, forecast, light."""

from msgspec import Struct

from sync.reconcile.forecast import Forecast
from sync.reconcile.light import Light
from sync.reconcile.progress import Progress


class Outlook(Struct, frozen=True, kw_only=True):
    """Of one objective, its children's work included."""

    progress: Progress
    forecast: Forecast
    light: Light
